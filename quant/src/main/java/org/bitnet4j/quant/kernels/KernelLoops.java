package org.bitnet4j.quant.kernels;

import java.lang.foreign.MemorySegment;

/// The loops behind [TernaryKernels], one implementation per path. Ranges have been checked.
sealed interface KernelLoops permits ScalarLoops, VectorLoops128, VectorLoops256, VectorLoops512 {
  /// See [TernaryKernels#sum].
  double sum(float[] x, int offset, int count);

  /// See [TernaryKernels#absSum].
  double absSum(float[] x, int offset, int count);

  /// See [TernaryKernels#squaredDeviationSum].
  double squaredDeviationSum(float[] x, int offset, int count, double mean);

  /// See [TernaryKernels#absMax].
  float absMax(float[] x, int offset, int count);

  /// See [TernaryKernels#firstNonFinite].
  int firstNonFinite(float[] x, int offset, int count);

  /// See [TernaryKernels#ternarizeRounding].
  void ternarizeRounding(
      float[] x, int offset, int count, float inverseScale, byte[] trits, int tritOffset);

  /// See [TernaryKernels#ternarizeThreshold].
  void ternarizeThreshold(
      float[] x, int offset, int count, float threshold, byte[] trits, int tritOffset);

  /// See [TernaryKernels#packRounding].
  void packRounding(
      float[] x, int offset, int count, float inverseScale, MemorySegment codes, long codeOffset);

  /// See [TernaryKernels#packTwoBit].
  void packTwoBit(byte[] trits, int offset, int count, MemorySegment codes, long codeOffset);

  /// See [TernaryKernels#unpackTwoBit].
  void unpackTwoBit(MemorySegment codes, long codeOffset, int count, byte[] trits, int offset);

  /// See [TernaryKernels#weaveTwoBit].
  void weaveTwoBit(
      TwoBitOrder order,
      byte[] codes,
      int codeOffset,
      byte[] woven,
      int wovenOffset,
      int blockBytes,
      int stride,
      int blocks);

  /// See [TernaryKernels#unweaveTwoBit].
  void unweaveTwoBit(
      TwoBitOrder order,
      byte[] woven,
      int wovenOffset,
      int blockBytes,
      int stride,
      int blocks,
      byte[] codes,
      int codeOffset);

  /// See [TernaryKernels#areTrits].
  boolean areTrits(byte[] codes, int offset, int bytes);

  /// See [TernaryKernels#quantizeInt8].
  void quantizeInt8(float[] x, int offset, int count, float scale, byte[] codes, int codeOffset);
}

package org.bitnet4j.quant.kernels;

import java.lang.foreign.MemorySegment;

/// The element-wise loops behind [ElementKernels], one implementation per path. Ranges have been
/// checked.
sealed interface ElementLoops
    permits ScalarElementLoops,
        VectorElementLoops128,
        VectorElementLoops256,
        VectorElementLoops512 {
  /// out = (x · factor) · weight.
  void scaleByWeight(
      float[] x, int offset, int count, float factor, float[] weight, float[] out, int outOffset);

  /// Turns `half` pairs of one head: see [ElementKernels#rotate].
  void rotate(float[] x, int offset, int half, float[] cos, float[] sin, int tableOffset);

  /// max x, −∞ for no elements, NaN where an element is NaN.
  float max(float[] x, int offset, int count);

  /// x = exp(x − shift).
  void exp(float[] x, int offset, int count, float shift);

  /// See [ElementKernels#siluTimes].
  void siluTimes(float[] gate, int go, float[] up, int uo, int count, float[] out, int oo);

  /// See [ElementKernels#reluSquaredTimes].
  void reluSquaredTimes(float[] gate, int go, float[] up, int uo, int count, float[] out, int oo);

  /// See [ElementKernels#geluTimes].
  void geluTimes(float[] gate, int go, float[] up, int uo, int count, float[] out, int oo);

  /// See [ElementKernels#add].
  void add(float[] x, int offset, float[] y, int yOffset, int count);

  /// See [ElementKernels#scale].
  void scale(float[] x, int offset, int count, float factor);

  /// See [ElementKernels#toFloat16].
  void toFloat16(float[] x, int offset, int count, MemorySegment halves, long at);

  /// See [ElementKernels#fromFloat16].
  void fromFloat16(MemorySegment halves, long at, int count, float[] x, int offset);

  /// See [ElementKernels#toBfloat16].
  void toBfloat16(float[] x, int offset, int count, MemorySegment halves, long at);

  /// See [ElementKernels#fromBfloat16].
  void fromBfloat16(MemorySegment halves, long at, int count, float[] x, int offset);
}

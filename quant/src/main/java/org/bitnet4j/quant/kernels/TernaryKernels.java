package org.bitnet4j.quant.kernels;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.TernaryTensor;
import org.bitnet4j.quant.Workers;
import org.bitnet4j.quant.config.SimdConfig;
import org.jspecify.annotations.Nullable;

/// The inner loops of ternary quantization and inference, as one facade over two paths.
///
/// Every path gives the same bits for the same input: the scalar path is the reference, the vector
/// path (128, 256 or 512 bits) is checked against it. Statistics accumulate in sixteen double
/// lanes, element i in lane i mod 16, and the lanes are halved in a fixed tree (lane k plus lane k
/// + 8, then + 4, + 2, + 1), so that neither vector width nor thread count can change a sum.
///
/// Unless said otherwise a method neither allocates nor keeps its arguments, an instance may be
/// used by any number of threads, and a range outside its array or segment is an
/// [IndexOutOfBoundsException] thrown before anything is written.
public sealed interface TernaryKernels permits PlannedTernaryKernels {

  /// The kernels for this machine and configuration; [#plan()] says which, and why.
  ///
  /// The system property `bitnet4j.kernels.width` set to `scalar`, `128`, `256` or `512` overrides
  /// the choice, for tests and operators.
  ///
  /// @param config which instructions may be used, and how work is cut for them
  /// @throws org.bitnet4j.quant.config.ConfigValidationException for a value out of its range, and
  ///   for a forced instruction set that this machine lacks
  /// @throws IllegalArgumentException for an override that is unknown or cannot run
  static TernaryKernels of(SimdConfig config) {
    return KernelSelection.select(config, Host.current());
  }

  /// The scalar reference with default tuning, whatever the override.
  static TernaryKernels scalar() {
    return KernelSelection.select(SimdConfig.disabled(), Host.current(), null);
  }

  /// Which path runs what, and why.
  KernelPlan plan();

  /// What this instance has done so far.
  KernelCounters counters();

  /// Σ x in double. Finite exactly when every element is finite.
  ///
  /// @param x holds the elements
  /// @param offset index of the first element
  /// @param count number of elements
  double sum(float[] x, int offset, int count);

  /// Σ |x| in double. Finite exactly when every element is finite: a sum of 2³¹ float32 values
  /// cannot overflow a double.
  ///
  /// @param x holds the elements
  /// @param offset index of the first element
  /// @param count number of elements
  double absSum(float[] x, int offset, int count);

  /// Σ (x − mean)² in double.
  ///
  /// @param x holds the elements
  /// @param offset index of the first element
  /// @param count number of elements
  /// @param mean the value subtracted from every element
  double squaredDeviationSum(float[] x, int offset, int count, double mean);

  /// max |x|; 0 for no elements, NaN where an element is NaN.
  ///
  /// @param x holds the elements
  /// @param offset index of the first element
  /// @param count number of elements
  float absMax(float[] x, int offset, int count);

  /// Index, relative to `offset`, of the first NaN or infinite element, or −1.
  ///
  /// @param x holds the elements
  /// @param offset index of the first element
  /// @param count number of elements
  int firstNonFinite(float[] x, int offset, int count);

  /// Trits clip(rint(x · inverseScale), −1, 1) in float32 arithmetic, half to even (arXiv
  /// 2402.17764). A product that is NaN gives 0.
  ///
  /// @param x holds the elements
  /// @param offset index of the first element
  /// @param count number of elements
  /// @param inverseScale 1/γ
  /// @param trits receives the trits
  /// @param tritOffset index of the first trit
  void ternarizeRounding(
      float[] x, int offset, int count, float inverseScale, byte[] trits, int tritOffset);

  /// Trits sign(x) · \[|x| > threshold\]; a value exactly on the threshold, and NaN, give 0.
  ///
  /// @param x holds the elements
  /// @param offset index of the first element
  /// @param count number of elements
  /// @param threshold Δ ≥ 0
  /// @param trits receives the trits
  /// @param tritOffset index of the first trit
  void ternarizeThreshold(
      float[] x, int offset, int count, float threshold, byte[] trits, int tritOffset);

  /// The trits of [#ternarizeRounding] as canonical two-bit codes, without the detour over bytes.
  ///
  /// Writes ⌈count / 4⌉ bytes: code t + 1 of element 4k + j in bits 2j..2j+1 of byte k, unused
  /// lanes of the last byte holding code 1, as in [org.bitnet4j.quant.TernaryTensor].
  ///
  /// @param x holds the elements
  /// @param offset index of the first element
  /// @param count number of elements
  /// @param inverseScale 1/γ
  /// @param codes receives the bytes
  /// @param codeOffset offset of the first byte
  void packRounding(
      float[] x, int offset, int count, float inverseScale, MemorySegment codes, long codeOffset);

  /// Trits as canonical two-bit codes, ⌈count / 4⌉ bytes, unused lanes holding code 1.
  ///
  /// @param trits holds the trits
  /// @param offset index of the first trit
  /// @param count number of trits
  /// @param codes receives the bytes
  /// @param codeOffset offset of the first byte
  /// @throws IllegalArgumentException for a value other than −1, 0 and +1; bytes before it may have
  ///   been written
  void packTwoBit(byte[] trits, int offset, int count, MemorySegment codes, long codeOffset);

  /// The inverse of [#packTwoBit], from an element whose index is a multiple of 4 on.
  ///
  /// @param codes holds canonical two-bit codes, each 0, 1 or 2
  /// @param codeOffset offset of the byte that holds the first trit in its lowest lane
  /// @param count number of trits
  /// @param trits receives the trits
  /// @param offset index of the first trit
  void unpackTwoBit(MemorySegment codes, long codeOffset, int count, byte[] trits, int offset);

  /// Canonical two-bit codes, brought into another order, in blocks that lie apart.
  ///
  /// @param order the order
  /// @param codes canonical codes of all blocks, one after the other
  /// @param codeOffset index of their first byte
  /// @param woven receives the blocks
  /// @param wovenOffset index of the first block's first byte
  /// @param blockBytes bytes of a block, a multiple of `order.run()`
  /// @param stride bytes from a block to the next, at least `blockBytes`
  /// @param blocks number of blocks
  void weaveTwoBit(
      TwoBitOrder order,
      byte[] codes,
      int codeOffset,
      byte[] woven,
      int wovenOffset,
      int blockBytes,
      int stride,
      int blocks);

  /// The inverse of [#weaveTwoBit]; codes 3 pass through as all others.
  ///
  /// @param order the order
  /// @param woven holds the blocks
  /// @param wovenOffset index of the first block's first byte
  /// @param blockBytes bytes of a block, a multiple of `order.run()`
  /// @param stride bytes from a block to the next, at least `blockBytes`
  /// @param blocks number of blocks
  /// @param codes receives the canonical codes of all blocks, one after the other
  /// @param codeOffset index of their first byte
  void unweaveTwoBit(
      TwoBitOrder order,
      byte[] woven,
      int wovenOffset,
      int blockBytes,
      int stride,
      int blocks,
      byte[] codes,
      int codeOffset);

  /// Whether no two-bit code is 3.
  ///
  /// @param codes holds four codes in each byte
  /// @param offset index of the first byte
  /// @param bytes number of bytes
  boolean areTrits(byte[] codes, int offset, int bytes);

  /// Activation codes clamp(rint(x · scale), −128, 127) in float32 arithmetic, half to even. A
  /// product that is NaN gives 0.
  ///
  /// @param x holds the elements
  /// @param offset index of the first element
  /// @param count number of elements
  /// @param scale 127 / max|x|
  /// @param codes receives the codes
  /// @param codeOffset index of the first code
  void quantizeInt8(float[] x, int offset, int count, float scale, byte[] codes, int codeOffset);

  /// A weight in the order of this machine's products.
  ///
  /// @param tensor the weight, \[rows, columns\]; may be closed afterwards
  /// @param workers pack blocks of rows
  /// @throws InvalidTensorException for more than 2^31 − 1 rows or 2^24 − 1 columns
  TernaryMatrix pack(TernaryTensor tensor, Workers workers);

  /// Several weights of the same input as one, each below the one before: q, k and v, or gate and
  /// up, in one product. Multipliers stay those of their rows.
  ///
  /// @param tensors the weights, of the same columns and scale groups; may be closed afterwards
  /// @param workers pack blocks of rows
  /// @throws InvalidTensorException for weights that do not go together, and as above
  TernaryMatrix pack(List<TernaryTensor> tensors, Workers workers);

  /// A place for activations, to be loaded and multiplied.
  ///
  /// @param columns columns of the matrices
  /// @param capacity tokens at most, at least 1
  ProductInput input(int columns, int capacity);

  /// Repeats products of a small weight, of one token and of many, until the virtual machine has
  /// compiled them or the time is up, so that the first real product does not run a thousand times
  /// slower. To be called once, while the weights are loaded or after.
  ///
  /// @param team computes the products
  /// @param atMost how long it may take; a second does on a machine that is not busy
  /// @return whether the last products ran as fast as only compiled ones do
  boolean warmUp(KernelTeam team, Duration atMost);

  /// out\[t, r\] = Σ T\[r, c\] · x\[t, c\] in int32, exact. Allocates nothing once the input has
  /// met a matrix of this layout.
  ///
  /// @param matrix the trits, \[rows, columns\]
  /// @param input the activations, \[tokens, columns\]
  /// @param out receives sum r of token t at `offset + t · stride + r`
  /// @param offset index of the first sum
  /// @param stride from one token's first sum to the next's, at least `rows`
  /// @param team computes rows in chunks of [SimdConfig#chunkSize()], rounded up to whole blocks
  /// @throws IllegalArgumentException where a length does not match the matrix
  /// @throws IndexOutOfBoundsException where the sums do not fit `out`
  void multiply(
      TernaryMatrix matrix, ProductInput input, int[] out, int offset, int stride, KernelTeam team);

  /// The same product as values: out\[t, r\] = (Σ over groups g of m\[r, g\] · sum + μ\[r, g\] ·
  /// Σx) · a\[t\] + bias\[r\], where m and μ are the weight's multipliers and offsets and a the
  /// token's multiplier. Float32 with one group per row, groups added in double in order; the bits
  /// depend on neither threads nor width.
  ///
  /// @param matrix the weight, \[rows, columns\]
  /// @param input the activations, \[tokens, columns\]
  /// @param bias added to each row, or none
  /// @param out receives value r of token t at `offset + t · stride + r`
  /// @param offset index of the first value
  /// @param stride from one token's first value to the next's, at least `rows`
  /// @param team computes rows in chunks of [SimdConfig#chunkSize()], rounded up to whole blocks
  /// @throws IllegalArgumentException where a length does not match the matrix
  /// @throws IndexOutOfBoundsException where the values do not fit `out`
  void multiply(
      TernaryMatrix matrix,
      ProductInput input,
      float @Nullable [] bias,
      float[] out,
      int offset,
      int stride,
      KernelTeam team);
}

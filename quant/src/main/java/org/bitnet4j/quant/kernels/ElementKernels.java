package org.bitnet4j.quant.kernels;

import java.lang.foreign.MemorySegment;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.TensorSource;
import org.bitnet4j.quant.Workers;
import org.bitnet4j.quant.config.SimdConfig;

/// The float operations of a forward pass, beside the ternary products of [TernaryKernels]: norm,
/// rotary embedding, softmax, activation functions, conversions, products of dense matrices, and
/// attention over cached rows.
///
/// Every path gives the same bits for the same input, whatever the vector width and the number of
/// threads: each result is one fixed sequence of float32 operations, fused where said so, sums run
/// over sixteen lanes, element i in lane i mod 16, that are halved in a fixed tree (lane k plus
/// lane k + 8, then + 4, + 2, + 1), and the exponential function is the project's own. Where a
/// result is NaN, only that is promised, not which of them.
///
/// No method allocates or keeps its arguments; an instance may be used by any number of threads. A
/// range outside its array is an [IndexOutOfBoundsException] thrown before anything is written. An
/// output range may be an input range; otherwise they must not overlap.
public sealed interface ElementKernels permits PlannedElementKernels {

  /// The kernels for this machine and configuration; [#plan()] says which, and why. Element-wise
  /// operations are scalar where `vectorizedOps` is false; products and attention follow `enabled`
  /// alone.
  ///
  /// The system property `bitnet4j.kernels.width` overrides the choice as in [TernaryKernels#of].
  ///
  /// @param config which instructions may be used, and how work is cut for them
  /// @throws org.bitnet4j.quant.config.ConfigValidationException for a value out of its range, and
  ///   for a forced instruction set that this machine lacks
  /// @throws IllegalArgumentException for an override that is unknown or cannot run
  static ElementKernels of(SimdConfig config) {
    return KernelSelection.elementKernels(KernelSelection.select(config, Host.current()).plan());
  }

  /// The scalar reference with default tuning, whatever the override.
  static ElementKernels scalar() {
    return KernelSelection.elementKernels(TernaryKernels.scalar().plan());
  }

  /// Which path runs what, and why.
  KernelPlan plan();

  /// What this instance has done so far.
  KernelCounters counters();

  /// Int8 codes of one token, as b1.58 quantizes activations (arXiv 2402.17764): s = 127 /
  /// max(max|x|, 10⁻⁵), code = rint(x · s), half to even. The bits are those of
  /// [org.bitnet4j.quant.activations.ActivationQuantizer] with its b1.58 configuration.
  ///
  /// @param x holds the activations
  /// @param offset index of the first activation
  /// @param count number of activations
  /// @param codes receives the codes, all in \[−127, 127\]
  /// @param codeOffset index of the first code
  /// @return 1/s, the multiplier of the codes that [ProductInput#load] takes; NaN where an
  ///   activation is NaN or infinite, and then no code is written: see [#firstNonFinite]
  float quantizeAbsmax(float[] x, int offset, int count, byte[] codes, int codeOffset);

  /// Index, relative to `offset`, of the first NaN or infinite element, or −1.
  ///
  /// @param x holds the elements
  /// @param offset index of the first element
  /// @param count number of elements
  int firstNonFinite(float[] x, int offset, int count);

  /// RMSNorm (arXiv 1910.07467): out = (x · r) · weight, r = 1 / √(mean x² + ε), the sum of squares
  /// and r in double, r then rounded to float32.
  ///
  /// @param x holds the elements
  /// @param offset index of the first element
  /// @param count number of elements
  /// @param weight holds `count` factors
  /// @param epsilon ε
  /// @param out receives the result; may be `x` at the same offset
  /// @param outOffset index of the first result
  void rmsNorm(
      float[] x, int offset, int count, float[] weight, float epsilon, float[] out, int outOffset);

  /// Rotary embedding (arXiv 2104.09864) in the NEOX pairing, in place: of the first `rotated`
  /// elements of each head, element i and element i + rotated / 2 become a pair that is turned by
  /// the angle of i: a·cos − b·sin and b·cos + a·sin. The other elements of a head stay.
  ///
  /// @param x holds the heads one after the other
  /// @param offset index of the first element of the first head
  /// @param heads number of heads
  /// @param headSize elements of a head
  /// @param rotated how many of them are turned, even, at most `headSize`
  /// @param cos cosines of the position, `rotated / 2` of them; computed with [StrictMath], since
  ///   [Math#cos] may differ from machine to machine
  /// @param sin sines of the position
  /// @param tableOffset index of the first cosine and of the first sine
  void rotate(
      float[] x,
      int offset,
      int heads,
      int headSize,
      int rotated,
      float[] cos,
      float[] sin,
      int tableOffset);

  /// Softmax in place: e / Σ e with e = exp(x − max x), the sum in double, its inverse rounded to
  /// float32. −∞ gives 0; where all are −∞, or one is NaN or +∞, results are NaN.
  ///
  /// @param x holds the scores and receives the probabilities
  /// @param offset index of the first score
  /// @param count number of scores
  void softmax(float[] x, int offset, int count);

  /// eˣ within 1 ulp, in place: 0 below −103.98, +∞ above 88.73.
  ///
  /// @param x holds the elements
  /// @param offset index of the first element
  /// @param count number of elements
  void exp(float[] x, int offset, int count);

  /// SwiGLU (arXiv 2002.05202): out = silu(gate) · up with silu(x) = x / (1 + e⁻ˣ).
  ///
  /// @param gate holds the gate
  /// @param gateOffset index of its first element
  /// @param up holds the other factor
  /// @param upOffset index of its first element
  /// @param count number of elements
  /// @param out receives the products; may be one of the inputs at the same offset
  /// @param outOffset index of the first product
  void siluTimes(
      float[] gate,
      int gateOffset,
      float[] up,
      int upOffset,
      int count,
      float[] out,
      int outOffset);

  /// Squared ReLU (arXiv 2109.08668) of the gate, times up: max(gate, 0)² · up.
  ///
  /// @param gate holds the gate
  /// @param gateOffset index of its first element
  /// @param up holds the other factor
  /// @param upOffset index of its first element
  /// @param count number of elements
  /// @param out receives the products; may be one of the inputs at the same offset
  /// @param outOffset index of the first product
  void reluSquaredTimes(
      float[] gate,
      int gateOffset,
      float[] up,
      int upOffset,
      int count,
      float[] out,
      int outOffset);

  /// GELU in its tanh form (arXiv 1606.08415) of the gate, times up: ½·x·(1 + tanh u) with u =
  /// √(2/π) · (x + 0.044715·x³), computed as x / (1 + e⁻²ᵘ), which is the same.
  ///
  /// @param gate holds the gate
  /// @param gateOffset index of its first element
  /// @param up holds the other factor
  /// @param upOffset index of its first element
  /// @param count number of elements
  /// @param out receives the products; may be one of the inputs at the same offset
  /// @param outOffset index of the first product
  void geluTimes(
      float[] gate,
      int gateOffset,
      float[] up,
      int upOffset,
      int count,
      float[] out,
      int outOffset);

  /// x += y.
  ///
  /// @param x holds the elements and receives the sums
  /// @param offset index of the first element
  /// @param y holds what is added
  /// @param yOffset index of its first element
  /// @param count number of elements
  void add(float[] x, int offset, float[] y, int yOffset, int count);

  /// x *= factor.
  ///
  /// @param x holds the elements and receives the products
  /// @param offset index of the first element
  /// @param count number of elements
  /// @param factor what every element is multiplied by
  void scale(float[] x, int offset, int count, float factor);

  /// Values as IEEE 754 binary16, half to even, as [Float#floatToFloat16]: beyond 65,519 they
  /// become infinite.
  ///
  /// @param x holds the values
  /// @param offset index of the first value
  /// @param count number of values
  /// @param halves receives two bytes for each, little endian
  /// @param byteOffset offset of the first byte
  void toFloat16(float[] x, int offset, int count, MemorySegment halves, long byteOffset);

  /// The values of IEEE 754 binary16, as [Float#float16ToFloat].
  ///
  /// @param halves holds two bytes for each, little endian
  /// @param byteOffset offset of the first byte
  /// @param count number of values
  /// @param x receives the values
  /// @param offset index of the first value
  void fromFloat16(MemorySegment halves, long byteOffset, int count, float[] x, int offset);

  /// Values as bfloat16, the upper half of binary32, half to even.
  ///
  /// @param x holds the values
  /// @param offset index of the first value
  /// @param count number of values
  /// @param halves receives two bytes for each, little endian
  /// @param byteOffset offset of the first byte
  void toBfloat16(float[] x, int offset, int count, MemorySegment halves, long byteOffset);

  /// The values of bfloat16.
  ///
  /// @param halves holds two bytes for each, little endian
  /// @param byteOffset offset of the first byte
  /// @param count number of values
  /// @param x receives the values
  /// @param offset index of the first value
  void fromBfloat16(MemorySegment halves, long byteOffset, int count, float[] x, int offset);

  /// Stores a weight for dense products, in owned memory; [DenseMatrix#relativeError] says what the
  /// format lost.
  ///
  /// @param source the weight
  /// @param format how it is stored
  /// @param workers convert the rows
  /// @throws InvalidTensorException for a value that is NaN, infinite, or too large for the format
  DenseMatrix pack(TensorSource source, DenseFormat format, Workers workers);

  /// Products of a dense matrix with float32 activations of one token or of several: out\[t\]\[r\]
  /// = Σ w\[r\]\[c\] · x\[t\]\[c\], fused multiply–add in sixteen lanes, lane = column mod 16,
  /// halved as above, then times the row's scale where the format has one.
  ///
  /// @param matrix the weight
  /// @param x holds the activations, token by token
  /// @param offset index of the first token's first activation
  /// @param stride elements from one token to the next, at least the columns
  /// @param tokens number of tokens
  /// @param out receives `rows` results for each token
  /// @param outOffset index of the first result
  /// @param outStride elements from one token's results to the next, at least the rows
  /// @param team shares the rows
  void multiply(
      DenseMatrix matrix,
      float[] x,
      int offset,
      int stride,
      int tokens,
      float[] out,
      int outOffset,
      int outStride,
      KernelTeam team);

  /// Products of a dense matrix with one token.
  ///
  /// @param matrix the weight
  /// @param x holds the activations
  /// @param offset index of the first activation
  /// @param out receives `rows` results
  /// @param outOffset index of the first result
  /// @param team shares the rows
  default void multiply(
      DenseMatrix matrix, float[] x, int offset, float[] out, int outOffset, KernelTeam team) {
    multiply(matrix, x, offset, matrix.columns(), 1, out, outOffset, matrix.rows(), team);
  }

  /// Scores of queries against cached keys: scores\[q\]\[j\] = (Σ query\[q\]\[d\] · key\[from +
  /// j\]\[d\]) · scale, summed by fused multiply–add in the order of d; each key is read once for
  /// all queries.
  ///
  /// @param queries holds the queries that share the head, one after the other
  /// @param queryOffset index of the first query's first element
  /// @param queryCount number of queries
  /// @param cache the cache
  /// @param head which of its heads
  /// @param from first position
  /// @param count number of positions
  /// @param scale what each sum is multiplied by, as 1/√d; behind the key's own scale, if any
  /// @param scores receives `count` scores for each query
  /// @param scoreOffset index of the first score
  /// @param scoreStride elements from one query's scores to the next, at least `count`
  void scores(
      float[] queries,
      int queryOffset,
      int queryCount,
      AttentionCache cache,
      int head,
      int from,
      int count,
      float scale,
      float[] scores,
      int scoreOffset,
      int scoreStride);

  /// Sums of cached values, weighted by the probabilities of each query: out\[q\]\[d\] = Σ
  /// probabilities\[q\]\[j\] · value\[from + j\]\[d\], summed by fused multiply–add in the order of
  /// positions; a value's own scale, if any, is multiplied into the probability first. Each value
  /// is read once for all queries.
  ///
  /// @param probabilities holds `count` weights for each query
  /// @param offset index of the first weight
  /// @param stride elements from one query's weights to the next, at least `count`
  /// @param queryCount number of queries
  /// @param cache the cache
  /// @param head which of its heads
  /// @param from first position
  /// @param count number of positions
  /// @param out receives `headSize` elements for each query, one query after the other
  /// @param outOffset index of the first
  void weightedSum(
      float[] probabilities,
      int offset,
      int stride,
      int queryCount,
      AttentionCache cache,
      int head,
      int from,
      int count,
      float[] out,
      int outOffset);
}

package org.bitnet4j.quant.kernels;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.bitnet4j.quant.TensorSource;
import org.bitnet4j.quant.Workers;
import org.bitnet4j.quant.kernels.KernelPlan.Path;
import org.bitnet4j.quant.kernels.KernelPlan.Work;

/// The facade: checks ranges, sends each call down the path that the plan names, and counts.
final class PlannedElementKernels implements ElementKernels {
  /// Ranges below this are taken as this: an all-zero token still has a finite scale (arXiv
  /// 2402.17764).
  private static final float SMALLEST_RANGE = 1e-5f;

  private final KernelPlan plan;
  private final LoopSet vectorLoops;
  private final KernelTally tally = new KernelTally();

  /// The loops of one path.
  ///
  /// @param statistics sums and int8 codes
  /// @param elements element-wise operations
  /// @param dense dense products
  /// @param attention attention over cached rows
  record LoopSet(
      KernelLoops statistics, ElementLoops elements, DenseLoops dense, AttentionLoops attention) {
    static final LoopSet SCALAR =
        new LoopSet(
            ScalarLoops.INSTANCE,
            ScalarElementLoops.INSTANCE,
            ScalarDenseLoops.INSTANCE,
            ScalarAttentionLoops.INSTANCE);
  }

  /// @param plan which work takes which path
  /// @param vectorLoops the loops of the plan's vector path; the scalar ones where it has none
  PlannedElementKernels(KernelPlan plan, LoopSet vectorLoops) {
    this.plan = plan;
    this.vectorLoops = vectorLoops;
  }

  @Override
  public KernelPlan plan() {
    return plan;
  }

  @Override
  public KernelCounters counters() {
    return tally.snapshot();
  }

  @Override
  public float quantizeAbsmax(float[] x, int offset, int count, byte[] codes, int codeOffset) {
    Objects.checkFromIndexSize(offset, count, x.length);
    Objects.checkFromIndexSize(codeOffset, count, codes.length);
    KernelLoops loops = loops(Work.ELEMENT_WISE, count).statistics();
    float range = loops.absMax(x, offset, count);
    if (!Float.isFinite(range)) {
      return Float.NaN;
    }
    float scale = 127f / Math.max(range, SMALLEST_RANGE);
    loops.quantizeInt8(x, offset, count, scale, codes, codeOffset);
    return 1f / scale;
  }

  @Override
  public int firstNonFinite(float[] x, int offset, int count) {
    Objects.checkFromIndexSize(offset, count, x.length);
    return loops(Work.ELEMENT_WISE, count).statistics().firstNonFinite(x, offset, count);
  }

  @Override
  public void rmsNorm(
      float[] x, int offset, int count, float[] weight, float epsilon, float[] out, int outOffset) {
    Objects.checkFromIndexSize(offset, count, x.length);
    Objects.checkFromIndexSize(outOffset, count, out.length);
    Objects.checkFromIndexSize(0, count, weight.length);
    LoopSet loops = loops(Work.ELEMENT_WISE, count);
    double squares = loops.statistics().squaredDeviationSum(x, offset, count, 0);
    float factor = (float) (1 / Math.sqrt(squares / count + epsilon));
    loops.elements().scaleByWeight(x, offset, count, factor, weight, out, outOffset);
  }

  @Override
  public void rotate(
      float[] x,
      int offset,
      int heads,
      int headSize,
      int rotated,
      float[] cos,
      float[] sin,
      int tableOffset) {
    if (heads < 0 || headSize < 0 || rotated < 0 || rotated > headSize || rotated % 2 != 0) {
      throw new IllegalArgumentException(
          "the rotated elements of a head must be even and at most its size, got ["
              + rotated
              + " of "
              + headSize
              + ", "
              + heads
              + " heads].");
    }
    Objects.checkFromIndexSize((long) offset, (long) heads * headSize, (long) x.length);
    Objects.checkFromIndexSize(tableOffset, rotated / 2, cos.length);
    Objects.checkFromIndexSize(tableOffset, rotated / 2, sin.length);
    ElementLoops loops = loops(Work.ELEMENT_WISE, rotated).elements();
    for (int head = 0; head < heads; head++) {
      loops.rotate(x, offset + head * headSize, rotated / 2, cos, sin, tableOffset);
    }
  }

  @Override
  public void softmax(float[] x, int offset, int count) {
    Objects.checkFromIndexSize(offset, count, x.length);
    LoopSet loops = loops(Work.ELEMENT_WISE, count);
    float max = loops.elements().max(x, offset, count);
    loops.elements().exp(x, offset, count, max);
    float inverse = (float) (1 / loops.statistics().sum(x, offset, count));
    loops.elements().scale(x, offset, count, inverse);
  }

  @Override
  public void exp(float[] x, int offset, int count) {
    Objects.checkFromIndexSize(offset, count, x.length);
    loops(Work.ELEMENT_WISE, count).elements().exp(x, offset, count, 0);
  }

  @Override
  public void siluTimes(
      float[] gate,
      int gateOffset,
      float[] up,
      int upOffset,
      int count,
      float[] out,
      int outOffset) {
    requireRanges(gate, gateOffset, up, upOffset, count, out, outOffset);
    loops(Work.ELEMENT_WISE, count)
        .elements()
        .siluTimes(gate, gateOffset, up, upOffset, count, out, outOffset);
  }

  @Override
  public void reluSquaredTimes(
      float[] gate,
      int gateOffset,
      float[] up,
      int upOffset,
      int count,
      float[] out,
      int outOffset) {
    requireRanges(gate, gateOffset, up, upOffset, count, out, outOffset);
    loops(Work.ELEMENT_WISE, count)
        .elements()
        .reluSquaredTimes(gate, gateOffset, up, upOffset, count, out, outOffset);
  }

  @Override
  public void geluTimes(
      float[] gate,
      int gateOffset,
      float[] up,
      int upOffset,
      int count,
      float[] out,
      int outOffset) {
    requireRanges(gate, gateOffset, up, upOffset, count, out, outOffset);
    loops(Work.ELEMENT_WISE, count)
        .elements()
        .geluTimes(gate, gateOffset, up, upOffset, count, out, outOffset);
  }

  private static void requireRanges(
      float[] gate,
      int gateOffset,
      float[] up,
      int upOffset,
      int count,
      float[] out,
      int outOffset) {
    Objects.checkFromIndexSize(gateOffset, count, gate.length);
    Objects.checkFromIndexSize(upOffset, count, up.length);
    Objects.checkFromIndexSize(outOffset, count, out.length);
  }

  @Override
  public void add(float[] x, int offset, float[] y, int yOffset, int count) {
    Objects.checkFromIndexSize(offset, count, x.length);
    Objects.checkFromIndexSize(yOffset, count, y.length);
    loops(Work.ELEMENT_WISE, count).elements().add(x, offset, y, yOffset, count);
  }

  @Override
  public void scale(float[] x, int offset, int count, float factor) {
    Objects.checkFromIndexSize(offset, count, x.length);
    loops(Work.ELEMENT_WISE, count).elements().scale(x, offset, count, factor);
  }

  @Override
  public void toFloat16(float[] x, int offset, int count, MemorySegment halves, long byteOffset) {
    requireHalves(x, offset, count, halves, byteOffset);
    loops(Work.ELEMENT_WISE, count).elements().toFloat16(x, offset, count, halves, byteOffset);
  }

  @Override
  public void fromFloat16(MemorySegment halves, long byteOffset, int count, float[] x, int offset) {
    requireHalves(x, offset, count, halves, byteOffset);
    loops(Work.ELEMENT_WISE, count).elements().fromFloat16(halves, byteOffset, count, x, offset);
  }

  @Override
  public void toBfloat16(float[] x, int offset, int count, MemorySegment halves, long byteOffset) {
    requireHalves(x, offset, count, halves, byteOffset);
    loops(Work.ELEMENT_WISE, count).elements().toBfloat16(x, offset, count, halves, byteOffset);
  }

  @Override
  public void fromBfloat16(
      MemorySegment halves, long byteOffset, int count, float[] x, int offset) {
    requireHalves(x, offset, count, halves, byteOffset);
    loops(Work.ELEMENT_WISE, count).elements().fromBfloat16(halves, byteOffset, count, x, offset);
  }

  private static void requireHalves(
      float[] x, int offset, int count, MemorySegment halves, long byteOffset) {
    Objects.checkFromIndexSize(offset, count, x.length);
    Objects.checkFromIndexSize(byteOffset, (long) Short.BYTES * count, halves.byteSize());
  }

  @Override
  public DenseMatrix pack(TensorSource source, DenseFormat format, Workers workers) {
    LoopSet loops = loops(Work.PACKING, source.shape().columns());
    return DensePacking.pack(
        source, format, workers, loops.statistics(), loops.elements(), loops.dense());
  }

  @Override
  public void multiply(
      DenseMatrix matrix,
      float[] x,
      int offset,
      int stride,
      int tokens,
      float[] out,
      int outOffset,
      int outStride,
      KernelTeam team) {
    requireTokens("the input", tokens, matrix.columns(), offset, stride, x.length);
    requireTokens("the output", tokens, matrix.rows(), outOffset, outStride, out.length);
    DenseLoops loops = loops(Work.PRODUCT, matrix.columns()).dense();
    team.denseProduct()
        .run(matrix, loops, plan, x, offset, stride, tokens, out, outOffset, outStride);
  }

  @Override
  public void scores(
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
      int scoreStride) {
    int size = cache.headSize();
    requireTokens("the queries", queryCount, size, queryOffset, size, queries.length);
    requireTokens("the scores", queryCount, count, scoreOffset, scoreStride, scores.length);
    Objects.checkIndex(head, cache.heads());
    Objects.checkFromIndexSize(from, count, cache.capacity());
    loops(Work.PRODUCT, size)
        .attention()
        .scores(
            queries,
            queryOffset,
            queryCount,
            cache,
            head,
            from,
            count,
            scale,
            scores,
            scoreOffset,
            scoreStride);
  }

  @Override
  public void weightedSum(
      float[] probabilities,
      int offset,
      int stride,
      int queryCount,
      AttentionCache cache,
      int head,
      int from,
      int count,
      float[] out,
      int outOffset) {
    int size = cache.headSize();
    requireTokens("the weights", queryCount, count, offset, stride, probabilities.length);
    requireTokens("the output", queryCount, size, outOffset, size, out.length);
    Objects.checkIndex(head, cache.heads());
    Objects.checkFromIndexSize(from, count, cache.capacity());
    loops(Work.PRODUCT, size)
        .attention()
        .weightedSum(
            probabilities, offset, stride, queryCount, cache, head, from, count, out, outOffset);
  }

  /// Checks the ranges of some tokens that lie a stride apart.
  private static void requireTokens(
      String what, int tokens, int length, int offset, int stride, int available) {
    if (tokens < 0 || stride < length) {
      throw new IllegalArgumentException(
          what
              + " must be a number of tokens at least "
              + length
              + " elements apart, got ["
              + tokens
              + " tokens, "
              + stride
              + " apart].");
    }
    long end = tokens == 0 ? 0 : (tokens - 1L) * stride + length;
    Objects.checkFromIndexSize((long) offset, end, (long) available);
  }

  private LoopSet loops(Work work, int count) {
    Path path = plan.pathFor(work, count);
    tally.count(path);
    return switch (path) {
      case SCALAR -> LoopSet.SCALAR;
      case VECTOR -> vectorLoops;
    };
  }
}

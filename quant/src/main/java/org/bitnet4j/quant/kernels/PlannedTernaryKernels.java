package org.bitnet4j.quant.kernels;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.bitnet4j.quant.Granularity;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.TernaryTensor;
import org.bitnet4j.quant.Workers;
import org.bitnet4j.quant.kernels.KernelPlan.Path;
import org.bitnet4j.quant.kernels.KernelPlan.Product;
import org.bitnet4j.quant.kernels.KernelPlan.Work;
import org.jspecify.annotations.Nullable;

/// The facade: checks ranges, sends each call down the path that the plan names, and counts.
final class PlannedTernaryKernels implements TernaryKernels {
  private final KernelPlan plan;
  private final KernelLoops vectorLoops;
  private final @Nullable TableLoops tableLoops;
  private final KernelTally tally = new KernelTally();
  private final TernaryProduct.Tuning tuning;

  /// @param plan which work takes which path
  /// @param vectorLoops the loops of the plan's vector path; the scalar ones where it has none
  /// @param tableLoops the loops of products by lookup; none where they are scalar
  PlannedTernaryKernels(KernelPlan plan, KernelLoops vectorLoops, @Nullable TableLoops tableLoops) {
    this.plan = plan;
    this.vectorLoops = vectorLoops;
    this.tableLoops = tableLoops;
    this.tuning = new TernaryProduct.Tuning(plan, tally);
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
  public double sum(float[] x, int offset, int count) {
    Objects.checkFromIndexSize(offset, count, x.length);
    return loops(Work.ELEMENT_WISE, count).sum(x, offset, count);
  }

  @Override
  public double absSum(float[] x, int offset, int count) {
    Objects.checkFromIndexSize(offset, count, x.length);
    return loops(Work.ELEMENT_WISE, count).absSum(x, offset, count);
  }

  @Override
  public double squaredDeviationSum(float[] x, int offset, int count, double mean) {
    Objects.checkFromIndexSize(offset, count, x.length);
    return loops(Work.ELEMENT_WISE, count).squaredDeviationSum(x, offset, count, mean);
  }

  @Override
  public float absMax(float[] x, int offset, int count) {
    Objects.checkFromIndexSize(offset, count, x.length);
    return loops(Work.ELEMENT_WISE, count).absMax(x, offset, count);
  }

  @Override
  public int firstNonFinite(float[] x, int offset, int count) {
    Objects.checkFromIndexSize(offset, count, x.length);
    return loops(Work.ELEMENT_WISE, count).firstNonFinite(x, offset, count);
  }

  @Override
  public void ternarizeRounding(
      float[] x, int offset, int count, float inverseScale, byte[] trits, int tritOffset) {
    Objects.checkFromIndexSize(offset, count, x.length);
    Objects.checkFromIndexSize(tritOffset, count, trits.length);
    loops(Work.ELEMENT_WISE, count)
        .ternarizeRounding(x, offset, count, inverseScale, trits, tritOffset);
  }

  @Override
  public void ternarizeThreshold(
      float[] x, int offset, int count, float threshold, byte[] trits, int tritOffset) {
    Objects.checkFromIndexSize(offset, count, x.length);
    Objects.checkFromIndexSize(tritOffset, count, trits.length);
    loops(Work.ELEMENT_WISE, count)
        .ternarizeThreshold(x, offset, count, threshold, trits, tritOffset);
  }

  @Override
  public void packRounding(
      float[] x, int offset, int count, float inverseScale, MemorySegment codes, long codeOffset) {
    Objects.checkFromIndexSize(offset, count, x.length);
    Objects.checkFromIndexSize(codeOffset, codeBytes(count), codes.byteSize());
    loops(Work.PACKING, count).packRounding(x, offset, count, inverseScale, codes, codeOffset);
  }

  @Override
  public void packTwoBit(
      byte[] trits, int offset, int count, MemorySegment codes, long codeOffset) {
    Objects.checkFromIndexSize(offset, count, trits.length);
    Objects.checkFromIndexSize(codeOffset, codeBytes(count), codes.byteSize());
    loops(Work.PACKING, count).packTwoBit(trits, offset, count, codes, codeOffset);
  }

  @Override
  public void unpackTwoBit(
      MemorySegment codes, long codeOffset, int count, byte[] trits, int offset) {
    Objects.checkFromIndexSize(codeOffset, codeBytes(count), codes.byteSize());
    Objects.checkFromIndexSize(offset, count, trits.length);
    loops(Work.PACKING, count).unpackTwoBit(codes, codeOffset, count, trits, offset);
  }

  @Override
  public void weaveTwoBit(
      TwoBitOrder order,
      byte[] codes,
      int codeOffset,
      byte[] woven,
      int wovenOffset,
      int blockBytes,
      int stride,
      int blocks) {
    int bytes = requireBlocks(order, woven, wovenOffset, blockBytes, stride, blocks);
    Objects.checkFromIndexSize(codeOffset, bytes, codes.length);
    loops(Work.PACKING, bytes)
        .weaveTwoBit(order, codes, codeOffset, woven, wovenOffset, blockBytes, stride, blocks);
  }

  @Override
  public void unweaveTwoBit(
      TwoBitOrder order,
      byte[] woven,
      int wovenOffset,
      int blockBytes,
      int stride,
      int blocks,
      byte[] codes,
      int codeOffset) {
    int bytes = requireBlocks(order, woven, wovenOffset, blockBytes, stride, blocks);
    Objects.checkFromIndexSize(codeOffset, bytes, codes.length);
    loops(Work.PACKING, bytes)
        .unweaveTwoBit(order, woven, wovenOffset, blockBytes, stride, blocks, codes, codeOffset);
  }

  @Override
  public boolean areTrits(byte[] codes, int offset, int bytes) {
    Objects.checkFromIndexSize(offset, bytes, codes.length);
    return loops(Work.PACKING, bytes).areTrits(codes, offset, bytes);
  }

  @Override
  public void quantizeInt8(
      float[] x, int offset, int count, float scale, byte[] codes, int codeOffset) {
    Objects.checkFromIndexSize(offset, count, x.length);
    Objects.checkFromIndexSize(codeOffset, count, codes.length);
    loops(Work.ELEMENT_WISE, count).quantizeInt8(x, offset, count, scale, codes, codeOffset);
  }

  @Override
  public TernaryMatrix pack(TernaryTensor tensor, Workers workers) {
    return pack(List.of(tensor), workers);
  }

  @Override
  public TernaryMatrix pack(List<TernaryTensor> tensors, Workers workers) {
    if (tensors.isEmpty()) {
      throw new IllegalArgumentException("there must be a tensor to pack, got [0].");
    }
    int columns = tensors.getFirst().shape().columns();
    Granularity granularity = tensors.getFirst().scales().granularity();
    int segmentColumns = segmentColumns(granularity, columns);
    for (TernaryTensor tensor : tensors) {
      if (tensor.shape().columns() != columns
          || segmentColumns(tensor.scales().granularity(), columns) != segmentColumns) {
        throw new InvalidTensorException(
            tensor.name(),
            -1,
            "tensors that are packed together must have the columns and scale groups of the first,"
                + " "
                + columns
                + " in groups of "
                + segmentColumns,
            tensor.shape() + " " + tensor.scales().granularity(),
            "Pack it on its own.");
      }
    }
    return TernaryMatrix.pack(tensors, layout(columns, segmentColumns), workers);
  }

  private static int segmentColumns(Granularity granularity, int columns) {
    return Math.max(1, Math.min(columns, granularity.groupColumns(columns)));
  }

  private CodeLayout layout(int columns, int segmentColumns) {
    TableLoops loops = tableLoops;
    if (loops == null || plan.pathFor(Work.PRODUCT, columns) == Path.SCALAR) {
      return new CanonicalRows(columns, segmentColumns);
    }
    Tiling narrow = new Tiling(loops, Lut9Tiles.INSTANCE, columns, segmentColumns);
    if (plan.product() == Product.LUT9) {
      return narrow;
    }
    // Scale groups of 16 or 32 columns would leave much of a tile of 24 empty.
    Tiling wide = new Tiling(loops, Lut27Tiles.INSTANCE, columns, segmentColumns);
    return wide.blockBytes() <= narrow.blockBytes() ? wide : narrow;
  }

  @Override
  public ProductInput input(int columns, int capacity) {
    return new ProductInput(columns, capacity);
  }

  @Override
  public boolean warmUp(KernelTeam team, Duration atMost) {
    return ProductWarmUp.run(this, team, atMost);
  }

  @Override
  public void multiply(
      TernaryMatrix matrix,
      ProductInput input,
      int[] out,
      int offset,
      int stride,
      KernelTeam team) {
    requireFit(matrix, input, out.length, offset, stride);
    TernaryProduct product = team.product();
    product.output().toInts(out, offset, stride);
    product.run(matrix, input, tuning);
  }

  @Override
  public void multiply(
      TernaryMatrix matrix,
      ProductInput input,
      float @Nullable [] bias,
      float[] out,
      int offset,
      int stride,
      KernelTeam team) {
    requireFit(matrix, input, out.length, offset, stride);
    if (bias != null) {
      requireLength("the bias", matrix.rows(), bias.length);
    }
    TernaryProduct product = team.product();
    product.output().toFloats(bias, out, offset, stride);
    product.run(matrix, input, tuning);
  }

  private static void requireFit(
      TernaryMatrix matrix, ProductInput input, int length, int offset, int stride) {
    requireLength("the input", matrix.columns(), input.columns());
    if (stride < matrix.rows()) {
      throw new IllegalArgumentException(
          "the stride must be at least the matrix's "
              + matrix.rows()
              + " rows, got ["
              + stride
              + "].");
    }
    long end = input.tokens() == 0 ? 0 : (input.tokens() - 1L) * stride + matrix.rows();
    Objects.checkFromIndexSize(offset, end, (long) length);
  }

  private KernelLoops loops(Work work, int count) {
    return switch (plan.pathFor(work, count)) {
      case SCALAR -> {
        tally.count(Path.SCALAR);
        yield ScalarLoops.INSTANCE;
      }
      case VECTOR -> {
        tally.count(Path.VECTOR);
        yield vectorLoops;
      }
    };
  }

  /// Checks blocks that lie apart, and returns the bytes of all of them.
  private static int requireBlocks(
      TwoBitOrder order, byte[] woven, int offset, int blockBytes, int stride, int blocks) {
    if (blockBytes < 0 || blockBytes % order.run() != 0 || stride < blockBytes || blocks < 0) {
      throw new IllegalArgumentException(
          "blocks must be of a multiple of "
              + order.run()
              + " bytes and lie at least that far apart, got ["
              + blocks
              + " of "
              + blockBytes
              + ", "
              + stride
              + " apart].");
    }
    long length = blocks == 0 ? 0 : (blocks - 1L) * stride + blockBytes;
    Objects.checkFromIndexSize((long) offset, length, woven.length);
    return Math.multiplyExact(blocks, blockBytes);
  }

  private static long codeBytes(int count) {
    return (count + 3L) / 4;
  }

  private static void requireLength(String what, int wanted, int found) {
    if (found != wanted) {
      throw new IllegalArgumentException(
          what + " must have the matrix's length " + wanted + ", got [" + found + "].");
    }
  }
}

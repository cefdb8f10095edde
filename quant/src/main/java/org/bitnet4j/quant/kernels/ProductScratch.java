package org.bitnet4j.quant.kernels;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Memory of one thread for one chunk of a product at a time, large enough for every width.
final class ProductScratch {
  /// Rows of a block at the widest vectors.
  private static final int MOST_LANES = 64;

  /// Rows of a chunk of many tokens, times tokens, at most.
  static final int SUMS = 64 * ManyTokens.BLOCKS * MOST_LANES;

  /// Rows of a block at the widest vectors that hold tables of bytes.
  private static final int MOST_BYTE_LANES = 32;

  /// Weights of many tokens, in the form in which they are multiplied or looked up.
  final MemorySegment weights;

  /// Sums of rows, over a segment or over all.
  final int[] sums = new int[SUMS];

  /// 1, which the compiler does not know. A loop whose step it does not know it does not unroll:
  /// eight bodies of a loop over vectors, mixed, need more registers than there are.
  final int one;

  /// Sums that are not int32 yet.
  final short[] running = new short[16 * MOST_BYTE_LANES / 2];

  /// Sums of segments times their multipliers.
  final double[] scaled = new double[SUMS];

  ProductScratch(Arena arena) {
    this.one = 1;
    long indices =
        (long) ManyTokens.BLOCKS * ShortTableLoops.EXACT_TILES * TableLoops.GROUPS * MOST_LANES;
    long rows = 2L * MOST_BYTE_LANES * (ByteTableLoops.RUN_COLUMNS + ByteTableLoops.PADDING);
    this.weights = arena.allocate(Math.max(indices, rows), MOST_LANES);
  }
}

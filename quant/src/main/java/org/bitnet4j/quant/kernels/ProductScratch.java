package org.bitnet4j.quant.kernels;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Memory of one thread for one chunk of a product at a time, large enough for the widest vectors.
final class ProductScratch {
  /// Rows of a block at the widest vectors.
  private static final int MOST_LANES = 64;

  /// Far-apart bands at most.
  private static final int MOST_BANDS = 8;

  /// Blocks of a chunk, at most, times tokens.
  private static final int MOST_SUMS = TernaryProduct.TOKENS * TernaryProduct.BLOCKS;

  /// Indices of a run of tiles of all blocks.
  final MemorySegment indices;

  /// Running sums of two blocks each.
  final short[][] pairs = new short[MOST_BANDS / 2][4 * MOST_LANES];

  /// Running sums of all blocks of all tokens.
  final short[] sums = new short[MOST_SUMS * 2 * MOST_LANES];

  /// Sums of rows, over a segment or over all.
  final int[] totals = new int[MOST_SUMS * MOST_LANES];

  /// Sums of segments times their multipliers.
  final double[] scaled = new double[MOST_SUMS * MOST_LANES];

  ProductScratch(Arena arena) {
    this.indices =
        arena.allocate(
            (long) TernaryProduct.RUN_TILES
                * TableLoops.GROUPS
                * TernaryProduct.BLOCKS
                * MOST_LANES,
            64);
  }
}

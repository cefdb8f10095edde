package org.bitnet4j.quant.kernels;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Memory of one thread for one chunk of a product at a time, large enough for the widest vectors.
final class ProductScratch {
  /// Indices of a run of tiles of all blocks of a chunk.
  final MemorySegment indices;

  /// Rows of a block at the widest vectors.
  private static final int MOST_LANES = 64;

  /// Blocks of a chunk, at most, times tokens.
  private static final int MOST_SUMS = TernaryProduct.TOKENS * TernaryProduct.BLOCKS;

  /// Sums of rows, over a segment or over all.
  final int[] sums = new int[MOST_SUMS * MOST_LANES];

  /// Running sums of two blocks, or of one block and two tokens, where they are not int32.
  final short[] running = new short[4 * MOST_LANES];

  /// Sums of segments times their multipliers.
  final double[] scaled = new double[MOST_SUMS * MOST_LANES];

  ProductScratch(Arena arena) {
    int groups = TableLoops.RUN_TILES * TableLoops.GROUPS;
    this.indices = arena.allocate((long) TernaryProduct.BLOCKS * groups * MOST_LANES, MOST_LANES);
  }
}

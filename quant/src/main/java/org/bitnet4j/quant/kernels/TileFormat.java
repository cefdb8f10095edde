package org.bitnet4j.quant.kernels;

import java.lang.foreign.MemorySegment;

/// How the trits of one row in one tile are spread over the byte lane of that row in the tile's
/// vectors, and which loops read them.
sealed interface TileFormat permits Lut27Tiles, Lut9Tiles {
  /// Columns that share a table: 2 or 3.
  int groupColumns();

  /// Vectors of a tile.
  int vectors();

  /// Columns of a tile.
  default int tileColumns() {
    return TableLoops.GROUPS * groupColumns();
  }

  /// Stores a row's trits of a tile.
  ///
  /// @param codes the two-bit codes t + 1 of the tile's columns, the first in the lowest bits
  /// @param tile receives them
  /// @param at offset of the row's lane in the tile's first vector
  /// @param lanes bytes from one vector to the next
  void store(long codes, MemorySegment tile, long at, int lanes);

  /// The inverse of [#store].
  ///
  /// @param tile holds the tile
  /// @param at offset of the row's lane in the tile's first vector
  /// @param lanes bytes from one vector to the next
  long load(MemorySegment tile, long at, int lanes);

  /// Adds a run of tiles of two blocks to their running sums: see [TableLoops#lut27Pair].
  void pair(
      TableLoops loops,
      MemorySegment codes,
      long first,
      long second,
      MemorySegment tables,
      long table,
      int tiles,
      short[] sums);

  /// Brings indices into bytes of their own: see [TableLoops#lut27Indices].
  void indices(
      TableLoops loops,
      MemorySegment codes,
      long first,
      int tiles,
      MemorySegment indices,
      long at,
      long stride);
}

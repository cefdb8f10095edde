package org.bitnet4j.quant.kernels;

import java.lang.foreign.MemorySegment;

/// The vector loops of products by table lookup, one implementation per vector width. Ranges have
/// been checked.
///
/// A tile holds, for a block of `lanes` rows, eight groups of two or three columns. For each group
/// a token has a table of all sums that its two or three activations can give, w · x + bias, split
/// into the low five bits and the rest: two vectors, so that eight lookups of either add up within
/// a byte. Byte 2i of a vector belongs to row i of the block, byte 2i + 1 to row lanes/2 + i.
///
/// Running sums of a block are four vectors of shorts, modulo 2^16: the low parts of whole shorts
/// and of their upper bytes, then the same of the high parts. They hold [#EXACT_TILES] tiles.
sealed interface TableLoops permits TableLoops128, TableLoops256, TableLoops512 {
  /// Tiles whose sums of low parts, at most 8 · 31 each, fit 16 bits.
  int EXACT_TILES = 256;

  /// Groups of columns in a tile.
  int GROUPS = 8;

  /// Bytes, and so rows, of a vector.
  int lanes();

  /// Writes the tables of a run of activations, those beyond its end being 0.
  ///
  /// @param groupColumns columns of a group: 2 or 3
  /// @param codes holds the activations
  /// @param offset index of the first activation
  /// @param count number of activations
  /// @param tables receives `2 · lanes` bytes for each group
  /// @param at offset of the first byte
  /// @param tiles number of tiles
  void buildTables(
      int groupColumns,
      byte[] codes,
      int offset,
      int count,
      MemorySegment tables,
      long at,
      int tiles);

  /// Adds a run of 3-column tiles of two blocks to their running sums.
  ///
  /// @param codes the matrix
  /// @param first first tile of the one block
  /// @param second first tile of the other
  /// @param tables the token's tables
  /// @param table first table
  /// @param tiles number of tiles
  /// @param sums running sums of both blocks, one after the other
  void lut27Pair(
      MemorySegment codes,
      long first,
      long second,
      MemorySegment tables,
      long table,
      int tiles,
      short[] sums);

  /// The same with tiles of 2-column groups.
  void lut9Pair(
      MemorySegment codes,
      long first,
      long second,
      MemorySegment tables,
      long table,
      int tiles,
      short[] sums);

  /// Brings the eight indices of each lane of 3-column tiles into bytes of their own.
  ///
  /// @param codes the matrix
  /// @param first first tile
  /// @param tiles number of tiles
  /// @param indices receives a vector for each group
  /// @param at offset of the first vector
  /// @param stride bytes from one vector to the next
  void lut27Indices(
      MemorySegment codes, long first, int tiles, MemorySegment indices, long at, long stride);

  /// The same with tiles of 2-column groups.
  void lut9Indices(
      MemorySegment codes, long first, int tiles, MemorySegment indices, long at, long stride);

  /// Adds a run of tiles of four blocks, whose indices lie vector by vector in turn, to their
  /// running sums.
  ///
  /// @param indices four vectors, one of each block, for each group
  /// @param tables the token's tables
  /// @param table first table
  /// @param tiles number of tiles
  /// @param sums holds the running sums of the blocks
  /// @param at index of the first
  void four(
      MemorySegment indices, MemorySegment tables, long table, int tiles, short[] sums, int at);

  /// The same of one block.
  void one(
      MemorySegment indices, MemorySegment tables, long table, int tiles, short[] sums, int at);

  /// Adds the running sums of a block, less the tables' bias, to its int32 sums and clears them.
  ///
  /// @param sums holds the running sums
  /// @param at index of the first
  /// @param bias sum of the bias of all lookups
  /// @param out sums by row
  /// @param offset index of the block's first row
  void flush(short[] sums, int at, int bias, int[] out, int offset);
}

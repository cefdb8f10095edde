package org.bitnet4j.quant.kernels;

import java.lang.foreign.MemorySegment;

/// The vector loops of products by table lookup. Ranges have been checked.
///
/// A tile holds, for a block of `lanes` rows, eight groups of two or three columns, and each group
/// of a row is the index of its trits. For each group a token has a table of all sums that its two
/// or three activations can give: w · x + bias, never negative. Byte 4i + j of a vector belongs to
/// row j · lanes/4 + i of the block, so that the sums of every fourth byte, widened to int32, lie
/// next to each other.
///
/// Bodies of loops are flat on purpose: beyond a certain size the compiler stops taking helpers in,
/// and makes an object of each vector that it passes to one.
sealed interface TableLoops permits ShortTableLoops, ByteTableLoops128, ByteTableLoops256 {
  /// Groups of columns in a tile.
  int GROUPS = 8;

  /// Tiles of a run of many tokens, whose sums need not be widened on the way.
  int RUN_TILES = 10;

  /// Bytes, and so rows, of a vector.
  int lanes();

  /// Bytes of a group's table.
  int groupTableBytes();

  /// Writes the tables of a run of activations, those beyond its end being 0.
  ///
  /// @param format the tiles
  /// @param codes holds the activations
  /// @param offset index of the first activation
  /// @param count number of activations
  /// @param tables receives the tables, those of a tile's groups in turn
  /// @param at offset of the first byte
  /// @param tiles number of tiles
  void buildTables(
      TileFormat format,
      byte[] codes,
      int offset,
      int count,
      MemorySegment tables,
      long at,
      int tiles);

  /// Adds a run of tiles of two blocks, times one token, to int32 sums. Each lookup adds its bias
  /// too.
  ///
  /// @param format the tiles
  /// @param codes the matrix
  /// @param first first tile of the one block
  /// @param second first tile of the other
  /// @param tables holds the token's tables
  /// @param table first table
  /// @param tiles number of tiles
  /// @param scratch holds the sums by row, the one block's before the other's
  /// @param at index of the first sum
  void pair(
      TileFormat format,
      MemorySegment codes,
      long first,
      long second,
      MemorySegment tables,
      long table,
      int tiles,
      ProductScratch scratch,
      int at);

  /// Brings the eight indices of each lane of a block's tiles into bytes of their own.
  ///
  /// @param format the tiles
  /// @param codes the matrix
  /// @param first first tile
  /// @param tiles number of tiles
  /// @param indices receives a vector for each group, one after the other
  /// @param at offset of the first vector
  void indices(
      TileFormat format,
      MemorySegment codes,
      long first,
      int tiles,
      MemorySegment indices,
      long at);

  /// Tokens that [#some] takes at once.
  int tokensAtOnce();

  /// Adds a run of tiles of one block, times [#tokensAtOnce] tokens, to int32 sums.
  ///
  /// @param indices holds a vector for each group
  /// @param at offset of the first vector
  /// @param tables holds the tokens' tables
  /// @param table first table of the first token
  /// @param tokenBytes bytes from one token's tables to the next one's
  /// @param tiles number of tiles, at most [#RUN_TILES]
  /// @param scratch holds the sums by row
  /// @param from index of the first token's sums
  /// @param stride from there to the next token's
  void some(
      MemorySegment indices,
      long at,
      MemorySegment tables,
      long table,
      long tokenBytes,
      int tiles,
      ProductScratch scratch,
      int from,
      int stride);
}

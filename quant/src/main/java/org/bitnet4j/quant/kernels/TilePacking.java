package org.bitnet4j.quant.kernels;

import java.lang.foreign.MemorySegment;

/// The vector loops between canonical order and tiles, the same moves as [TileFormat] makes for one
/// row and one tile, here for all rows of a block at once. Ranges have been checked.
///
/// Words are ints of sixteen two-bit codes. Those of the same columns of all rows of a block lie
/// together, word c of row r at \[c · lanes + r\]. Bytes at the same place of four words of rows r,
/// r + lanes/4, … are the four bytes of an int lane of a tile: so after exchanging bytes within
/// each four vectors of words ([#exchange]), vector k holds four columns of every row, each in the
/// byte lane that a tile has for it.
sealed interface TilePacking permits TilePacking128, TilePacking256, TilePacking512 {
  /// Codes of a word.
  int WORD_COLUMNS = 16;

  /// The loops for blocks of as many rows as a vector has bytes.
  ///
  /// @param lanes rows of a block
  static TilePacking of(int lanes) {
    return switch (lanes) {
      case 16 -> TilePacking128.INSTANCE;
      case 32 -> TilePacking256.INSTANCE;
      case 64 -> TilePacking512.INSTANCE;
      default ->
          throw new IllegalArgumentException("lanes must be 16, 32 or 64, got [" + lanes + "].");
    };
  }

  /// Exchanges byte j of word k with byte k of word j, of the words of rows that are a quarter of
  /// the block apart. Its own inverse.
  ///
  /// @param words holds the words
  /// @param columns words of a row
  void exchange(int[] words, int columns);

  /// Writes indices of three trits each: four bytes of `indices` for three bytes of words. Tiles of
  /// 24 columns take two of these steps.
  ///
  /// @param words exchanged words
  /// @param indices receives the indices, vectors of group after group
  /// @param tiles number of tiles
  void index27(int[] words, int[] indices, int tiles);

  /// The inverse of [#index27].
  ///
  /// @param indices holds the indices
  /// @param words receives exchanged words
  /// @param tiles number of tiles
  void words27(int[] indices, int[] words, int tiles);

  /// Stores the eight indices of each tile in five bytes, see [Lut27Tiles].
  ///
  /// @param indices holds the indices
  /// @param codes receives the tiles
  /// @param at offset of the first
  /// @param tiles number of tiles
  void store27(int[] indices, MemorySegment codes, long at, int tiles);

  /// The inverse of [#store27].
  ///
  /// @param codes holds the tiles
  /// @param at offset of the first
  /// @param indices receives the indices
  /// @param tiles number of tiles
  void load27(MemorySegment codes, long at, int[] indices, int tiles);

  /// Stores tiles of 16 columns, a word of each row, see [Lut9Tiles].
  ///
  /// @param words exchanged words
  /// @param codes receives the tiles
  /// @param at offset of the first
  /// @param tiles number of tiles
  void store9(int[] words, MemorySegment codes, long at, int tiles);

  /// The inverse of [#store9].
  ///
  /// @param codes holds the tiles
  /// @param at offset of the first
  /// @param words receives exchanged words
  /// @param tiles number of tiles
  void load9(MemorySegment codes, long at, int[] words, int tiles);
}

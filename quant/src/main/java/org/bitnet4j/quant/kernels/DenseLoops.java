package org.bitnet4j.quant.kernels;

import java.lang.foreign.MemorySegment;

/// The loops of dense products, one implementation per path.
sealed interface DenseLoops
    permits ScalarDenseLoops, VectorDenseLoops128, VectorDenseLoops256, VectorDenseLoops512 {
  /// Rows that are multiplied at once.
  int ROWS = 4;

  /// Tokens that are multiplied at once where there are several.
  int TOKENS = 2;

  /// Lanes of a sum.
  int LANES = 16;

  /// Values of a row, its scale not multiplied in.
  ///
  /// @param format how it is stored
  /// @param codes holds the row
  /// @param at offset of the row
  /// @param columns number of values
  /// @param out receives them
  /// @param offset index of the first
  void decode(
      DenseFormat format, MemorySegment codes, long at, int columns, float[] out, int offset);

  /// Stores a row as [DenseFormat#INT8].
  ///
  /// @param x holds the values
  /// @param offset index of the first
  /// @param columns how many
  /// @param scale of the row
  /// @param codes receives the row
  /// @param at offset of the row
  void encodeBytes(
      float[] x, int offset, int columns, RowScale scale, MemorySegment codes, long at);

  /// Stores a row as [DenseFormat#INT4], its groups' scales chosen by [GroupCode].
  ///
  /// @param x holds the values
  /// @param offset index of the first
  /// @param columns how many
  /// @param codes receives the row
  /// @param at offset of the row
  void encodeNibbles(float[] x, int offset, int columns, MemorySegment codes, long at);

  /// Products of four rows of floats with one token.
  ///
  /// @param format how the rows are stored
  /// @param codes holds the rows
  /// @param a offset of the first row
  /// @param b offset of the second
  /// @param c offset of the third
  /// @param d offset of the fourth
  /// @param columns their length
  /// @param x holds the token
  /// @param offset index of its first activation
  /// @param lanes receives [#LANES] partial sums for each row
  void rows(
      DenseFormat format,
      MemorySegment codes,
      long a,
      long b,
      long c,
      long d,
      int columns,
      float[] x,
      int offset,
      float[] lanes);

  /// Makes a token ready for rows of [DenseFormat#INT8]; see [CodeTokens].
  ///
  /// @param x holds the token, in whole groups of columns
  /// @param groups how many
  /// @param ready receives activations and corrections
  /// @param at offset of the activations
  /// @param correctionAt offset of the corrections of the lanes, −128 · Σ x over three of four
  ///   columns of a lane: float sums of the three, added up in double
  void byteToken(float[] x, int groups, MemorySegment ready, long at, long correctionAt);

  /// Makes a token ready for rows of [DenseFormat#INT4]; see [CodeTokens].
  ///
  /// @param x holds the token, in whole groups of columns
  /// @param groups how many
  /// @param ready receives activations and corrections
  /// @param at offset of the activations
  /// @param correctionAt offset of the corrections of each group's lanes, −8 · Σ x over three of
  ///   four columns of a lane
  void nibbleToken(float[] x, int groups, MemorySegment ready, long at, long correctionAt);

  /// Products of four rows of codes with one token, the rows' scales not multiplied in.
  ///
  /// @param format how the rows are stored
  /// @param codes holds the rows
  /// @param a offset of the first row
  /// @param b offset of the second
  /// @param c offset of the third
  /// @param d offset of the fourth
  /// @param columns their length
  /// @param tokens holds the token, made ready for the format
  /// @param token which it is
  /// @param scales scratch memory for the scales of the rows' groups
  /// @param lanes receives [#LANES] partial sums for each row
  void codeRows(
      DenseFormat format,
      MemorySegment codes,
      long a,
      long b,
      long c,
      long d,
      int columns,
      CodeTokens tokens,
      int token,
      float[] scales,
      float[] lanes);

  /// Products of four decoded rows with two tokens.
  ///
  /// @param rows holds the rows, one after the other
  /// @param columns their length
  /// @param x holds the tokens
  /// @param first index of the first token's first activation
  /// @param second index of the second's
  /// @param lanes receives [#LANES] partial sums for each row of the first token, then of the
  ///   second
  void tile(float[] rows, int columns, float[] x, int first, int second, float[] lanes);
}

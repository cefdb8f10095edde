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

  /// Products of four rows with one token.
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

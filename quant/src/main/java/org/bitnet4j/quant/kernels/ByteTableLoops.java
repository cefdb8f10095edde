package org.bitnet4j.quant.kernels;

import java.lang.foreign.MemorySegment;

/// Loops of vectors that hold tables of bytes only: sums of one token are looked up, those of many
/// tokens are multiplied, which is faster there.
sealed interface ByteTableLoops extends TableLoops permits ByteTableLoops128, ByteTableLoops256 {
  /// Rows whose products are computed at once.
  int ROWS_AT_ONCE = 4;

  /// Columns of a run: 16-bit sums of a lane, at most 128 each, must hold those of a run.
  int RUN_COLUMNS = 1920;

  /// Shorts behind a row of a run, and behind the activations, for loads of whole vectors.
  int PADDING = 32;

  /// Adds Σ w · x over a run of columns, for [#ROWS_AT_ONCE] rows and [#TOKENS_AT_ONCE] tokens, to
  /// int32 sums.
  ///
  /// @param weights holds rows of trits, [#RUN_COLUMNS] and [#PADDING] apart, zero behind a run
  /// @param row offset of the first row
  /// @param activations holds tokens
  /// @param token index of the first token's first activation
  /// @param tokenStride from there to the next token's
  /// @param columns columns of the run
  /// @param scratch holds the sums
  /// @param from index of the first row of the first token
  /// @param stride from there to the next token's
  void multiply(
      MemorySegment weights,
      long row,
      short[] activations,
      int token,
      int tokenStride,
      int columns,
      ProductScratch scratch,
      int from,
      int stride);
}

package org.bitnet4j.quant.kernels;

/// How the weights of a [DenseMatrix] are stored.
public enum DenseFormat {
  /// IEEE 754 binary32: 32 bits per weight.
  FLOAT32,
  /// IEEE 754 binary16, half to even: 16 bits per weight.
  FLOAT16,
  /// The upper half of binary32, half to even: 16 bits per weight.
  BFLOAT16,
  /// Codes rint(w · 127 / max|w|) with a float32 scale max|w| / 127 for each row: 8 bits per
  /// weight.
  INT8,
  /// Codes −8..7 in groups of 64 columns with a bfloat16 scale each: 4.25 bits per weight.
  ///
  /// Groups of 32 would lose about a tenth less and cost 4.5 bits, 6 % more of the memory's
  /// bandwidth, which is what a head's time is. The scale is a bfloat16, not a binary16, because
  /// its range is that of the weights, and because code times scale is then exact in float32.
  INT4;

  /// Columns that share a scale in [#INT4].
  static final int GROUP = 64;

  /// Columns whose codes fill 16 ints: nibble k of int j is that of column 16k + j.
  static final int TILE = 128;

  /// Bytes of a row.
  long rowBytes(int columns) {
    return switch (this) {
      case FLOAT32 -> 4L * columns;
      case FLOAT16, BFLOAT16 -> 2L * columns;
      case INT8 -> columns;
      // The scales of the row's groups, then 64 bytes for two groups.
      case INT4 -> Math.ceilDiv(columns, TILE) * (2L * Short.BYTES + TILE / 2L);
    };
  }

  /// Offset of the codes within a row.
  long codesAt(int columns) {
    return this == INT4 ? Math.ceilDiv(columns, TILE) * 2L * Short.BYTES : 0;
  }
}

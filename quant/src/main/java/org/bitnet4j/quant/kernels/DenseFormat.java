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

  /// Columns of a tile of codes, of which field k of word j is that of column 16k + j: bytes of
  /// sixteen ints in [#INT8], nibbles of sixteen shorts in [#INT4]. They hold code + [#bias].
  static final int TILE = 64;

  /// Whether rows hold codes, in whole tiles, and a token has to be made ready for them: see
  /// [CodeTokens].
  boolean hasCodes() {
    return this == INT8 || this == INT4;
  }

  /// Bits of a code.
  int codeBits() {
    return this == INT4 ? 4 : 8;
  }

  /// What makes codes whole numbers from 0 on, which a mask takes out of a word. The uppermost
  /// field of a word has a sign and needs none.
  ///
  /// @param field of the word
  int bias(int field) {
    return field == 3 ? 0 : this == INT4 ? 8 : 128;
  }

  /// Columns with those that fill the last tile.
  static int padded(int columns) {
    return Math.multiplyExact(Math.ceilDiv(columns, TILE), TILE);
  }

  /// Bytes of a row.
  long rowBytes(int columns) {
    return switch (this) {
      case FLOAT32 -> 4L * columns;
      case FLOAT16, BFLOAT16 -> 2L * columns;
      case INT8 -> padded(columns);
      case INT4 -> codesAt(columns) + padded(columns) / 2L;
    };
  }

  /// Offset of the codes within a row: behind the scales of its groups.
  long codesAt(int columns) {
    return this == INT4 ? (long) padded(columns) / GROUP * Short.BYTES : 0;
  }
}

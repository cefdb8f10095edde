package org.bitnet4j.quant.config;

/// How ternary codes are stored.
public enum TernaryPackingStrategy {
  /// One code byte per weight.
  UNCOMPRESSED,
  /// Four codes per byte.
  BIT_PACKED_2BIT,
  /// Five codes per byte.
  BASE3_PACKED,
  /// One signed byte per weight, each row padded to the alignment.
  BYTE_ALIGNED,
  /// Pairs of code and run length.
  RUN_LENGTH_ENCODED,
  /// Indices of the non-zero weights and their signs.
  COMPRESSED_SPARSE,
  /// Per block the strategy with the fewest bytes.
  HYBRID
}

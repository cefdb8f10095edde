package org.bitnet4j.quant.config;

/// The grid of integer codes that values are rounded to.
public enum QuantizationPrecision {
  /// Codes −1 and +1, the sign; zero becomes +1.
  ONE_BIT,
  /// Codes −1, 0 and +1, log2(3) = 1.58 bit of information.
  TERNARY_1_58,
  /// Codes −2..1, or 0..3 with a zero point.
  TWO_BIT,
  /// Codes −7..7, or 0..15 with a zero point.
  FOUR_BIT,
  /// Codes −127..127, or 0..255 with a zero point.
  EIGHT_BIT
}

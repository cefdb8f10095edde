package org.bitnet4j.quant.activations;

import org.bitnet4j.quant.config.QuantizationPrecision;

/// The integers that codes may be, and how a range maps onto them.
///
/// Every grid maps a range R by one rule, scale = span / R: symmetric grids have span (highest −
/// lowest) / 2, which is 127 for eight bits as in b1.58 and 1.5 for the codes −2..1; grids with a
/// zero point have span = highest, R being maximum − minimum.
///
/// @param lowest smallest code
/// @param highest largest code
/// @param signOnly codes are −1 and +1 only, 0 → +1
/// @param zeroPointed codes are unsigned and have a zero point
record CodeGrid(int lowest, int highest, boolean signOnly, boolean zeroPointed) {
  /// Ranges below this are taken as this: an all-zero token still has a finite scale (arXiv
  /// 2402.17764).
  private static final float SMALLEST_RANGE = 1e-5f;

  static CodeGrid symmetric(QuantizationPrecision precision) {
    return switch (precision) {
      case ONE_BIT -> new CodeGrid(-1, 1, true, false);
      case TERNARY_1_58 -> new CodeGrid(-1, 1, false, false);
      case TWO_BIT -> new CodeGrid(-2, 1, false, false);
      case FOUR_BIT -> new CodeGrid(-7, 7, false, false);
      case EIGHT_BIT -> new CodeGrid(-127, 127, false, false);
    };
  }

  static CodeGrid zeroPointed(QuantizationPrecision precision) {
    return switch (precision) {
      case ONE_BIT, TERNARY_1_58 ->
          throw new IllegalArgumentException(
              "a grid with a zero point must have two bits or more, got [" + precision + "]");
      case TWO_BIT -> new CodeGrid(0, 3, false, true);
      case FOUR_BIT -> new CodeGrid(0, 15, false, true);
      case EIGHT_BIT -> new CodeGrid(0, 255, false, true);
    };
  }

  /// Whether codes are −127..127, as the int8 kernel gives them where nothing exceeds the range.
  boolean isInt8() {
    return lowest == -127 && highest == 127;
  }

  /// The scale s of a symmetric grid, q = rint(x·s), in float32.
  float scale(float range) {
    return (highest - lowest) / 2f / Math.max(range, SMALLEST_RANGE);
  }

  /// The scale s of a grid with a zero point; in double, because maximum − minimum may exceed the
  /// float range.
  float scale(float minimum, float maximum) {
    return (float) (highest / Math.max((double) maximum - minimum, SMALLEST_RANGE));
  }

  /// The code that stands for 0, where minimum ≤ 0.
  int zeroPoint(float minimum, float scale) {
    return (int) Math.clamp(Math.rint(-(double) minimum * scale), 0.0, highest);
  }

  /// The code of a value: the product is float32, as in the reference of b1.58.
  byte encode(float value, float scale, int zeroPoint) {
    if (signOnly) {
      return (byte) (value >= 0 ? 1 : -1);
    }
    return (byte) (int) Math.clamp(Math.rint(value * scale) + zeroPoint, lowest, highest);
  }
}

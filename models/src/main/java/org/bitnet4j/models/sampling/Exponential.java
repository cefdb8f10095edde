package org.bitnet4j.models.sampling;

/// e^x for x ≤ 0 in additions and multiplications alone, whose results IEEE 754 fixes: the same
/// bits on every machine, and several times as fast as StrictMath.
final class Exponential {
  private static final double LOG2_E = 1.4426950408889634;

  /// ln 2 in two parts; the first has few enough bits that its multiples are exact.
  private static final double LN2_HIGH = 0x1.62e42feep-1;

  private static final double LN2_LOW = 0x1.a39ef35793c76p-33;

  /// Below, results are 0: the smallest probability that matters is 2^−53 of the largest.
  private static final double LEAST = -700;

  /// 2^52 + 2^51: added and taken away, it rounds to an integer, half to even.
  private static final double ROUNDER = 0x1.8p52;

  private Exponential() {}

  /// e^x.
  ///
  /// @param x at most 0
  static double of(double x) {
    if (!(x >= LEAST)) {
      return 0;
    }
    double k = (x * LOG2_E + ROUNDER) - ROUNDER;
    double r = (x - k * LN2_HIGH) - k * LN2_LOW; // |r| ≤ ln 2 / 2
    double sum = 1.0 / 6227020800.0;
    sum = sum * r + 1.0 / 479001600.0;
    sum = sum * r + 1.0 / 39916800.0;
    sum = sum * r + 1.0 / 3628800.0;
    sum = sum * r + 1.0 / 362880.0;
    sum = sum * r + 1.0 / 40320.0;
    sum = sum * r + 1.0 / 5040.0;
    sum = sum * r + 1.0 / 720.0;
    sum = sum * r + 1.0 / 120.0;
    sum = sum * r + 1.0 / 24.0;
    sum = sum * r + 1.0 / 6.0;
    sum = sum * r + 0.5;
    sum = sum * r + 1.0;
    sum = sum * r + 1.0;
    return sum * Double.longBitsToDouble((1023L + (long) k) << 52);
  }
}

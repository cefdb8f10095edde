package org.bitnet4j.quant.config;

import java.math.BigDecimal;

/// The interval that a number must lie in. Validation, messages and JSON Schema all read it.
record Limit(
    double least, boolean leastIncluded, double most, boolean mostIncluded, boolean powerOfTwo) {

  static Limit closed(double least, double most) {
    return new Limit(least, true, most, true, false);
  }

  static Limit aboveUpTo(double least, double most) {
    return new Limit(least, false, most, true, false);
  }

  static Limit between(double least, double most) {
    return new Limit(least, false, most, false, false);
  }

  static Limit above(double least) {
    return new Limit(least, false, Double.MAX_VALUE, true, false);
  }

  static Limit atLeast(double least) {
    return new Limit(least, true, Double.MAX_VALUE, true, false);
  }

  static Limit powersOfTwo(int least, int most) {
    return new Limit(least, true, most, true, true);
  }

  boolean admits(double value) {
    boolean highEnough = leastIncluded ? value >= least : value > least;
    boolean lowEnough = mostIncluded ? value <= most : value < most;
    return highEnough && lowEnough && (!powerOfTwo || isPowerOfTwo(value));
  }

  private static boolean isPowerOfTwo(double value) {
    return value == Math.rint(value) && Long.bitCount((long) value) == 1;
  }

  boolean unbounded() {
    return most == Double.MAX_VALUE;
  }

  /// The interval in words, as it reads after "must be".
  String text() {
    if (unbounded()) {
      return (leastIncluded ? "at least " : "above ") + plain(least);
    }
    return (powerOfTwo ? "a power of two in " : "in ")
        + (leastIncluded ? '[' : '(')
        + plain(least)
        + ", "
        + plain(most)
        + (mostIncluded ? ']' : ')');
  }

  /// The allowed value that is nearest to a refused one, in words.
  String nearest(double value) {
    if (powerOfTwo && value > least && value < most) {
      return "Use " + Long.highestOneBit((long) value) + " or " + nextPowerOfTwo(value);
    }
    boolean low = !(value > least);
    boolean included = low ? leastIncluded : mostIncluded;
    String end = plain(low ? least : most);
    return included ? "Use " + end : "Use a number " + (low ? "above " : "below ") + end;
  }

  private static long nextPowerOfTwo(double value) {
    return Long.highestOneBit((long) value) << 1;
  }

  static String plain(double value) {
    return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
  }
}

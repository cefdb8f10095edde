package org.bitnet4j.formats.report;

import java.util.Locale;

/// Numbers with units, as people read them; the same on every machine.
final class Quantities {
  private static final String NO_BREAK = "\u00A0";

  private Quantities() {}

  static String bytes(long bytes) {
    return scaled(bytes, new String[] {"B", "kB", "MB", "GB", "TB"});
  }

  static String count(long count) {
    return scaled(count, new String[] {"", "K", "M", "B", "T"});
  }

  private static String scaled(long value, String[] units) {
    int unit = 0;
    double scaled = value;
    while (scaled >= 999.5 && unit < units.length - 1) {
      scaled /= 1000;
      unit++;
    }
    int digits = unit == 0 || scaled >= 99.95 ? 0 : scaled >= 9.995 ? 1 : 2;
    String number = fixed(scaled, digits);
    return units[unit].isEmpty() ? number : number + NO_BREAK + units[unit];
  }

  static String seconds(double seconds) {
    if (seconds < 0.9995) {
      return fixed(seconds * 1000, seconds < 0.00995 ? 1 : 0) + NO_BREAK + "ms";
    }
    if (seconds < 59.95) {
      return fixed(seconds, seconds < 9.995 ? 2 : 1) + NO_BREAK + "s";
    }
    long whole = (long) Math.rint(Math.min(seconds, 1e12));
    return whole / 60 + NO_BREAK + "min" + NO_BREAK + whole % 60 + NO_BREAK + "s";
  }

  static String percent(double share) {
    return fixed(share * 100, 1) + NO_BREAK + "%";
  }

  /// A plain number; ∞ and – for what is none.
  static String fixed(double value, int digits) {
    if (Double.isNaN(value)) {
      return "–";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "∞" : "−∞";
    }
    return String.format(Locale.ROOT, "%." + digits + "f", value).replace('-', '−');
  }

  /// Three significant digits, with an exponent where the number is small.
  static String significant(double value) {
    if (!Double.isFinite(value) || value == 0) {
      return fixed(value, 0);
    }
    return String.format(Locale.ROOT, Math.abs(value) < 1e-3 ? "%.2e" : "%.3g", value)
        .replace('-', '−');
  }
}

package org.bitnet4j.formats.report;

import java.util.Locale;

/// Helpers of the drawn pictures.
final class Picture {
  private Picture() {}

  /// A coordinate with at most two digits after the point.
  static String number(double value) {
    String text = String.format(Locale.ROOT, "%.2f", value);
    int end = text.length();
    while (text.charAt(end - 1) == '0') {
      end--;
    }
    if (text.charAt(end - 1) == '.') {
      end--;
    }
    String shortened = text.substring(0, end);
    return shortened.equals("-0") ? "0" : shortened;
  }
}

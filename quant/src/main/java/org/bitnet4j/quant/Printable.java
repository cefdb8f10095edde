package org.bitnet4j.quant;

/// Text from a file made safe to print: names are data and never reach a terminal raw.
public final class Printable {
  private static final int MAX_LENGTH = 400;

  private Printable() {}

  /// The text on one line: control and format characters escaped, cut at 400 characters.
  ///
  /// @param text any text
  public static String line(String text) {
    int shown = Math.min(text.length(), MAX_LENGTH);
    StringBuilder line = new StringBuilder(shown + 16);
    for (int i = 0; i < shown; i++) {
      char c = text.charAt(i);
      int type = Character.getType(c);
      if (Character.isISOControl(c)
          || type == Character.FORMAT
          || type == Character.LINE_SEPARATOR
          || type == Character.PARAGRAPH_SEPARATOR
          || type == Character.SURROGATE) {
        line.append("\\u").append(java.util.HexFormat.of().toHexDigits(c));
      } else {
        line.append(c);
      }
    }
    return text.length() > shown ? line.append('…').toString() : line.toString();
  }
}

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
      if (isPlain(c)) {
        line.append(c);
      } else {
        line.append("\\u").append(java.util.HexFormat.of().toHexDigits(c));
      }
    }
    return text.length() > shown ? line.append('…').toString() : line.toString();
  }

  /// Whether a terminal shows a character as it is: no control character, no format character such
  /// as those that turn the writing direction, no line end, no half of a pair.
  ///
  /// @param c any character
  public static boolean isPlain(char c) {
    int type = Character.getType(c);
    return !Character.isISOControl(c)
        && type != Character.FORMAT
        && type != Character.LINE_SEPARATOR
        && type != Character.PARAGRAPH_SEPARATOR
        && type != Character.SURROGATE;
  }
}

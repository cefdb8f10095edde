package org.bitnet4j.models.template;

import java.util.Locale;

/// Strings as Python has them: white space, escapes, positions that count characters and not halves
/// of pairs.
final class Text {
  private Text() {}

  /// White space of `str.isspace`.
  static boolean isSpace(int c) {
    return (c >= 9 && c <= 13)
        || (c >= 0x1C && c <= 0x20)
        || c == 0x85
        || c == 0xA0
        || (c > 0xFF && (Character.isSpaceChar(c) || Character.isWhitespace(c)));
  }

  /// A string literal without its quotes.
  static String unescaped(String literal, int line) {
    if (literal.indexOf('\\') < 0) {
      return literal;
    }
    StringBuilder text = new StringBuilder(literal.length());
    for (int i = 0; i < literal.length(); i++) {
      char c = literal.charAt(i);
      if (c != '\\' || i + 1 == literal.length()) {
        text.append(c);
        continue;
      }
      char escape = literal.charAt(++i);
      switch (escape) {
        case 'n' -> text.append('\n');
        case 't' -> text.append('\t');
        case 'r' -> text.append('\r');
        case 'b' -> text.append('\b');
        case 'f' -> text.append('\f');
        case 'v' -> text.append('\u000B');
        case 'a' -> text.append('\u0007');
        case '0' -> text.append('\0');
        case '\n' -> {} // a line that goes on
        case '\\', '\'', '"' -> text.append(escape);
        case 'x', 'u', 'U' -> {
          int digits = escape == 'x' ? 2 : escape == 'u' ? 4 : 8;
          text.appendCodePoint(code(literal, i + 1, digits, line));
          i += digits;
        }
        default -> text.append('\\').append(escape);
      }
    }
    return text.toString();
  }

  private static int code(String literal, int begin, int digits, int line) {
    int end = begin + digits;
    long code = -1;
    if (end <= literal.length()) {
      code = 0;
      for (int i = begin; i < end; i++) {
        int digit = Character.digit(literal.charAt(i), 16);
        code = digit < 0 || code < 0 ? -1 : 16 * code + digit;
      }
    }
    if (code < 0 || code > Character.MAX_CODE_POINT) {
      throw TemplateException.syntax(line, "an escape", digits + " hexadecimal digits", literal);
    }
    return (int) code;
  }

  /// Number of characters.
  static int length(String text) {
    return text.codePointCount(0, text.length());
  }

  /// The character at a position.
  static String at(String text, int index) {
    int begin = text.offsetByCodePoints(0, index);
    return text.substring(begin, text.offsetByCodePoints(begin, 1));
  }

  /// Removes characters from the ends.
  ///
  /// @param chars those to remove, empty for white space
  static String strip(String text, String chars, boolean left, boolean right) {
    int begin = 0;
    int end = text.length();
    while (left && begin < end && strips(text.codePointAt(begin), chars)) {
      begin += Character.charCount(text.codePointAt(begin));
    }
    while (right && end > begin && strips(text.codePointBefore(end), chars)) {
      end -= Character.charCount(text.codePointBefore(end));
    }
    return text.substring(begin, end);
  }

  private static boolean strips(int c, String chars) {
    return chars.isEmpty() ? isSpace(c) : chars.indexOf(c) >= 0;
  }

  /// First character in upper case, the rest in lower case.
  static String capitalized(String text) {
    if (text.isEmpty()) {
      return text;
    }
    int first = text.offsetByCodePoints(0, 1);
    return text.substring(0, first).toUpperCase(Locale.ROOT)
        + text.substring(first).toLowerCase(Locale.ROOT);
  }

  /// Each word capitalized, where letters behind anything else begin a word.
  static String titled(String text) {
    StringBuilder title = new StringBuilder(text.length());
    boolean inWord = false;
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      title.appendCodePoint(inWord ? Character.toLowerCase(c) : Character.toTitleCase(c));
      inWord = Character.isLetter(c);
      i += Character.charCount(c);
    }
    return title.toString();
  }

  /// How often a text occurs in another, one behind the other.
  static int count(String text, String part) {
    if (part.isEmpty()) {
      return length(text) + 1;
    }
    int count = 0;
    for (int i = text.indexOf(part); i >= 0; i = text.indexOf(part, i + part.length())) {
      count++;
    }
    return count;
  }
}

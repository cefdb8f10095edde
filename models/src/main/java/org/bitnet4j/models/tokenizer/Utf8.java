package org.bitnet4j.models.tokenizer;

/// UTF-8 byte by byte, by the decoder of the WHATWG Encoding Standard: bytes that can no longer
/// become a character are one U+FFFD for each longest part that began one, as Unicode recommends
/// and Rust does. The JDK's decoder takes an encoded half of a surrogate pair as one such part.
final class Utf8 {
  private static final char REPLACEMENT = '\uFFFD';

  /// Bytes that the character under way still needs; 0 where none is under way.
  private int missing;

  private int point;
  private int lower = 0x80;
  private int upper = 0xBF;

  /// Takes a byte and appends what it completes.
  void add(byte next, StringBuilder out) {
    int b = next & 0xFF;
    if (missing > 0) {
      if (b >= lower && b <= upper) {
        continueWith(b, out);
        return;
      }
      out.append(REPLACEMENT);
      reset(); // the byte that does not belong begins anew
    }
    begin(b, out);
  }

  private void continueWith(int b, StringBuilder out) {
    point = (point << 6) | (b & 0x3F);
    lower = 0x80;
    upper = 0xBF;
    missing--;
    if (missing == 0) {
      out.appendCodePoint(point);
      reset();
    }
  }

  /// Second bytes are limited where the form would be too long, half of a pair or beyond U+10FFFF.
  private void begin(int b, StringBuilder out) {
    if (b < 0x80) {
      out.append((char) b);
    } else if (b >= 0xC2 && b <= 0xDF) {
      missing = 1;
      point = b & 0x1F;
    } else if (b >= 0xE0 && b <= 0xEF) {
      missing = 2;
      point = b & 0xF;
      lower = b == 0xE0 ? 0xA0 : 0x80;
      upper = b == 0xED ? 0x9F : 0xBF;
    } else if (b >= 0xF0 && b <= 0xF4) {
      missing = 3;
      point = b & 0x7;
      lower = b == 0xF0 ? 0x90 : 0x80;
      upper = b == 0xF4 ? 0x8F : 0xBF;
    } else {
      out.append(REPLACEMENT);
    }
  }

  private void reset() {
    missing = 0;
    point = 0;
    lower = 0x80;
    upper = 0xBF;
  }

  /// Whether a character is under way.
  boolean isPending() {
    return missing > 0;
  }

  /// Ends the text: a character under way will never be one.
  void finish(StringBuilder out) {
    if (missing > 0) {
      out.append(REPLACEMENT);
      reset();
    }
  }
}

package org.bitnet4j.formats.gguf;

import java.nio.charset.StandardCharsets;
import org.bitnet4j.quant.Printable;

/// UTF-8 as GGUF texts must be: well-formed, shortest form, no surrogates, no NUL.
final class Utf8 {
  private Utf8() {}

  /// Position of the first byte that breaks the rules, −1 where there is none.
  ///
  /// @param bytes holds the text
  /// @param from its first byte
  /// @param to behind its last byte
  static int firstFault(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to) {
      int length = sequenceLength(bytes, at, to);
      if (length == 0) {
        return at;
      }
      at += length;
    }
    return -1;
  }

  /// Bytes of the character at a position, 0 where it is none. Unicode 16, table 3-7.
  private static int sequenceLength(byte[] bytes, int at, int to) {
    int lead = bytes[at] & 0xFF;
    if (lead < 0x80) {
      return lead == 0 ? 0 : 1;
    }
    int length = lead < 0xC2 || lead > 0xF4 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (length == 0 || to - at < length) {
      return 0;
    }
    int second = bytes[at + 1] & 0xFF;
    int least = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80; // no longer form than needed
    int greatest = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF; // no surrogate, ≤ U+10FFFF
    if (second < least || second > greatest) {
      return 0;
    }
    for (int i = 2; i < length; i++) {
      if ((bytes[at + i] & 0xC0) != 0x80) {
        return 0;
      }
    }
    return length;
  }

  /// Whether GGUF can hold a text: no unpaired surrogate, no NUL.
  ///
  /// @param text any text
  static boolean isText(String text) {
    return text.indexOf('\0') < 0 && StandardCharsets.UTF_8.newEncoder().canEncode(text);
  }

  /// The bytes of a text.
  ///
  /// @param what what it is, for the message
  /// @param text any text
  /// @throws IllegalArgumentException for an unpaired surrogate or a NUL
  static byte[] encode(String what, String text) {
    if (!isText(text)) {
      throw new IllegalArgumentException(
          what
              + " must be well-formed Unicode without NUL, got ["
              + Printable.line(text)
              + "]. Remove those characters");
    }
    return text.getBytes(StandardCharsets.UTF_8);
  }
}

package org.bitnet4j.formats.tokenizer;

/// Tokens that stand for single bytes in a SentencePiece vocabulary: `<0x00>` to `<0xFF>`.
final class ByteToken {
  private static final int LENGTH = "<0xFF>".length();

  private ByteToken() {}

  static boolean isByte(String token) {
    return token.length() == LENGTH
        && token.startsWith("<0x")
        && token.endsWith(">")
        && isDigit(token.charAt(3))
        && isDigit(token.charAt(4));
  }

  private static boolean isDigit(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F');
  }
}

package org.bitnet4j.models.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// The alphabet that byte-level BPE writes bytes in: printable characters of Latin-1 stand for
/// themselves, the others for U+0100 upwards (GPT-2).
final class ByteAlphabet {
  private static final int NONE = -1;
  private static final int[] BYTE_OF = new int[512];

  static {
    Arrays.fill(BYTE_OF, NONE);
    int next = 256;
    for (int b = 0; b < 256; b++) {
      boolean printable = (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
      BYTE_OF[printable ? b : next++] = b;
    }
  }

  private ByteAlphabet() {}

  /// The bytes of a token; where one character is not of the alphabet, its UTF-8.
  static byte[] bytes(String token) {
    byte[] bytes = new byte[token.length()];
    for (int i = 0; i < bytes.length; i++) {
      char c = token.charAt(i);
      if (c >= BYTE_OF.length || BYTE_OF[c] == NONE) {
        return token.getBytes(StandardCharsets.UTF_8);
      }
      bytes[i] = (byte) BYTE_OF[c];
    }
    return bytes;
  }
}

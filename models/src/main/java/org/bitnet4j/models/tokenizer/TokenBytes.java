package org.bitnet4j.models.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.bitnet4j.models.tokenizer.TokenizerFiles.Kind;

/// The bytes that each token stands for, all in one array.
///
/// Byte-level tokens are written in the alphabet of GPT-2, a character for each byte; a token with
/// any other character stands for its own UTF-8. Pieces are UTF-8 with ▁ for a space, and `<0x0A>`
/// is a byte. As the decoders of Hugging Face tokenizers, except that bytes which are no UTF-8
/// become replacement characters as Unicode recommends, for both kinds.
final class TokenBytes {
  private static final char SPACE_MARK = '▁';

  private final byte[] bytes;
  private final int[] ends;
  private final boolean[] special;

  TokenBytes(TokenizerFiles files) {
    List<String> texts = files.texts();
    byte[] all = new byte[8 * texts.size()];
    ends = new int[texts.size()];
    special = new boolean[texts.size()];
    int end = 0;
    for (int id = 0; id < ends.length; id++) {
      Kind kind = files.kinds().get(id);
      special[id] = kind.isSpecial();
      byte[] one = kind == Kind.UNUSED ? new byte[0] : bytes(texts.get(id), kind, files.pieces());
      if (end + one.length > all.length) {
        all = Arrays.copyOf(all, Math.max(2 * all.length, Math.addExact(end, one.length)));
      }
      System.arraycopy(one, 0, all, end, one.length);
      end += one.length;
      ends[id] = end;
    }
    bytes = Arrays.copyOf(all, end);
  }

  private static byte[] bytes(String text, Kind kind, boolean pieces) {
    if (!pieces) {
      return ByteAlphabet.bytes(text);
    }
    if (kind == Kind.BYTE) {
      return new byte[] {(byte) Integer.parseInt(text, 3, 5, 16)};
    }
    return text.replace(SPACE_MARK, ' ').getBytes(StandardCharsets.UTF_8);
  }

  /// How many tokens there are.
  int size() {
    return ends.length;
  }

  /// Whether a token steers the model and is no text.
  boolean isSpecial(int token) {
    return special[token];
  }

  /// Where the bytes of a token begin.
  int begin(int token) {
    return token == 0 ? 0 : ends[token - 1];
  }

  /// Where they end.
  int end(int token) {
    return ends[token];
  }

  /// One byte.
  byte at(int index) {
    return bytes[index];
  }

  /// The bytes of a token.
  byte[] of(int token) {
    return Arrays.copyOfRange(bytes, begin(token), end(token));
  }

  /// The largest number of bytes that a token has.
  int longest() {
    int longest = 0;
    for (int id = 0; id < ends.length; id++) {
      longest = Math.max(longest, end(id) - begin(id));
    }
    return longest;
  }
}

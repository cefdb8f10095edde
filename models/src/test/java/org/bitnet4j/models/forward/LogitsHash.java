package org.bitnet4j.models.forward;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/// SHA-256 over the logits, as little-endian float32, of every position of some texts.
final class LogitsHash {
  private LogitsHash() {}

  /// The hash of a model's logits.
  static String of(Transformer model, SessionOptions options, List<int[]> texts) {
    try (Session session = model.session(options)) {
      return of(session, model.shape().vocabulary(), texts);
    }
  }

  /// The hash of logits that a session gives for texts, each from the start.
  static String of(Session session, int vocabulary, List<int[]> texts) {
    MessageDigest sha = sha256();
    ByteBuffer bytes = ByteBuffer.allocate(vocabulary * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int[] text : texts) {
      session.truncate(0);
      session.score(
          text,
          0,
          text.length,
          (position, logits, offset) -> {
            bytes.clear();
            bytes.asFloatBuffer().put(logits, offset, vocabulary);
            sha.update(bytes.array());
          },
          () -> false);
    }
    return HexFormat.of().formatHex(sha.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}

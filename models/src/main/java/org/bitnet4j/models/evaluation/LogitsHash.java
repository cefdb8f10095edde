package org.bitnet4j.models.evaluation;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.bitnet4j.models.forward.Session;

/// A fingerprint of logits: SHA-256 over their float32 bits, little-endian, position by position.
///
/// Two runs have the same one exactly when every logit has the same bits, whatever the threads, the
/// vector width or the machine.
public final class LogitsHash {
  private final MessageDigest digest;
  private ByteBuffer bytes = ByteBuffer.allocate(0);

  /// Of no logits yet.
  public LogitsHash() {
    try {
      this.digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /// Adds the logits of a position.
  ///
  /// @param logits holds them
  /// @param offset index of the first
  /// @param count how many
  public void add(float[] logits, int offset, int count) {
    if (bytes.capacity() < count * Float.BYTES) {
      bytes = ByteBuffer.allocate(count * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    }
    bytes.clear();
    bytes.asFloatBuffer().put(logits, offset, count);
    digest.update(bytes.limit(count * Float.BYTES));
  }

  /// Adds the logits of every position of a text.
  ///
  /// @param session an empty session with room for the text, empty again afterwards
  /// @param tokens the text
  public void add(Session session, int[] tokens) {
    session.truncate(0);
    session.score(
        tokens,
        0,
        tokens.length,
        (position, logits, offset) -> add(logits, offset, session.vocabulary()),
        () -> false);
    session.truncate(0);
  }

  /// The fingerprint, 64 hexadecimal digits, of all that was added; starts anew.
  public String finish() {
    return HexFormat.of().formatHex(digest.digest());
  }
}

package org.bitnet4j.models.forward;

/// Takes the logits of one position after the other.
@FunctionalInterface
public interface LogitsSink {
  /// Takes the logits that predict what follows a token.
  ///
  /// @param position of the token in the session
  /// @param logits holds them; only valid during the call
  /// @param offset index of the first, one for each row of the vocabulary
  void accept(int position, float[] logits, int offset);
}

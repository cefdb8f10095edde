package org.bitnet4j.models.forward;

import org.bitnet4j.quant.BitnetException;

/// More tokens than a session has room for.
public final class ContextFullException extends BitnetException {
  private static final long serialVersionUID = 1L;

  private final int capacity;

  /// A refusal.
  ///
  /// @param capacity tokens that the session has room for
  /// @param length tokens that it holds
  /// @param more tokens to append
  public ContextFullException(int capacity, int length, int more) {
    super(
        "a session of "
            + capacity
            + " tokens must have room for what is appended, got ["
            + length
            + " and "
            + more
            + " more]. Shorten the text, open it with a larger capacity (--context) where the model was made for"
            + " one, or truncate the session.",
        null);
    this.capacity = capacity;
  }

  /// Tokens that the session has room for.
  public int capacity() {
    return capacity;
  }
}

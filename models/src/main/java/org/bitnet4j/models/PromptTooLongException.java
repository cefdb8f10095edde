package org.bitnet4j.models;

import org.bitnet4j.quant.BitnetException;

/// A prompt that a session has no room for.
public final class PromptTooLongException extends BitnetException {
  private static final long serialVersionUID = 1L;

  private final long tokens;
  private final int capacity;

  PromptTooLongException(long tokens, int capacity) {
    super(
        "a prompt must have at most "
            + capacity
            + " tokens, got ["
            + tokens
            + " or more]. Shorten it, or open the model with a larger capacity.",
        null);
    this.tokens = tokens;
    this.capacity = capacity;
  }

  /// Tokens of the prompt, or a number below that is too many already.
  public long tokens() {
    return tokens;
  }

  /// Tokens that there is room for.
  public int capacity() {
    return capacity;
  }
}

package org.bitnet4j.quant;

import org.jspecify.annotations.Nullable;

/// Base of every failure that a caller can act on: bad input, bad configuration, failed output.
///
/// A message is one line: what must hold, what was found, what to do next.
public abstract class BitnetException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /// A failure with a message of one line.
  ///
  /// @param message one line
  /// @param cause the failure behind it, if any
  protected BitnetException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}

package org.bitnet4j.models;

/// Why a generation ended.
public enum FinishReason {
  /// The model generated a token that ends a text, a turn or a message.
  STOP_TOKEN,
  /// The text reached a stop string of the request.
  STOP_STRING,
  /// The request's number of tokens, or the context, was used up.
  LENGTH,
  /// The caller cancelled it.
  CANCELLED
}

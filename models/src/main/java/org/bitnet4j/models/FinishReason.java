package org.bitnet4j.models;

/// Why a generation ended.
public enum FinishReason {
  /// The model ended its text or its turn.
  STOP_TOKEN,
  /// A stop string was complete.
  STOP_STRING,
  /// As many tokens as were asked for.
  LENGTH,
  /// The session is full.
  CONTEXT_FULL,
  /// The caller asked to stop.
  CANCELLED
}

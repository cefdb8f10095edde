package org.bitnet4j.models;

/// Follows a generation while it runs, on the thread that generates.
@FunctionalInterface
public interface GenerationListener {
  /// Nobody follows.
  GenerationListener NONE = text -> {};

  /// More text: whole characters, never empty, and never part of a stop string.
  ///
  /// @param piece what comes after the pieces before
  void text(String piece);

  /// Asked before each token, and before each layer of each piece of the prompt, whether to stop.
  default boolean isCancelled() {
    return false;
  }
}

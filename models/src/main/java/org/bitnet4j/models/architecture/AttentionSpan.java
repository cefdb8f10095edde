package org.bitnet4j.models.architecture;

/// How far a layer's attention reaches, and how it knows positions.
///
/// @param window tokens that a token sees at most, itself included
/// @param rotary the rotary embedding
public record AttentionSpan(int window, RotaryEmbedding rotary) {
  /// The window of a layer that sees everything before.
  public static final int EVERYTHING = Integer.MAX_VALUE;

  /// Whether the layer sees a window only.
  public boolean slides() {
    return window != EVERYTHING;
  }
}

package org.bitnet4j.models.forward;

/// Vectors of the tokens of a chunk, one behind the other. Made once for the largest chunk.
final class Rows {
  private final float[] values;
  private final int width;

  Rows(int tokens, int width) {
    this.values = new float[Math.multiplyExact(tokens, width)];
    this.width = width;
  }

  /// All of them.
  float[] values() {
    return values;
  }

  /// Elements of a vector.
  int width() {
    return width;
  }

  /// Index of a token's first element.
  int at(int token) {
    return token * width;
  }
}

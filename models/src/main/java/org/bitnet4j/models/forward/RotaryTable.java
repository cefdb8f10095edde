package org.bitnet4j.models.forward;

import org.bitnet4j.models.architecture.RotaryEmbedding;

/// Cosines and sines of the positions of a chunk, computed in double by functions that are the same
/// on every machine. They are cheap beside a layer, so no table of all positions is kept.
final class RotaryTable {
  private final double[] frequencies;
  private final double magnitude;
  private final float[] cos;
  private final float[] sin;

  RotaryTable(RotaryEmbedding rotary, int tokens) {
    this.frequencies = rotary.frequencies();
    this.magnitude = rotary.magnitude();
    this.cos = new float[tokens * frequencies.length];
    this.sin = new float[tokens * frequencies.length];
  }

  /// Fills the table for consecutive positions.
  void fill(int firstPosition, int tokens) {
    for (int token = 0; token < tokens; token++) {
      int at = at(token);
      for (int i = 0; i < frequencies.length; i++) {
        double angle = (firstPosition + token) * frequencies[i];
        cos[at + i] = (float) (StrictMath.cos(angle) * magnitude);
        sin[at + i] = (float) (StrictMath.sin(angle) * magnitude);
      }
    }
  }

  /// Index of a token's first cosine and sine.
  int at(int token) {
    return token * frequencies.length;
  }

  float[] cos() {
    return cos;
  }

  float[] sin() {
    return sin;
  }
}

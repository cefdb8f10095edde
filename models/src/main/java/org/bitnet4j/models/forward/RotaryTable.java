package org.bitnet4j.models.forward;

import org.bitnet4j.models.architecture.RotaryEmbedding;

/// Cosines and sines of the positions of a chunk, computed in double by operations that are the
/// same on every machine. They are cheap beside a layer, so no table of all positions is kept.
///
/// Not by [StrictMath]: its sine and cosine may leave an array of garbage each.
final class RotaryTable {
  // π/2 = HALF_PI + HALF_PI_REST, to 107 bits.
  private static final double HALF_PI = 0x1.921fb54442d18p0;
  private static final double HALF_PI_REST = 0x1.1a62633145c07p-54;

  /// 1 / n!.
  private static final double[] SERIES = new double[18];

  static {
    double factorial = 1;
    for (int n = 0; n < SERIES.length; n++) {
      SERIES[n] = 1 / factorial;
      factorial *= n + 1;
    }
  }

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

  /// Fills the table for the positions of a chunk.
  void fill(Chunk chunk) {
    for (int token = 0; token < chunk.tokens(); token++) {
      fill(token, chunk.position(token));
    }
  }

  /// Fills the table for one token.
  void fill(int token, int position) {
    int at = at(token);
    for (int i = 0; i < frequencies.length; i++) {
      put(at + i, position * frequencies[i]);
    }
  }

  /// Turns the angle back by quarters to within ±π/4 first, where the series are short.
  private void put(int at, double angle) {
    double quarters = Math.rint(angle / HALF_PI);
    double rest = Math.fma(-quarters, HALF_PI_REST, Math.fma(-quarters, HALF_PI, angle));
    float c = (float) (cosine(rest) * magnitude);
    float s = (float) (sine(rest) * magnitude);
    switch ((int) quarters & 3) {
      case 0 -> put(at, c, s);
      case 1 -> put(at, -s, c);
      case 2 -> put(at, -c, -s);
      default -> put(at, s, -c);
    }
  }

  /// x − x³/3! + … + x¹⁷/17!: what is left out is below 10⁻¹⁸ of sin x.
  private static double sine(double x) {
    double z = x * x;
    double p = SERIES[17];
    for (int n = 15; n >= 3; n -= 2) {
      p = Math.fma(-p, z, SERIES[n]);
    }
    return Math.fma(-p, x * z, x);
  }

  /// 1 − x²/2! + … + x¹⁶/16!: what is left out is below 10⁻¹⁷.
  private static double cosine(double x) {
    double z = x * x;
    double p = SERIES[16];
    for (int n = 14; n >= 0; n -= 2) {
      p = Math.fma(-p, z, SERIES[n]);
    }
    return p;
  }

  private void put(int at, float cosine, float sine) {
    cos[at] = cosine;
    sin[at] = sine;
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

package org.bitnet4j.quant.weights;

/// Weights clamped and weights left out as outliers.
record Counts(long clipped, long outliers) {
  static final Counts ZERO = new Counts(0, 0);

  Counts plus(Counts other) {
    return new Counts(clipped + other.clipped, outliers + other.outliers);
  }
}

package org.bitnet4j.formats.doctor;

import java.util.Random;
import org.jspecify.annotations.Nullable;

/// The input that a query projection is tried with: normal values from a fixed seed, of root mean
/// square 1, times the weights of the norm in front, as an RMSNorm gives them.
final class Probe {
  private static final long SEED = 20_240_227; // arXiv 2402.17764 appeared on this day

  private Probe() {}

  /// A probe.
  ///
  /// @param columns inputs of the projection
  /// @param norm weights of the norm in front; absent or of another length: all 1
  static double[] vector(int columns, @Nullable Series norm) {
    Random random = new Random(SEED);
    double[] values = new double[columns];
    double squares = 0;
    for (int i = 0; i < columns; i++) {
      values[i] = random.nextGaussian();
      squares += values[i] * values[i];
    }
    double factor = squares == 0 ? 1 : Math.sqrt(columns / squares);
    Series weights = norm != null && norm.size() == columns ? norm : null;
    for (int i = 0; i < columns; i++) {
      values[i] *= factor * (weights == null ? 1 : weights.get(i));
    }
    return values;
  }
}

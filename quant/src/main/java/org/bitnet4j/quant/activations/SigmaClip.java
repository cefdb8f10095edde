package org.bitnet4j.quant.activations;

import java.util.List;

/// Bounds mean ± t·σ that values are clamped to before anything else. Mean and σ (of the
/// population) accumulate in double, in index order.
///
/// @param low smallest value kept
/// @param high largest value kept
record SigmaClip(float low, float high) {
  /// Bounds of `count` values from `offset` on, at least one.
  static SigmaClip of(float[] x, int offset, int count, double threshold) {
    double mean = Kernels.BEST.sum(x, offset, count) / count;
    double variance = Kernels.BEST.squaredDeviationSum(x, offset, count, mean) / count;
    return around(mean, threshold * Math.sqrt(variance));
  }

  /// Bounds of all values of all rows, at least one.
  static SigmaClip of(List<float[]> rows, double threshold) {
    long count = 0;
    double sum = 0;
    for (float[] row : rows) {
      count += row.length;
      sum += Kernels.BEST.sum(row, 0, row.length);
    }
    double mean = sum / count;
    double deviations = 0;
    for (float[] row : rows) {
      deviations += Kernels.BEST.squaredDeviationSum(row, 0, row.length, mean);
    }
    return around(mean, threshold * Math.sqrt(deviations / count));
  }

  private static SigmaClip around(double mean, double distance) {
    return new SigmaClip((float) (mean - distance), (float) (mean + distance));
  }

  /// Clamps values in place.
  ///
  /// @return how many lay outside
  int apply(float[] x, int offset, int count) {
    int clipped = 0;
    for (int i = offset; i < offset + count; i++) {
      if (x[i] < low) {
        x[i] = low;
        clipped++;
      } else if (x[i] > high) {
        x[i] = high;
        clipped++;
      }
    }
    return clipped;
  }
}

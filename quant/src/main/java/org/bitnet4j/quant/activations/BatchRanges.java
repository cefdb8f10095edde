package org.bitnet4j.quant.activations;

import org.jspecify.annotations.Nullable;

/// The ranges of one call's values, one per scale. Stateless.
final class BatchRanges {
  private final ActivationGranularity granularity;
  private final double percentile;
  private final @Nullable Double clipThreshold;

  BatchRanges(
      ActivationGranularity granularity, double percentile, @Nullable Double clipThreshold) {
    this.granularity = granularity;
    this.percentile = percentile;
    this.clipThreshold = clipThreshold;
  }

  /// Clamps values in place to mean ± t·σ, of their row under TOKEN, else of all.
  ///
  /// @return how many lay outside; 0 without a threshold
  long clip(float[] values, int rows, int columns) {
    if (clipThreshold == null || values.length == 0) {
      return 0;
    }
    boolean byRow = granularity == ActivationGranularity.TOKEN;
    int size = byRow ? columns : values.length;
    long clipped = 0;
    for (int start = 0; start < values.length; start += size) {
      clipped += SigmaClip.of(values, start, size, clipThreshold).apply(values, start, size);
      if (values.length - start == size) {
        break; // start + size could overflow
      }
    }
    return clipped;
  }

  /// The percentile of |x| for each scale; 0 where a scale covers nothing.
  float[] absolute(float[] values, int rows, int columns) {
    float[] ranges = new float[granularity.scales(rows, columns)];
    if (values.length == 0) {
      return ranges;
    }
    int covered = values.length / ranges.length;
    long rank = AbsPercentile.rank(percentile, covered);
    switch (granularity) {
      case TENSOR, TOKEN -> {
        for (int i = 0; i < ranges.length; i++) {
          ranges[i] = AbsPercentile.select(values, i * covered, covered, rank);
        }
      }
      case FEATURE -> {
        float[] feature = new float[rows];
        for (int column = 0; column < columns; column++) {
          for (int row = 0; row < rows; row++) {
            feature[row] = values[row * columns + column];
          }
          ranges[column] = AbsPercentile.select(feature, 0, rows, rank);
        }
      }
    }
    return ranges;
  }

  /// Minimum ≤ 0 and maximum ≥ 0 for each scale, held within ± the percentile of |x|.
  MinMax minMax(float[] values, int rows, int columns) {
    float[] minima = new float[granularity.scales(rows, columns)];
    float[] maxima = new float[minima.length];
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        int scale = granularity.scaleOf(row, column);
        float value = values[row * columns + column];
        minima[scale] = Math.min(minima[scale], value);
        maxima[scale] = Math.max(maxima[scale], value);
      }
    }
    if (percentile < 100) {
      float[] limits = absolute(values, rows, columns);
      for (int i = 0; i < limits.length; i++) {
        minima[i] = Math.max(minima[i], -limits[i]);
        maxima[i] = Math.min(maxima[i], limits[i]);
      }
    }
    return new MinMax(minima, maxima);
  }

  /// Minima and maxima, one of each per scale.
  static final class MinMax {
    private final float[] minima;
    private final float[] maxima;

    MinMax(float[] minima, float[] maxima) {
      this.minima = minima;
      this.maxima = maxima;
    }

    float[] minima() {
      return minima;
    }

    float[] maxima() {
      return maxima;
    }
  }
}

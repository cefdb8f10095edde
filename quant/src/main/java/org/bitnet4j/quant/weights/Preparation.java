package org.bitnet4j.quant.weights;

/// What happens to every weight of a scale group before anything else: clamped, then the mean taken
/// away.
///
/// @param clip where values are clamped
/// @param mean μ, 0 without normalisation
/// @param included where prepared values count for thresholds and scales; outliers lie outside
record Preparation(ValueRange clip, float mean, ValueRange included) {
  static final Preparation NONE = new Preparation(ValueRange.ALL, 0f, ValueRange.ALL);

  Preparation withMean(float newMean) {
    return new Preparation(clip, newMean, included);
  }

  Preparation withIncluded(ValueRange range) {
    return new Preparation(clip, mean, range);
  }

  /// Prepares values in place and returns how many were clamped.
  long apply(float[] values, int offset, int count) {
    long clamped = clip.clamp(values, offset, count);
    if (mean != 0) {
      for (int i = offset; i < offset + count; i++) {
        values[i] -= mean;
      }
    }
    return clamped;
  }

  /// How many prepared values are outliers.
  long outliers(float[] values, int offset, int count) {
    if (included.isAll()) {
      return 0;
    }
    long outliers = 0;
    for (int i = offset; i < offset + count; i++) {
      outliers += included.contains(values[i]) ? 0 : 1;
    }
    return outliers;
  }
}

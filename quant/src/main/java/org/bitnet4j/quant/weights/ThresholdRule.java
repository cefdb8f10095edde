package org.bitnet4j.quant.weights;

import org.bitnet4j.quant.config.TernaryMethod;

/// Chooses the threshold Δ of a ternary group: t = sign(w)·[|w| > Δ].
sealed interface ThresholdRule
    permits MeanThreshold, MedianThreshold, AdaptiveThreshold, OptimalThreshold {
  /// Factor of every method that has one, where the configuration gives none.
  double DEFAULT_FACTOR = 0.5;

  /// The cut for the given values.
  TernaryGrid fit(GroupValues values);

  static ThresholdRule of(TernaryMethod method, double factor) {
    return switch (method) {
      case MEAN_THRESHOLD -> new MeanThreshold(factor);
      case MEDIAN_THRESHOLD -> new MedianThreshold(factor);
      case ADAPTIVE_THRESHOLD -> new AdaptiveThreshold(factor);
      case OPTIMAL_THRESHOLD -> new OptimalThreshold();
    };
  }
}

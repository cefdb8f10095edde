package org.bitnet4j.quant.weights;

/// The prepared weights of one scale group or block (clipped, mean removed, outliers left out), as
/// the threshold rules see them. One implementation holds them in an array, one streams a tensor
/// again and again.
sealed interface GroupValues permits ArrayGroupValues, StreamedGroupValues {
  /// Number of values.
  long count();

  /// Mean of |w|, 0 where there are no values.
  double meanMagnitude();

  /// Median of |w|: the middle value, or the mean of the two middle values.
  double medianMagnitude();

  /// Sum and number of the magnitudes strictly above a threshold.
  Selection above(float threshold);

  /// The threshold of the exact least-squares ternary fit: the largest magnitude that the best
  /// selection leaves out.
  float optimalThreshold();

  /// Smallest value, at most 0.
  float minimum();

  /// Largest value, at least 0.
  float maximum();

  /// Magnitudes above a threshold.
  ///
  /// @param sum Σ|w| over them
  /// @param count how many they are
  record Selection(double sum, long count) {
    double mean() {
      return count == 0 ? 0 : sum / count;
    }
  }
}

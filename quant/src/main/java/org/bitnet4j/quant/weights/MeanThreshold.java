package org.bitnet4j.quant.weights;

/// Δ = f·mean |w|. With f = ½ this is BitNet b1.58 (arXiv 2402.17764), whose reference rounds
/// w·(1/γ) half-to-even in float32, γ = max(mean |w|, 1e-5); that formula is used literally, so
/// that values next to the threshold fall on the same side. f = 0.7 is Ternary Weight Networks
/// (arXiv 1605.04711).
record MeanThreshold(double factor) implements ThresholdRule {
  @Override
  public TernaryGrid fit(GroupValues values) {
    double mean = values.meanMagnitude();
    if (factor == 0.5) {
      return new TernaryGrid.Rounding(1f / TernaryGrid.gamma(mean));
    }
    return new TernaryGrid.Threshold((float) (factor * mean));
  }
}

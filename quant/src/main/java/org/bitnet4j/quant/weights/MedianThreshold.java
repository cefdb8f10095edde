package org.bitnet4j.quant.weights;

/// Δ = f·median |w|: a few huge weights do not move it.
record MedianThreshold(double factor) implements ThresholdRule {
  @Override
  public TernaryGrid fit(GroupValues values) {
    return new TernaryGrid.Threshold((float) (factor * values.medianMagnitude()));
  }
}

package org.bitnet4j.quant.weights;

/// The exact minimiser of Σ(w − αt)² over all trits t and scales α. For sorted magnitudes the best
/// choice of k non-zero trits takes the k largest; with A_k their sum, the error is Σw² − A_k²/k,
/// so the best k maximises A_k²/k. Global optimum, hence the oracle of the tests.
record OptimalThreshold() implements ThresholdRule {
  @Override
  public TernaryGrid fit(GroupValues values) {
    return new TernaryGrid.Threshold(values.optimalThreshold());
  }
}

package org.bitnet4j.quant.weights;

/// Lloyd's iteration from Δ = f·mean |w|: select the magnitudes above Δ, let α be their mean (the
/// least-squares scale), put Δ at α/2, until the selection stays the same. The error never grows
/// from step to step, and selections are nested, so the iteration ends.
record AdaptiveThreshold(double factor) implements ThresholdRule {
  @Override
  public TernaryGrid fit(GroupValues values) {
    float threshold = (float) (factor * values.meanMagnitude());
    GroupValues.Selection selected = values.above(threshold);
    while (selected.count() > 0) {
      float next = (float) (selected.mean() / 2);
      GroupValues.Selection reselected = values.above(next);
      threshold = next;
      if (reselected.count() == selected.count()) {
        break;
      }
      selected = reselected;
    }
    return new TernaryGrid.Threshold(threshold);
  }
}

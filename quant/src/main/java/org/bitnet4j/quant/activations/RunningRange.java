package org.bitnet4j.quant.activations;

import java.util.ArrayDeque;
import java.util.Deque;

/// The exponentially weighted mean Σ dⁱ·r(t−i) / Σ dⁱ over the last `window` batch ranges, r(t) the
/// newest. It is summed anew, newest first and in double, so it is the formula to the bit and no
/// error builds up.
final class RunningRange {
  private final int window;
  private final double decay;
  private final Deque<float[]> newestFirst = new ArrayDeque<>();

  RunningRange(int window, double decay) {
    this.window = window;
    this.decay = decay;
  }

  /// Adds the ranges of a batch, one per scale.
  void add(float[] ranges) {
    newestFirst.addFirst(ranges.clone());
    if (newestFirst.size() > window) {
      newestFirst.removeLast();
    }
  }

  /// The running range of each scale; at least one batch must have been added.
  float[] mean() {
    double[] sums = new double[newestFirst.getFirst().length];
    double weight = 1;
    double weights = 0;
    for (float[] ranges : newestFirst) {
      for (int i = 0; i < sums.length; i++) {
        sums[i] += weight * ranges[i];
      }
      weights += weight;
      weight *= decay;
    }
    float[] mean = new float[sums.length];
    for (int i = 0; i < mean.length; i++) {
      mean[i] = (float) (sums[i] / weights);
    }
    return mean;
  }
}

package org.bitnet4j.quant.weights;

import java.util.Arrays;
import org.bitnet4j.quant.config.ScaleRule;
import org.bitnet4j.quant.config.TernaryMethod;
import org.bitnet4j.quant.config.WeightQuantizationConfig;

/// The formulas of ternary weight quantization for one group, written straight down in double, with
/// nothing shared with the product: slow, small, for comparison.
final class ReferenceQuantizer {
  private ReferenceQuantizer() {}

  /// The values that the codes of a group stand for.
  static double[] ternary(float[] group, WeightQuantizationConfig config) {
    double[] w = new double[group.length];
    for (int i = 0; i < w.length; i++) {
      w[i] = group[i];
    }
    Double clip = config.base().clipThreshold();
    if (clip != null) {
      double mean = mean(w);
      double reach = clip * deviation(w);
      for (int i = 0; i < w.length; i++) {
        w[i] = Math.clamp(w[i], (float) (mean - reach), (float) (mean + reach));
      }
    }
    double mu = config.normalizeWeights() ? (float) mean(w) : 0;
    for (int i = 0; i < w.length; i++) {
      w[i] = (float) (w[i] - mu);
    }
    boolean[] outlier = new boolean[w.length];
    Double threshold = config.outlierThreshold();
    if (threshold != null) {
      double mean = mean(w);
      double reach = threshold * deviation(w);
      for (int i = 0; i < w.length; i++) {
        outlier[i] = w[i] < (float) (mean - reach) || w[i] > (float) (mean + reach);
      }
    }
    int block = config.blockSize() == null ? w.length : config.blockSize();
    int[] trits = new int[w.length];
    for (int start = 0; start < w.length; start += block) {
      int end = Math.min(w.length, start + block);
      double delta = delta(kept(w, outlier, start, end), config);
      for (int i = start; i < end; i++) {
        trits[i] = Math.abs(w[i]) > delta ? (int) Math.signum(w[i]) : 0;
      }
    }
    double scale = scale(w, outlier, trits, config.scaleRule());
    double[] values = new double[w.length];
    for (int i = 0; i < w.length; i++) {
      values[i] = scale * trits[i] + mu;
    }
    return values;
  }

  private static double[] kept(double[] w, boolean[] outlier, int start, int end) {
    double[] kept = new double[end - start];
    int n = 0;
    for (int i = start; i < end; i++) {
      if (!outlier[i]) {
        kept[n++] = Math.abs(w[i]);
      }
    }
    return Arrays.copyOf(kept, n);
  }

  private static double delta(double[] magnitudes, WeightQuantizationConfig config) {
    double factor = config.customThresholdFactor() == null ? 0.5 : config.customThresholdFactor();
    if (magnitudes.length == 0) {
      return config.ternaryMethod() == TernaryMethod.MEAN_THRESHOLD ? 0.5e-5 : 0;
    }
    double[] sorted = magnitudes.clone();
    Arrays.sort(sorted);
    return switch (config.ternaryMethod()) {
      case MEAN_THRESHOLD ->
          factor == 0.5
              ? 0.5 * Math.max((float) mean(magnitudes), 1e-5f)
              : (float) (factor * mean(magnitudes));
      case MEDIAN_THRESHOLD ->
          (float) (factor * (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2);
      case ADAPTIVE_THRESHOLD -> lloyd(sorted, (float) (factor * mean(magnitudes)));
      case OPTIMAL_THRESHOLD -> exhaustive(sorted);
    };
  }

  private static double lloyd(double[] magnitudes, double start) {
    double delta = start;
    while (true) {
      double sum = 0;
      int count = 0;
      for (double m : magnitudes) {
        sum += m > delta ? m : 0;
        count += m > delta ? 1 : 0;
      }
      if (count == 0) {
        return delta;
      }
      double next = (float) (sum / count / 2);
      double old = delta;
      if (Arrays.stream(magnitudes).allMatch(m -> m > old == m > next)) {
        return next;
      }
      delta = next;
    }
  }

  /// Tries every k.
  private static double exhaustive(double[] sorted) {
    double best = 0;
    double delta = 0;
    for (int k = 1; k <= sorted.length; k++) {
      double sum = 0;
      for (int i = sorted.length - k; i < sorted.length; i++) {
        sum += sorted[i];
      }
      if (sum * sum / k > best) {
        best = sum * sum / k;
        delta = k == sorted.length ? 0 : sorted[sorted.length - k - 1];
      }
    }
    return delta;
  }

  private static double scale(double[] w, boolean[] outlier, int[] trits, ScaleRule rule) {
    double product = 0;
    double square = 0;
    double sum = 0;
    int count = 0;
    for (int i = 0; i < w.length; i++) {
      if (!outlier[i]) {
        product += w[i] * trits[i];
        square += trits[i] * trits[i];
        sum += Math.abs(w[i]);
        count++;
      }
    }
    if (rule == ScaleRule.LEAST_SQUARES) {
      return square == 0 ? 0 : product / square;
    }
    return sum == 0 ? 0 : Math.max((float) (sum / count), 1e-5f);
  }

  private static double mean(double[] w) {
    return Arrays.stream(w).sum() / w.length;
  }

  private static double deviation(double[] w) {
    double mean = mean(w);
    return Math.sqrt(Arrays.stream(w).map(v -> (v - mean) * (v - mean)).sum() / w.length);
  }
}

package org.bitnet4j.quant.weights;

import org.bitnet4j.quant.config.WeightQuantizationConfig;
import org.bitnet4j.quant.kernels.TernaryKernels;

/// Quantizes one scale group that lies in an array. Has scratch buffers: one per thread.
final class GroupEncoder {
  private final WeightQuantizationConfig config;
  private final GridRule rule;
  private final TernaryKernels kernels;
  private final Moments.OfArray moments;
  private final ArrayGroupValues values;

  GroupEncoder(
      WeightQuantizationConfig config, GridRule rule, TernaryKernels kernels, int capacity) {
    this.config = config;
    this.rule = rule;
    this.kernels = kernels;
    this.moments = new Moments.OfArray(kernels, capacity);
    this.values = new ArrayGroupValues(kernels, capacity);
  }

  /// How a group came out.
  record Encoded(Grid grid, float scale, Preparation preparation, Counts counts) {}

  /// Prepares the weights in place and writes their codes.
  Encoded encode(float[] weights, int offset, int count, byte[] codes, int codeOffset) {
    Preparation preparation = moments.of(weights, offset, count).prepare(config);
    long clipped = preparation.apply(weights, offset, count);
    values.load(weights, offset, count, preparation.included());
    Counts counts = new Counts(clipped, count - values.count());
    Grid grid = rule.fit(values, preparation.included());
    grid.encode(kernels, weights, offset, count, codes, codeOffset);
    float scale =
        rule.leastSquares()
            ? FitSums.of(grid, preparation.included(), weights, offset, codes, codeOffset, count)
                .scale()
            : rule.directScale(grid, values);
    return new Encoded(grid, scale, preparation, counts);
  }
}

package org.bitnet4j.quant.weights;

import org.bitnet4j.quant.config.QuantizationStrategy;
import org.bitnet4j.quant.config.ScaleRule;
import org.bitnet4j.quant.config.WeightQuantizationConfig;

/// Chooses the grid and the scale of a group as the configuration says.
final class GridRule {
  private final WeightQuantizationConfig config;
  private final ThresholdRule threshold;

  GridRule(WeightQuantizationConfig config) {
    this.config = config;
    Double factor = config.customThresholdFactor();
    this.threshold =
        ThresholdRule.of(
            config.ternaryMethod(), factor == null ? ThresholdRule.DEFAULT_FACTOR : factor);
  }

  /// Bits of an integer code; 0 where codes are ternary.
  int integerBits() {
    return switch (config.base().precision()) {
      case ONE_BIT, TERNARY_1_58 -> 0;
      case TWO_BIT -> 2;
      case FOUR_BIT -> 4;
      case EIGHT_BIT -> 8;
    };
  }

  boolean zeroPoints() {
    return config.base().strategy() == QuantizationStrategy.ASYMMETRIC;
  }

  /// Whether the scale is refitted to the codes.
  boolean leastSquares() {
    return config.scaleRule() == ScaleRule.LEAST_SQUARES;
  }

  Grid fit(GroupValues values, ValueRange included) {
    Integer blockSize = config.blockSize();
    return switch (config.base().precision()) {
      case ONE_BIT -> new TernaryGrid.Sign();
      case TERNARY_1_58 ->
          blockSize == null
              ? threshold.fit(values)
              : new TernaryGrid.Blocks(blockSize, threshold, included);
      case TWO_BIT, FOUR_BIT, EIGHT_BIT ->
          zeroPoints()
              ? IntegerGrid.asymmetric(integerBits(), values)
              : IntegerGrid.symmetric(integerBits(), values);
    };
  }

  /// The scale where it is not refitted: the mean magnitude of a ternary group (γ of b1.58), the
  /// step of an integer grid.
  float directScale(Grid grid, GroupValues values) {
    return switch (grid) {
      case IntegerGrid integers -> integers.scale();
      case TernaryGrid.Sign() -> (float) values.meanMagnitude();
      case TernaryGrid ternary -> {
        double mean = values.meanMagnitude();
        yield mean == 0 ? 0f : TernaryGrid.gamma(mean);
      }
    };
  }
}

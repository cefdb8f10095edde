package org.bitnet4j.quant.training;

import org.bitnet4j.quant.config.ActivationQuantizationConfig;
import org.bitnet4j.quant.config.QuantizationConfig;
import org.bitnet4j.quant.config.QuantizationStrategy;
import org.bitnet4j.quant.config.WeightQuantizationConfig;
import org.jspecify.annotations.Nullable;

/// Configurations that differ in what training reads.
final class TrainingConfigs {
  private TrainingConfigs() {}

  private static QuantizationConfig base(
      QuantizationConfig from, QuantizationStrategy strategy, boolean perChannel, boolean qat) {
    return new QuantizationConfig(
        from.precision(), strategy, perChannel, null, qat, null, null, false);
  }

  static WeightQuantizationConfig weights(
      boolean qat,
      boolean learnableScales,
      boolean freezeWeights,
      @Nullable Double weightDecay,
      @Nullable Double gradientClip) {
    WeightQuantizationConfig from = WeightQuantizationConfig.bitnet();
    return new WeightQuantizationConfig(
        base(from.base(), QuantizationStrategy.SYMMETRIC, false, qat),
        from.groupSize(),
        from.normalizeWeights(),
        from.outlierThreshold(),
        learnableScales,
        from.blockSize(),
        from.ternaryMethod(),
        from.customThresholdFactor(),
        from.scaleRule(),
        from.packing(),
        freezeWeights,
        weightDecay,
        gradientClip);
  }

  static ActivationQuantizationConfig activations(
      boolean qat, boolean perToken, boolean smooth, double temperature) {
    return activations(
        QuantizationStrategy.SYMMETRIC, false, qat, perToken, 100, smooth, temperature);
  }

  static ActivationQuantizationConfig activations(
      QuantizationStrategy strategy,
      boolean perChannel,
      boolean qat,
      boolean perToken,
      double percentile,
      boolean smooth,
      double temperature) {
    ActivationQuantizationConfig from = ActivationQuantizationConfig.bitnet();
    return new ActivationQuantizationConfig(
        base(from.base(), strategy, perChannel, qat),
        from.movingAverageWindow(),
        percentile,
        perToken,
        from.calibrationWarmup(),
        from.emaDecay(),
        from.quantizeAttention(),
        from.attention(),
        smooth,
        temperature,
        false,
        null);
  }
}

package org.bitnet4j.quant.config;

import org.jspecify.annotations.Nullable;

/// How weights are quantized and packed.
///
/// @param base shared settings
/// @param groupSize inputs per scale; absent for one scale per tensor, or per row with `perChannel`
/// @param normalizeWeights remove the mean of each scale group first and keep it: W ≈ αT + μ
/// @param outlierThreshold values beyond t·σ are left out of the statistics; absent for off
/// @param learnableScales in training, scales are parameters
/// @param blockSize inputs per threshold; absent for one threshold per scale group
/// @param ternaryMethod how the threshold is chosen
/// @param customThresholdFactor factor of the method
/// @param scaleRule how the scale is computed
/// @param packing how codes are stored
/// @param freezeWeights in training only scales and norms move
/// @param weightDecay decoupled decay in training
/// @param gradientClip global gradient-norm clip in training
public record WeightQuantizationConfig(
    QuantizationConfig base,
    @Nullable Integer groupSize,
    boolean normalizeWeights,
    @Nullable Double outlierThreshold,
    boolean learnableScales,
    @Nullable Integer blockSize,
    TernaryMethod ternaryMethod,
    @Nullable Double customThresholdFactor,
    ScaleRule scaleRule,
    PackingConfig packing,
    boolean freezeWeights,
    @Nullable Double weightDecay,
    @Nullable Double gradientClip) {

  /// Mean threshold with least-squares scales, outliers left out of the statistics.
  public static WeightQuantizationConfig defaults() {
    return new WeightQuantizationConfig(
        QuantizationConfig.defaults(),
        null,
        false,
        3.0,
        false,
        null,
        TernaryMethod.MEAN_THRESHOLD,
        null,
        ScaleRule.LEAST_SQUARES,
        PackingConfig.defaults(),
        false,
        null,
        null);
  }

  /// Exactly BitNet b1.58: one absmean scale per tensor, half-to-even (arXiv 2402.17764).
  public static WeightQuantizationConfig bitnet() {
    QuantizationConfig base = QuantizationConfig.bitnet158();
    return new WeightQuantizationConfig(
        new QuantizationConfig(
            base.precision(),
            base.strategy(),
            false,
            null,
            false,
            base.calibrationSize(),
            base.seed(),
            false),
        null,
        false,
        null,
        false,
        null,
        TernaryMethod.MEAN_THRESHOLD,
        null,
        ScaleRule.ABSMEAN,
        PackingConfig.bitnet(),
        false,
        1e-4,
        1.0);
  }
}

package org.bitnet4j.quant.config;

import java.util.Objects;
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
    @Nullable Double gradientClip)
    implements Configuration {

  /// Refuses null where a value is required. Ranges are the matter of [#validate()].
  public WeightQuantizationConfig {
    Objects.requireNonNull(base, "base");
    Objects.requireNonNull(ternaryMethod, "ternaryMethod");
    Objects.requireNonNull(scaleRule, "scaleRule");
    Objects.requireNonNull(packing, "packing");
  }

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

  /// A builder that starts from the defaults.
  public static WeightQuantizationConfigBuilder builder() {
    return defaults().toBuilder();
  }

  /// A builder that starts from this configuration.
  public WeightQuantizationConfigBuilder toBuilder() {
    return new WeightQuantizationConfigBuilder(this);
  }

  /// The defaults with one scale per group of `size` inputs.
  ///
  /// @param size a power of two in [1, 4096]
  public static WeightQuantizationConfig grouped(int size) {
    return builder().groupSize(size).build();
  }

  /// The defaults with one threshold per block of `size` inputs.
  ///
  /// @param size a power of two in [1, 1024]
  public static WeightQuantizationConfig blockwise(int size) {
    return builder().blockSize(size).build();
  }

  /// This configuration with scales that training moves; acts with `base.qatEnabled`.
  public WeightQuantizationConfig withLearnableScales() {
    return toBuilder().learnableScales(true).build();
  }

  /// This configuration with another way to choose the threshold.
  ///
  /// @param method the method
  public WeightQuantizationConfig withTernaryMethod(TernaryMethod method) {
    return toBuilder().ternaryMethod(method).build();
  }

  /// This configuration with another factor of its threshold method.
  ///
  /// @param factor in (0, 2]
  public WeightQuantizationConfig withThresholdFactor(double factor) {
    return toBuilder().customThresholdFactor(factor).build();
  }

  /// This configuration with codes stored another way.
  ///
  /// @param config how codes are stored
  public WeightQuantizationConfig withPacking(PackingConfig config) {
    return toBuilder().packing(config).build();
  }
}

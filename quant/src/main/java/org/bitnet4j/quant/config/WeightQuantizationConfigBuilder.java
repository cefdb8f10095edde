package org.bitnet4j.quant.config;

import org.jspecify.annotations.Nullable;

/// Builder of a [WeightQuantizationConfig]: starts from the defaults or from a given value, and
/// refuses to set a field twice.
public final class WeightQuantizationConfigBuilder {
  private final RecordDraft<WeightQuantizationConfig> draft;

  WeightQuantizationConfigBuilder(WeightQuantizationConfig start) {
    draft = new RecordDraft<>(WeightQuantizationConfig.class, start);
  }

  /// Sets `base`: shared settings.
  ///
  /// @param base the value
  /// @throws ConfigValidationException where it was set before
  public WeightQuantizationConfigBuilder base(QuantizationConfig base) {
    draft.set("base", base);
    return this;
  }

  /// Sets `groupSize`: inputs per scale; absent for one scale per tensor, or per row with
  /// `perChannel`.
  ///
  /// @param groupSize the value, null to leave it out
  /// @throws ConfigValidationException where it was set before
  public WeightQuantizationConfigBuilder groupSize(@Nullable Integer groupSize) {
    draft.set("groupSize", groupSize);
    return this;
  }

  /// Sets `normalizeWeights`: remove the mean of each scale group first and keep it: W ≈ αT + μ.
  ///
  /// @param normalizeWeights the value
  /// @throws ConfigValidationException where it was set before
  public WeightQuantizationConfigBuilder normalizeWeights(boolean normalizeWeights) {
    draft.set("normalizeWeights", normalizeWeights);
    return this;
  }

  /// Sets `outlierThreshold`: values beyond t·σ are left out of the statistics; absent for off.
  ///
  /// @param outlierThreshold the value, null to leave it out
  /// @throws ConfigValidationException where it was set before
  public WeightQuantizationConfigBuilder outlierThreshold(@Nullable Double outlierThreshold) {
    draft.set("outlierThreshold", outlierThreshold);
    return this;
  }

  /// Sets `learnableScales`: in training, scales are parameters.
  ///
  /// @param learnableScales the value
  /// @throws ConfigValidationException where it was set before
  public WeightQuantizationConfigBuilder learnableScales(boolean learnableScales) {
    draft.set("learnableScales", learnableScales);
    return this;
  }

  /// Sets `blockSize`: inputs per threshold; absent for one threshold per scale group.
  ///
  /// @param blockSize the value, null to leave it out
  /// @throws ConfigValidationException where it was set before
  public WeightQuantizationConfigBuilder blockSize(@Nullable Integer blockSize) {
    draft.set("blockSize", blockSize);
    return this;
  }

  /// Sets `ternaryMethod`: how the threshold is chosen.
  ///
  /// @param ternaryMethod the value
  /// @throws ConfigValidationException where it was set before
  public WeightQuantizationConfigBuilder ternaryMethod(TernaryMethod ternaryMethod) {
    draft.set("ternaryMethod", ternaryMethod);
    return this;
  }

  /// Sets `customThresholdFactor`: factor of the method.
  ///
  /// @param customThresholdFactor the value, null to leave it out
  /// @throws ConfigValidationException where it was set before
  public WeightQuantizationConfigBuilder customThresholdFactor(
      @Nullable Double customThresholdFactor) {
    draft.set("customThresholdFactor", customThresholdFactor);
    return this;
  }

  /// Sets `scaleRule`: how the scale is computed.
  ///
  /// @param scaleRule the value
  /// @throws ConfigValidationException where it was set before
  public WeightQuantizationConfigBuilder scaleRule(ScaleRule scaleRule) {
    draft.set("scaleRule", scaleRule);
    return this;
  }

  /// Sets `packing`: how codes are stored.
  ///
  /// @param packing the value
  /// @throws ConfigValidationException where it was set before
  public WeightQuantizationConfigBuilder packing(PackingConfig packing) {
    draft.set("packing", packing);
    return this;
  }

  /// Sets `freezeWeights`: in training only scales and norms move.
  ///
  /// @param freezeWeights the value
  /// @throws ConfigValidationException where it was set before
  public WeightQuantizationConfigBuilder freezeWeights(boolean freezeWeights) {
    draft.set("freezeWeights", freezeWeights);
    return this;
  }

  /// Sets `weightDecay`: decoupled decay in training.
  ///
  /// @param weightDecay the value, null to leave it out
  /// @throws ConfigValidationException where it was set before
  public WeightQuantizationConfigBuilder weightDecay(@Nullable Double weightDecay) {
    draft.set("weightDecay", weightDecay);
    return this;
  }

  /// Sets `gradientClip`: global gradient-norm clip in training.
  ///
  /// @param gradientClip the value, null to leave it out
  /// @throws ConfigValidationException where it was set before
  public WeightQuantizationConfigBuilder gradientClip(@Nullable Double gradientClip) {
    draft.set("gradientClip", gradientClip);
    return this;
  }

  /// The configuration as it stands, not validated.
  public WeightQuantizationConfig build() {
    return draft.build();
  }
}

package org.bitnet4j.quant.config;

import org.jspecify.annotations.Nullable;

/// Builder of an [ActivationQuantizationConfig]: starts from the defaults or from a given value,
/// and refuses to set a field twice.
public final class ActivationQuantizationConfigBuilder {
  private final RecordDraft<ActivationQuantizationConfig> draft;

  ActivationQuantizationConfigBuilder(ActivationQuantizationConfig start) {
    draft = new RecordDraft<>(ActivationQuantizationConfig.class, start);
  }

  /// Sets `base`: shared settings.
  ///
  /// @param base the value
  /// @throws ConfigValidationException where it was set before
  public ActivationQuantizationConfigBuilder base(QuantizationConfig base) {
    draft.set("base", base);
    return this;
  }

  /// Sets `movingAverageWindow`: batches in the running range.
  ///
  /// @param movingAverageWindow the value
  /// @throws ConfigValidationException where it was set before
  public ActivationQuantizationConfigBuilder movingAverageWindow(int movingAverageWindow) {
    draft.set("movingAverageWindow", movingAverageWindow);
    return this;
  }

  /// Sets `outlierPercentile`: percentile of |x| that is a batch's range; 100 for the maximum.
  ///
  /// @param outlierPercentile the value
  /// @throws ConfigValidationException where it was set before
  public ActivationQuantizationConfigBuilder outlierPercentile(double outlierPercentile) {
    draft.set("outlierPercentile", outlierPercentile);
    return this;
  }

  /// Sets `perToken`: a scale per token (row) from that row alone.
  ///
  /// @param perToken the value
  /// @throws ConfigValidationException where it was set before
  public ActivationQuantizationConfigBuilder perToken(boolean perToken) {
    draft.set("perToken", perToken);
    return this;
  }

  /// Sets `calibrationWarmup`: steps that use their own batch range.
  ///
  /// @param calibrationWarmup the value
  /// @throws ConfigValidationException where it was set before
  public ActivationQuantizationConfigBuilder calibrationWarmup(int calibrationWarmup) {
    draft.set("calibrationWarmup", calibrationWarmup);
    return this;
  }

  /// Sets `emaDecay`: weight of the running mean.
  ///
  /// @param emaDecay the value
  /// @throws ConfigValidationException where it was set before
  public ActivationQuantizationConfigBuilder emaDecay(double emaDecay) {
    draft.set("emaDecay", emaDecay);
    return this;
  }

  /// Sets `quantizeAttention`: switches the attention block on.
  ///
  /// @param quantizeAttention the value
  /// @throws ConfigValidationException where it was set before
  public ActivationQuantizationConfigBuilder quantizeAttention(boolean quantizeAttention) {
    draft.set("quantizeAttention", quantizeAttention);
    return this;
  }

  /// Sets `attention`: the attention block.
  ///
  /// @param attention the value
  /// @throws ConfigValidationException where it was set before
  public ActivationQuantizationConfigBuilder attention(AttentionQuantizationConfig attention) {
    draft.set("attention", attention);
    return this;
  }

  /// Sets `smoothQuantization`: soft rounding in training.
  ///
  /// @param smoothQuantization the value
  /// @throws ConfigValidationException where it was set before
  public ActivationQuantizationConfigBuilder smoothQuantization(boolean smoothQuantization) {
    draft.set("smoothQuantization", smoothQuantization);
    return this;
  }

  /// Sets `temperature`: temperature of soft rounding.
  ///
  /// @param temperature the value
  /// @throws ConfigValidationException where it was set before
  public ActivationQuantizationConfigBuilder temperature(double temperature) {
    draft.set("temperature", temperature);
    return this;
  }

  /// Sets `enableCaching`: reuse quantized activations for an identical input.
  ///
  /// @param enableCaching the value
  /// @throws ConfigValidationException where it was set before
  public ActivationQuantizationConfigBuilder enableCaching(boolean enableCaching) {
    draft.set("enableCaching", enableCaching);
    return this;
  }

  /// Sets `cacheSizeMb`: byte bound of that cache, in MiB.
  ///
  /// @param cacheSizeMb the value, null to leave it out
  /// @throws ConfigValidationException where it was set before
  public ActivationQuantizationConfigBuilder cacheSizeMb(@Nullable Integer cacheSizeMb) {
    draft.set("cacheSizeMb", cacheSizeMb);
    return this;
  }

  /// The configuration as it stands, not validated.
  public ActivationQuantizationConfig build() {
    return draft.build();
  }
}

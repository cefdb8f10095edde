package org.bitnet4j.quant.config;

import org.jspecify.annotations.Nullable;

/// Builder of a [QuantizationConfig]: starts from the defaults or from a given value, and refuses
/// to set a field twice.
public final class QuantizationConfigBuilder {
  private final RecordDraft<QuantizationConfig> draft;

  QuantizationConfigBuilder(QuantizationConfig start) {
    draft = new RecordDraft<>(QuantizationConfig.class, start);
  }

  /// Sets `precision`: the grid of codes.
  ///
  /// @param precision the value
  /// @throws ConfigValidationException where it was set before
  public QuantizationConfigBuilder precision(QuantizationPrecision precision) {
    draft.set("precision", precision);
    return this;
  }

  /// Sets `strategy`: zero point or none; when activation scales are taken.
  ///
  /// @param strategy the value
  /// @throws ConfigValidationException where it was set before
  public QuantizationConfigBuilder strategy(QuantizationStrategy strategy) {
    draft.set("strategy", strategy);
    return this;
  }

  /// Sets `perChannel`: one scale per output row (weights) or feature (static activations).
  ///
  /// @param perChannel the value
  /// @throws ConfigValidationException where it was set before
  public QuantizationConfigBuilder perChannel(boolean perChannel) {
    draft.set("perChannel", perChannel);
    return this;
  }

  /// Sets `clipThreshold`: values beyond mean ± t·σ are clamped first; absent for no clipping.
  ///
  /// @param clipThreshold the value, null to leave it out
  /// @throws ConfigValidationException where it was set before
  public QuantizationConfigBuilder clipThreshold(@Nullable Double clipThreshold) {
    draft.set("clipThreshold", clipThreshold);
    return this;
  }

  /// Sets `qatEnabled`: offer straight-through fake quantization to training.
  ///
  /// @param qatEnabled the value
  /// @throws ConfigValidationException where it was set before
  public QuantizationConfigBuilder qatEnabled(boolean qatEnabled) {
    draft.set("qatEnabled", qatEnabled);
    return this;
  }

  /// Sets `calibrationSize`: calibration keeps at most this many samples.
  ///
  /// @param calibrationSize the value, null to leave it out
  /// @throws ConfigValidationException where it was set before
  public QuantizationConfigBuilder calibrationSize(@Nullable Integer calibrationSize) {
    draft.set("calibrationSize", calibrationSize);
    return this;
  }

  /// Sets `seed`: seed of all sampling.
  ///
  /// @param seed the value, null to leave it out
  /// @throws ConfigValidationException where it was set before
  public QuantizationConfigBuilder seed(@Nullable Long seed) {
    draft.set("seed", seed);
    return this;
  }

  /// Sets `seed`: seed of all sampling.
  ///
  /// @param seed the value
  /// @throws ConfigValidationException where it was set before
  public QuantizationConfigBuilder seed(long seed) {
    return seed(Long.valueOf(seed));
  }

  /// Sets `verbose`: log decisions at INFO instead of DEBUG.
  ///
  /// @param verbose the value
  /// @throws ConfigValidationException where it was set before
  public QuantizationConfigBuilder verbose(boolean verbose) {
    draft.set("verbose", verbose);
    return this;
  }

  /// The configuration as it stands, not validated.
  public QuantizationConfig build() {
    return draft.build();
  }
}

package org.bitnet4j.quant.config;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Settings shared by weight and activation quantization.
///
/// @param precision the grid of codes
/// @param strategy zero point or none; when activation scales are taken
/// @param perChannel one scale per output row (weights) or feature (static activations)
/// @param clipThreshold values beyond mean ± t·σ are clamped first; absent for no clipping
/// @param qatEnabled offer straight-through fake quantization to training
/// @param calibrationSize calibration keeps at most this many samples
/// @param seed seed of all sampling
/// @param verbose log decisions at INFO instead of DEBUG
public record QuantizationConfig(
    QuantizationPrecision precision,
    QuantizationStrategy strategy,
    boolean perChannel,
    @Nullable Double clipThreshold,
    boolean qatEnabled,
    @Nullable Integer calibrationSize,
    @Nullable Long seed,
    boolean verbose)
    implements Configuration {

  /// Refuses null where a value is required. Ranges are the matter of [#validate()].
  public QuantizationConfig {
    Objects.requireNonNull(precision, "precision");
    Objects.requireNonNull(strategy, "strategy");
  }

  /// Ternary, symmetric, nothing else.
  public static QuantizationConfig defaults() {
    return new QuantizationConfig(
        QuantizationPrecision.TERNARY_1_58,
        QuantizationStrategy.SYMMETRIC,
        false,
        null,
        false,
        null,
        null,
        false);
  }

  /// Standard BitNet 1.58-bit settings.
  public static QuantizationConfig bitnet158() {
    return new QuantizationConfig(
        QuantizationPrecision.TERNARY_1_58,
        QuantizationStrategy.SYMMETRIC,
        false,
        3.0,
        false,
        1000,
        42L,
        false);
  }

  /// Eight-bit integers with a zero point per channel.
  public static QuantizationConfig int8() {
    return new QuantizationConfig(
        QuantizationPrecision.EIGHT_BIT,
        QuantizationStrategy.ASYMMETRIC,
        true,
        6.0,
        false,
        500,
        42L,
        false);
  }

  /// Eight-bit integers on a running range.
  public static QuantizationConfig dynamic() {
    return new QuantizationConfig(
        QuantizationPrecision.EIGHT_BIT,
        QuantizationStrategy.DYNAMIC,
        false,
        null,
        false,
        null,
        null,
        false);
  }

  /// A builder that starts from the defaults.
  public static QuantizationConfigBuilder builder() {
    return defaults().toBuilder();
  }

  /// A builder that starts from this configuration.
  public QuantizationConfigBuilder toBuilder() {
    return new QuantizationConfigBuilder(this);
  }

  /// This configuration with straight-through fake quantization for training.
  public QuantizationConfig withQat() {
    return toBuilder().qatEnabled(true).build();
  }

  /// This configuration with values beyond mean ± `threshold`·σ clamped first.
  ///
  /// @param threshold in (0, 10]
  public QuantizationConfig withClipping(double threshold) {
    return toBuilder().clipThreshold(threshold).build();
  }

  /// This configuration with calibration that keeps at most `size` samples.
  ///
  /// @param size in [1, 100000]
  public QuantizationConfig withCalibration(int size) {
    return toBuilder().calibrationSize(size).build();
  }

  /// This configuration with one scale per output row (weights) or feature (static activations).
  public QuantizationConfig withPerChannel() {
    return toBuilder().perChannel(true).build();
  }

  /// This configuration with a seed for all sampling.
  ///
  /// @param value any number
  public QuantizationConfig withSeed(long value) {
    return toBuilder().seed(value).build();
  }

  /// This configuration with decisions logged at INFO instead of DEBUG.
  public QuantizationConfig withVerbose() {
    return toBuilder().verbose(true).build();
  }
}

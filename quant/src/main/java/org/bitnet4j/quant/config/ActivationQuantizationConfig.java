package org.bitnet4j.quant.config;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// How activations are quantized.
///
/// @param base shared settings
/// @param movingAverageWindow batches in the running range
/// @param outlierPercentile percentile of |x| that is a batch's range; 100 for the maximum
/// @param perToken a scale per token (row) from that row alone
/// @param calibrationWarmup steps that use their own batch range
/// @param emaDecay weight of the running mean
/// @param quantizeAttention switches the attention block on
/// @param attention the attention block
/// @param smoothQuantization soft rounding in training
/// @param temperature temperature of soft rounding
/// @param enableCaching reuse quantized activations for an identical input
/// @param cacheSizeMb byte bound of that cache, in MiB
public record ActivationQuantizationConfig(
    QuantizationConfig base,
    int movingAverageWindow,
    double outlierPercentile,
    boolean perToken,
    int calibrationWarmup,
    double emaDecay,
    boolean quantizeAttention,
    AttentionQuantizationConfig attention,
    boolean smoothQuantization,
    double temperature,
    boolean enableCaching,
    @Nullable Integer cacheSizeMb)
    implements Configuration {
  private static final int DEFAULT_CACHE_SIZE_MB = 64;

  /// Refuses null where a value is required. Ranges are the matter of [#validate()].
  public ActivationQuantizationConfig {
    Objects.requireNonNull(base, "base");
    Objects.requireNonNull(attention, "attention");
  }

  private static QuantizationConfig int8(QuantizationStrategy strategy) {
    return new QuantizationConfig(
        QuantizationPrecision.EIGHT_BIT, strategy, false, null, false, null, null, false);
  }

  /// Eight-bit symmetric, one scale per tensor from the 99.9th percentile.
  public static ActivationQuantizationConfig defaults() {
    return new ActivationQuantizationConfig(
        int8(QuantizationStrategy.SYMMETRIC),
        100,
        99.9,
        false,
        50,
        0.99,
        true,
        AttentionQuantizationConfig.defaults(),
        false,
        1.0,
        false,
        null);
  }

  /// Exactly BitNet b1.58: absmax int8 per token, half-to-even (arXiv 2402.17764).
  public static ActivationQuantizationConfig bitnet() {
    return new ActivationQuantizationConfig(
        int8(QuantizationStrategy.DYNAMIC),
        100,
        100.0,
        true,
        0,
        0.99,
        false,
        AttentionQuantizationConfig.bitnet(),
        false,
        0.1,
        true,
        256);
  }

  /// Eight-bit per token, quick running range.
  public static ActivationQuantizationConfig dynamic() {
    return new ActivationQuantizationConfig(
        QuantizationConfig.dynamic(),
        50,
        99.9,
        true,
        0,
        0.95,
        false,
        AttentionQuantizationConfig.defaults(),
        false,
        1.0,
        false,
        null);
  }

  /// A builder that starts from the defaults.
  public static ActivationQuantizationConfigBuilder builder() {
    return defaults().toBuilder();
  }

  /// A builder that starts from this configuration.
  public ActivationQuantizationConfigBuilder toBuilder() {
    return new ActivationQuantizationConfigBuilder(this);
  }

  /// The bound of the cache in MiB: `cacheSizeMb`, or 64 where it is absent.
  public int cacheBudgetMb() {
    return cacheSizeMb == null ? DEFAULT_CACHE_SIZE_MB : cacheSizeMb;
  }

  /// This configuration with a scale per token (row) from that row alone.
  public ActivationQuantizationConfig withPerToken() {
    return toBuilder().perToken(true).build();
  }

  /// This configuration with a running range over other many batches.
  ///
  /// @param batches in [1, 10000]
  public ActivationQuantizationConfig withWindow(int batches) {
    return toBuilder().movingAverageWindow(batches).build();
  }

  /// This configuration with soft rounding in training; acts with `base.qatEnabled`.
  ///
  /// @param value temperature in (0, 10]; towards 0 it is hard rounding
  public ActivationQuantizationConfig withSmoothQuantization(double value) {
    return toBuilder().smoothQuantization(true).temperature(value).build();
  }

  /// This configuration with quantized activations reused for an identical input.
  ///
  /// @param megabytes bound of the cache in MiB, in [1, 8192]
  public ActivationQuantizationConfig withCaching(int megabytes) {
    return toBuilder().enableCaching(true).cacheSizeMb(megabytes).build();
  }
}

package org.bitnet4j.quant.config;

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
    @Nullable Integer cacheSizeMb) {

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
}

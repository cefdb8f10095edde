package org.bitnet4j.quant.config;

/// The activation configuration as it was before attention, smoothing and caching.
///
/// @param base shared settings
/// @param movingAverageWindow batches in the running range
/// @param outlierPercentile percentile of |x| that is a batch's range
/// @param perToken a scale per token
/// @param calibrationWarmup steps that use their own batch range
/// @param emaDecay weight of the running mean, in [0, 1]
/// @param quantizeAttention quantize attention
public record LegacyActivationQuantizationConfig(
    LegacyQuantizationConfig base,
    int movingAverageWindow,
    double outlierPercentile,
    boolean perToken,
    int calibrationWarmup,
    double emaDecay,
    boolean quantizeAttention) {

  Tree.Table tree() {
    return LegacyReader.table(
        "base", base.tree(),
        "movingAverageWindow", movingAverageWindow,
        "outlierPercentile", outlierPercentile,
        "perToken", perToken,
        "calibrationWarmup", calibrationWarmup,
        "emaDecay", emaDecay,
        "quantizeAttention", quantizeAttention);
  }
}

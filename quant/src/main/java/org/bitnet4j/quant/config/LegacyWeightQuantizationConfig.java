package org.bitnet4j.quant.config;

import org.jspecify.annotations.Nullable;

/// The weight configuration as it was before scale rules and training settings.
///
/// @param base shared settings
/// @param groupSize inputs per scale
/// @param normalizeWeights remove the mean of each scale group
/// @param outlierThreshold values beyond t·σ are left out of the statistics; 0 for off
/// @param learnableScales in training, scales are parameters
/// @param blockSize inputs per threshold
/// @param ternaryMethod how the threshold is chosen
/// @param customThresholdFactor factor of the method
/// @param packingConfig how codes are stored
public record LegacyWeightQuantizationConfig(
    LegacyQuantizationConfig base,
    @Nullable Integer groupSize,
    boolean normalizeWeights,
    double outlierThreshold,
    boolean learnableScales,
    @Nullable Integer blockSize,
    TernaryMethod ternaryMethod,
    @Nullable Double customThresholdFactor,
    LegacyPackingConfig packingConfig) {

  Tree.Table tree() {
    return LegacyReader.table(
        "base", base.tree(),
        "groupSize", groupSize,
        "normalizeWeights", normalizeWeights,
        "outlierThreshold", outlierThreshold,
        "learnableScales", learnableScales,
        "blockSize", blockSize,
        "ternaryMethod", ternaryMethod,
        "customThresholdFactor", customThresholdFactor,
        "packingConfig", packingConfig.tree());
  }
}

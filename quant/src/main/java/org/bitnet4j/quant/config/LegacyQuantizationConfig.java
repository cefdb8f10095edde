package org.bitnet4j.quant.config;

import org.jspecify.annotations.Nullable;

/// The base configuration as it was before seed and verbosity.
///
/// @param precision the grid of codes
/// @param strategy zero point or none; when activation scales are taken
/// @param perChannel one scale per channel
/// @param clipThreshold values beyond mean ± t·σ are clamped; absent for no clipping
/// @param qatEnabled offer fake quantization to training
/// @param calibrationSize calibration samples
public record LegacyQuantizationConfig(
    QuantizationPrecision precision,
    QuantizationStrategy strategy,
    boolean perChannel,
    @Nullable Double clipThreshold,
    boolean qatEnabled,
    @Nullable Integer calibrationSize) {

  Tree.Table tree() {
    return LegacyReader.table(
        "precision", precision,
        "strategy", strategy,
        "perChannel", perChannel,
        "clipThreshold", clipThreshold,
        "qatEnabled", qatEnabled,
        "calibrationSize", calibrationSize);
  }
}

package org.bitnet4j.quant.config;

import org.jspecify.annotations.Nullable;

/// The packing configuration as it was: six fields.
///
/// @param strategy the codec
/// @param blockSize weights per block; absent for the default
/// @param sparsityThreshold zero share from which sparse codecs are considered
/// @param simdOptimized kernel layout or canonical row order
/// @param alignment payload start in bytes
/// @param enableCompression compress stored blocks
public record LegacyPackingConfig(
    TernaryPackingStrategy strategy,
    @Nullable Integer blockSize,
    double sparsityThreshold,
    boolean simdOptimized,
    int alignment,
    boolean enableCompression) {

  Tree.Table tree() {
    return LegacyReader.table(
        "strategy", strategy,
        "blockSize", blockSize,
        "sparsityThreshold", sparsityThreshold,
        "simdOptimized", simdOptimized,
        "alignment", alignment,
        "enableCompression", enableCompression);
  }
}

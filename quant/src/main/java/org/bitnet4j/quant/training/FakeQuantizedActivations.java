package org.bitnet4j.quant.training;

/// The forward pass of one activation matrix.
///
/// @param inputs x, row-major
/// @param rows tokens
/// @param columns features
/// @param ranges the largest magnitude that each scale covers
/// @param ownRanges whether ranges were taken from `inputs` and so move with them
/// @param values the reproduced activations x̂, row-major
@SuppressWarnings("ArrayRecordComponent") // a forward pass is consumed once and never compared
public record FakeQuantizedActivations(
    float[] inputs, int rows, int columns, float[] ranges, boolean ownRanges, float[] values) {}

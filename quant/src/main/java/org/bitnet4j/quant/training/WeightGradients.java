package org.bitnet4j.quant.training;

/// Gradients of a loss with respect to what a [FakeQuantizer] can learn.
///
/// @param weights dL/dw, row-major; all zero where weights are frozen
/// @param scales dL/dα per scale group, times the LSQ gradient scale; empty without learnable
///   scales
@SuppressWarnings("ArrayRecordComponent") // gradients are consumed once and never compared
public record WeightGradients(float[] weights, float[] scales) {}

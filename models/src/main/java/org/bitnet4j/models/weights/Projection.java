package org.bitnet4j.models.weights;

import org.jspecify.annotations.Nullable;

/// One product of a layer: a matrix, or several of the same input one below the other, with the
/// norm that only its input passes through.
///
/// @param name Hugging Face name of the first module in it, as in `model.layers.0.self_attn.q_proj`
/// @param norm weights of a norm of its own before it, if any
/// @param weights the matrix
/// @param outputOffset where its first output belongs in the vector of all outputs of its group
@SuppressWarnings("ArrayRecordComponent") // nobody compares weights; a copy would cost
public record Projection(
    String name, float @Nullable [] norm, LinearWeights weights, int outputOffset) {}

package org.bitnet4j.formats.output;

import org.bitnet4j.formats.checkpoint.CheckpointTensor;

/// A tensor of a model to be written.
///
/// @param tensor the tensor it comes from
/// @param form what becomes of it
public record OutputTensor(CheckpointTensor tensor, TensorForm form) {}

package org.bitnet4j.models.weights;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bitnet4j.formats.checkpoint.CheckpointTensor;
import org.bitnet4j.models.architecture.ModelShape;

/// Whether a model was trained to have the inputs of its ternary products quantized, and what tells
/// so.
///
/// @param quantizes whether it was
/// @param reason a sentence
record ActivationRule(boolean quantizes, String reason) {
  /// Tensor types that only engines for b1.58 write, all of which quantize activations.
  private static final Set<String> B158_TYPES =
      Set.of("I2_S", "I2_S_ARM", "I2_S_4ROW", "IQ1_BN", "IQ2_BN", "IQ2_BN_R4", "TL1", "TL2");

  static ActivationRule of(ModelShape shape, ModelTensors tensors) {
    List<CheckpointTensor> ternary =
        tensors.checkpoint().tensors().stream()
            .filter(tensor -> tensor.content() == CheckpointTensor.Content.TERNARY)
            .toList();
    if (ternary.isEmpty()) {
      return new ActivationRule(false, "activations stay floats: no weight is ternary");
    }
    if (shape.declaresQuantizedActivations()) {
      return new ActivationRule(
          true, "activations are int8 per token: the model is a BitNet b1.58");
    }
    if (tensors.has(tensors.prefix() + "layers.0.self_attn.q_proj.norm.weight")) {
      return new ActivationRule(
          true, "activations are int8 per token: every projection has a norm before it");
    }
    Optional<CheckpointTensor> telling =
        ternary.stream().filter(tensor -> B158_TYPES.contains(tensor.type())).findFirst();
    return telling
        .map(tensor ->
            new ActivationRule(
                true,
                "activations are int8 per token: tensors are "
                    + tensor.type()
                    + ", a type of b1.58 engines"))
        .orElseGet(() ->
            new ActivationRule(
                false,
                "activations stay floats: nothing says that the model was trained otherwise"));
  }
}

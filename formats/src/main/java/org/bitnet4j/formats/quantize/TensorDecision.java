package org.bitnet4j.formats.quantize;

import java.util.List;
import org.bitnet4j.formats.checkpoint.Checkpoint;
import org.bitnet4j.formats.checkpoint.CheckpointTensor;
import org.bitnet4j.formats.output.OutputTensor;
import org.bitnet4j.formats.output.TensorForm;
import org.bitnet4j.quant.Granularity;
import org.bitnet4j.quant.config.Recipe;
import org.bitnet4j.quant.config.WeightQuantizationConfig;
import org.jspecify.annotations.Nullable;

/// What a recipe does with a tensor.
///
/// @param tensor the tensor
/// @param config how it is quantized; absent where it is kept as it is
public record TensorDecision(CheckpointTensor tensor, @Nullable WeightQuantizationConfig config) {

  /// A decision for each tensor of a checkpoint. Only float matrices (two dimensions) are
  /// quantized.
  static List<TensorDecision> of(Checkpoint checkpoint, Recipe recipe) {
    return checkpoint.tensors().stream()
        .map(tensor -> {
          boolean matrix =
              tensor.content() == CheckpointTensor.Content.FLOAT && tensor.shape().rank() == 2;
          return new TensorDecision(
              tensor, matrix ? recipe.resolve(tensor.name()).orElse(null) : null);
        })
        .toList();
  }

  /// What becomes of the tensor in the output.
  OutputTensor output() {
    return new OutputTensor(tensor, form());
  }

  private TensorForm form() {
    WeightQuantizationConfig chosen = config;
    if (chosen == null) {
      return new TensorForm.Kept();
    }
    return switch (chosen.base().precision()) {
      case ONE_BIT, TERNARY_1_58 ->
          new TensorForm.Ternary(granularity(chosen), chosen.normalizeWeights());
      case TWO_BIT, FOUR_BIT, EIGHT_BIT -> new TensorForm.Integers();
    };
  }

  private static Granularity granularity(WeightQuantizationConfig config) {
    Integer group = config.groupSize();
    return group != null
        ? new Granularity.PerGroup(group)
        : config.base().perChannel() ? new Granularity.PerRow() : new Granularity.PerTensor();
  }
}

package org.bitnet4j.formats.huggingface;

import java.util.List;
import org.bitnet4j.formats.safetensors.SafetensorsEntry;
import org.bitnet4j.formats.safetensors.ShardedSafetensorsWriter;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.TernaryTensor;
import org.bitnet4j.quant.layout.ScaleRounding;
import org.jspecify.annotations.Nullable;

/// What ternary weights become in a checkpoint, and what config.json says about them.
sealed interface TernaryForm permits PackedForm, Bf16Form {
  /// The stored tensors of a ternary weight; the last one is complete last.
  ///
  /// @throws InvalidTensorException for a weight that cannot be stored so
  List<SafetensorsEntry> stored(PackedEntry.Ternary weight);

  /// What storing does to the multipliers of a tensor.
  ///
  /// @throws InvalidTensorException for a tensor that cannot be stored so
  ScaleRounding rounding(TernaryTensor tensor);

  /// Writes the stored tensors of a weight that are not complete yet.
  ///
  /// @param tensor one that [#rounding] has seen
  void write(TernaryTensor tensor, ShardedSafetensorsWriter target);

  /// The config.json of the checkpoint; absent where there is nothing to say.
  byte @Nullable [] config();

  /// A refusal of a tensor.
  static InvalidTensorException refusal(String name, String rule, String found, String remedy) {
    return new InvalidTensorException(name, -1, rule, found, remedy);
  }
}

package org.bitnet4j.formats.huggingface;

import org.bitnet4j.formats.safetensors.SafetensorsEntry;
import org.bitnet4j.quant.TensorShape;

/// A tensor of a packed checkpoint to be written.
public sealed interface PackedEntry {
  /// Name of the tensor.
  String name();

  /// A ternary weight, stored packed with its scale beside it.
  ///
  /// @param name its name, ending in `.weight`
  /// @param shape [out, in]
  record Ternary(String name, TensorShape shape) implements PackedEntry {}

  /// A tensor stored as it is.
  ///
  /// @param entry name, type and shape
  record AsIs(SafetensorsEntry entry) implements PackedEntry {
    @Override
    public String name() {
      return entry.name();
    }
  }
}

package org.bitnet4j.formats.huggingface;

import java.util.List;
import org.bitnet4j.formats.io.DequantizedTrits;
import org.bitnet4j.formats.safetensors.DType;
import org.bitnet4j.formats.safetensors.SafetensorsEntry;
import org.bitnet4j.formats.safetensors.ShardedSafetensorsWriter;
import org.bitnet4j.quant.ElementType;
import org.bitnet4j.quant.TernaryTensor;
import org.bitnet4j.quant.layout.ScaleRounding;
import org.jspecify.annotations.Nullable;

/// Ternary weights as bfloat16: implicit-ternary, as TriLM is published.
///
/// @param source the configuration of the model, if there is one
record Bf16Form(@Nullable ConfigFile source) implements TernaryForm {
  @Override
  public List<SafetensorsEntry> stored(PackedEntry.Ternary weight) {
    return List.of(new SafetensorsEntry(weight.name(), DType.BF16, weight.shape()));
  }

  @Override
  public ScaleRounding rounding(TernaryTensor tensor) {
    return values(tensor).rounding();
  }

  @Override
  public void write(TernaryTensor tensor, ShardedSafetensorsWriter target) {
    values(tensor).write(bytes -> target.write(tensor.name(), bytes));
  }

  private static DequantizedTrits values(TernaryTensor tensor) {
    return new DequantizedTrits(tensor, ElementType.BF16);
  }

  @Override
  public byte @Nullable [] config() {
    return source == null ? null : source.withoutQuantization();
  }
}

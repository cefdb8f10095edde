package org.bitnet4j.formats.huggingface;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalLong;
import org.bitnet4j.formats.safetensors.DType;
import org.bitnet4j.formats.safetensors.SafetensorsEntry;
import org.bitnet4j.formats.safetensors.ShardedSafetensorsWriter;
import org.bitnet4j.quant.Granularity;
import org.bitnet4j.quant.Scales;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TernaryTensor;
import org.bitnet4j.quant.layout.ScaleRounding;
import org.bitnet4j.quant.layout.TensorMultipliers;
import org.jspecify.annotations.Nullable;

/// Ternary weights in the layout of Hugging Face's BitNet integration.
///
/// @param source the configuration of the model, if there is one
/// @param packed the configuration to be written
record PackedForm(@Nullable ConfigFile source, PackedConfig packed) implements TernaryForm {
  private static final String SUFFIX = ".weight";
  private static final String SCALE = "_scale";

  @Override
  public List<SafetensorsEntry> stored(PackedEntry.Ternary weight) {
    String name = weight.name();
    TensorShape shape = weight.shape();
    requireHoldable(name, shape);
    long rows = QuarterRows.packedRows(shape.rows());
    return List.of(
        new SafetensorsEntry(name, DType.U8, TensorShape.of(rows, (long) shape.columns())),
        new SafetensorsEntry(name + SCALE, DType.F32, TensorShape.of(1)));
  }

  private void requireHoldable(String name, TensorShape shape) {
    QuarterRows.requireShape(name, shape);
    if (!name.endsWith(SUFFIX)) {
      throw TernaryForm.refusal(
          name,
          "the name of a packed weight must end in .weight",
          name,
          "Rename the tensor or leave it as it is.");
    }
    OptionalLong known = source == null ? OptionalLong.empty() : source.facts().rowsOf(name);
    if (known.orElse(4 * QuarterRows.packedRows(shape.rows())) != shape.rows()) {
      throw TernaryForm.refusal(
          name,
          known.isPresent()
              ? "a projection must have the " + known.getAsLong() + " rows that config.json says"
              : "rows must be a multiple of 4 where config.json does not tell their number",
          shape.toString(),
          "Leave this tensor as it is, or write a .trit container.");
    }
  }

  @Override
  public ScaleRounding rounding(TernaryTensor tensor) {
    ScaleConvention.Stored stored = scale(tensor);
    if (!stored.rounded()) {
      return ScaleRounding.EXACT;
    }
    double multiplier = multiplier(tensor);
    double back = packed.convention().multiplier(stored.value());
    return new ScaleRounding(1, Math.abs(back - multiplier) / Math.abs(multiplier));
  }

  private static float multiplier(TernaryTensor tensor) {
    return tensor.shape().elements() == 0
        ? 1
        : TensorMultipliers.of(tensor, new Granularity.PerTensor()).get(0);
  }

  private ScaleConvention.Stored scale(TernaryTensor tensor) {
    Scales scales = tensor.scales();
    if (scales.hasOffsets()) {
      throw TernaryForm.refusal(
          tensor.name(),
          "the packed layout has no place for offsets",
          scales.count() + " offsets",
          "Quantize without normalisation, or write a .trit container.");
    }
    float multiplier = multiplier(tensor);
    ScaleConvention.Stored stored = packed.convention().stored(multiplier);
    if (!Float.isFinite(stored.value())
        || !Float.isFinite(packed.convention().multiplier(stored.value()))) {
      throw TernaryForm.refusal(
          tensor.name(),
          "the multiplier must be storable under " + packed.linearClass(),
          Float.toString(multiplier),
          "Check the weights, or declare linear_class autobitlinear.");
    }
    return stored;
  }

  @Override
  public void write(TernaryTensor tensor, ShardedSafetensorsWriter target) {
    String name = tensor.name();
    if (target.finished(name).isEmpty()) {
      QuarterRows.encode(tensor, bytes -> target.write(name, bytes));
    }
    if (target.finished(name + SCALE).isEmpty()) {
      ByteBuffer value = ByteBuffer.allocate(Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      target.write(name + SCALE, value.putFloat(0, scale(tensor).value()));
    }
  }

  @Override
  public byte[] config() {
    return packed.text().getBytes(StandardCharsets.UTF_8);
  }
}

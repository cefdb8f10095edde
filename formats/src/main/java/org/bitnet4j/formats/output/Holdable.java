package org.bitnet4j.formats.output;

import java.util.List;
import org.bitnet4j.formats.checkpoint.CheckpointTensor;
import org.bitnet4j.formats.safetensors.DType;
import org.bitnet4j.quant.Granularity;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.layout.TernaryLayout;
import org.jspecify.annotations.Nullable;

/// What a format can hold, asked before any work.
final class Holdable {
  /// Why a tensor cannot be held.
  private record Refusal(String rule, String found, String remedy) {}

  private static final String OTHER_FORMAT = "Write a .trit container: it holds every tensor.";

  private Holdable() {}

  /// Refuses the first tensor that a format cannot hold, and says how many more there are.
  static void require(ModelFormat format, List<OutputTensor> tensors) {
    Refusal first = null;
    String name = "";
    int more = 0;
    for (OutputTensor tensor : tensors) {
      Refusal refusal = refusal(format, tensor);
      if (refusal != null && first != null) {
        more++;
      } else if (refusal != null) {
        first = refusal;
        name = tensor.tensor().name();
      }
    }
    if (first != null) {
      throw new InvalidTensorException(
          name,
          -1,
          first.rule,
          first.found + (more == 0 ? "" : ", and " + more + " more tensors"),
          first.remedy);
    }
  }

  private static @Nullable Refusal refusal(ModelFormat format, OutputTensor output) {
    CheckpointTensor tensor = output.tensor();
    return switch (output.form()) {
      case TensorForm.Kept() -> kept(format, tensor);
      case TensorForm.Integers() ->
          format == ModelFormat.TRIT
              ? null
              : new Refusal(format.label() + " holds trits only", "wider codes", OTHER_FORMAT);
      case TensorForm.Ternary(Granularity granularity, boolean offsets) ->
          offsets && format != ModelFormat.TRIT
              ? new Refusal(
                  format.label() + " has no place for offsets", "normalizeWeights", OTHER_FORMAT)
              : ternary(format, tensor.name(), tensor.shape(), granularity);
    };
  }

  private static @Nullable Refusal kept(ModelFormat format, CheckpointTensor tensor) {
    DType type = tensor.rawType();
    return format.isGguf() || type != null
        ? null
        : new Refusal(
            format.label() + " needs a tensor whose values can be read",
            tensor.type(),
            "Convert to a gguf format, which keeps it byte for byte.");
  }

  private static @Nullable Refusal ternary(
      ModelFormat format, String name, TensorShape shape, @Nullable Granularity granularity) {
    return switch (format) {
      case TRIT, SAFETENSORS_BF16, GGUF_F16 -> null;
      case SAFETENSORS_PACKED -> {
        if (!name.endsWith(".weight") || shape.rank() != 2) {
          yield new Refusal(
              "a packed weight must be a matrix whose name ends in .weight",
              name + " " + shape,
              OTHER_FORMAT);
        }
        yield scales(format, granularity, new Granularity.PerTensor());
      }
      case GGUF_I2_S, GGUF_TQ1_0, GGUF_TQ2_0, GGUF_Q2_0, GGUF_IQ2_BN, GGUF_IQ1_BN -> {
        TernaryLayout layout = format.layout().orElseThrow();
        yield layout
            .refusal(shape)
            .map(rule -> new Refusal(format.label() + ": " + rule, shape.toString(), OTHER_FORMAT))
            .orElse(scales(format, granularity, layout.granularity()));
      }
    };
  }

  private static @Nullable Refusal scales(
      ModelFormat format, @Nullable Granularity granularity, Granularity held) {
    return granularity == null || isCoarser(granularity, held)
        ? null
        : new Refusal(
            format.label() + " holds one multiplier per " + unit(held),
            "one per " + unit(granularity),
            "Quantize with coarser scales, or write a .trit container.");
  }

  private static boolean isCoarser(Granularity scales, Granularity held) {
    return switch (held) {
      case Granularity.PerTensor() -> scales instanceof Granularity.PerTensor;
      case Granularity.PerRow() -> !(scales instanceof Granularity.PerGroup);
      case Granularity.PerGroup(int size) ->
          !(scales instanceof Granularity.PerGroup(int finer)) || finer % size == 0;
    };
  }

  private static String unit(Granularity granularity) {
    return switch (granularity) {
      case Granularity.PerTensor() -> "tensor";
      case Granularity.PerRow() -> "row";
      case Granularity.PerGroup(int size) -> "group of " + size;
    };
  }
}

package org.bitnet4j.formats.quantize;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.bitnet4j.formats.checkpoint.Checkpoint;
import org.bitnet4j.formats.checkpoint.CheckpointTensor;
import org.bitnet4j.formats.huggingface.HuggingFaceCheckpoint;
import org.bitnet4j.formats.huggingface.PackedCheckpointWriter;
import org.bitnet4j.formats.report.TensorReport;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.Workers;
import org.bitnet4j.quant.config.WeightQuantizationConfig;
import org.jspecify.annotations.Nullable;

/// A Hugging Face directory with packed ternary safetensors; what is not quantized, configuration
/// and tokenizer included, is copied.
public final class PackedOutput implements QuantizedOutput {
  private static final String PACKING = "quarter rows, 2 bit";

  /// The multiplier beside each packed weight.
  private static final int SCALE_BYTES = 4;

  private final PackedCheckpointWriter writer;
  private List<String> roundedScales = List.of();

  private PackedOutput(PackedCheckpointWriter writer) {
    this.writer = writer;
  }

  /// Begins a directory.
  ///
  /// @param target where it shall appear; must not exist yet
  /// @param source the checkpoint that is quantized
  /// @param decisions what happens to each tensor
  /// @param recipe canonical JSON of the recipe, stored in the metadata of the safetensors file
  static PackedOutput create(
      Path target, HuggingFaceCheckpoint source, List<TensorDecision> decisions, String recipe) {
    requireHoldable(decisions);
    List<String> ternary =
        decisions.stream()
            .filter(decision -> decision.config() != null)
            .map(decision -> decision.tensor().name())
            .toList();
    return new PackedOutput(
        PackedCheckpointWriter.begin(
            target,
            source,
            ternary,
            PackedCheckpointWriter.DEFAULT_SHARD_BYTES,
            Map.of("bitnet4j.recipe", recipe)));
  }

  /// Refuses, before any work, what the layout cannot hold: more than one multiplier, offsets,
  /// codes that are no trits.
  static void requireHoldable(List<TensorDecision> decisions) {
    for (TensorDecision decision : decisions) {
      WeightQuantizationConfig config = decision.config();
      if (config != null) {
        String found = refused(config);
        if (found != null) {
          throw new InvalidTensorException(
              decision.tensor().name(),
              -1,
              "the packed layout holds trits with one multiplier per tensor and no offsets",
              found,
              "Change the recipe for this tensor, or write a .trit container.");
        }
      }
    }
  }

  private static @Nullable String refused(WeightQuantizationConfig config) {
    return switch (config.base().precision()) {
      case TWO_BIT, FOUR_BIT, EIGHT_BIT -> "base.precision " + config.base().precision();
      case ONE_BIT, TERNARY_1_58 -> {
        if (config.groupSize() != null) {
          yield "groupSize " + config.groupSize();
        }
        yield config.base().perChannel()
            ? "base.perChannel true"
            : config.normalizeWeights() ? "normalizeWeights true" : null;
      }
    };
  }

  /// Bytes of a packed weight with its scale.
  static long storedBytes(TensorShape shape) {
    return Math.ceilDiv(shape.rows(), 4L) * shape.columns() + SCALE_BYTES;
  }

  @Override
  public TensorReport add(Checkpoint checkpoint, TensorDecision decision, Workers workers) {
    CheckpointTensor tensor = decision.tensor();
    WeightQuantizationConfig config = decision.config();
    if (config == null) {
      // The writer copies what it was not given.
      return TritOutput.kept(tensor, 0);
    }
    try (TensorQuantization quantization =
        TensorQuantization.of(checkpoint.floats(tensor), config, workers)) {
      writer.write(quantization.weights().tensor());
      return quantization.report(PACKING, tensor.bytes(), storedBytes(tensor.shape()));
    }
  }

  @Override
  public void finish(Checkpoint checkpoint, RunDescription about, String recipe) {
    roundedScales = writer.commit().roundedScales();
  }

  @Override
  public List<String> roundedScales() {
    return roundedScales;
  }

  @Override
  public void close() {
    writer.close();
  }
}

package org.bitnet4j.formats.quantize;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bitnet4j.formats.checkpoint.Checkpoint;
import org.bitnet4j.formats.checkpoint.CheckpointTensor;
import org.bitnet4j.formats.report.TensorReport;
import org.bitnet4j.formats.safetensors.DType;
import org.bitnet4j.formats.trit.TritWriter;
import org.bitnet4j.quant.TensorHash;
import org.bitnet4j.quant.Workers;
import org.bitnet4j.quant.config.WeightQuantizationConfig;
import org.bitnet4j.quant.metrics.SizeStatistics;
import org.bitnet4j.quant.packing.PackedTensor;

/// A `.trit` container with the quantized tensors, the others as they were, and the small files of
/// the checkpoint.
public final class TritOutput implements QuantizedOutput {
  /// Tensors that are kept start at cache lines.
  private static final int RAW_ALIGNMENT = 64;

  private final TritWriter writer;
  private final Map<String, String> tritHashes = new TreeMap<>();

  private TritOutput(TritWriter writer) {
    this.writer = writer;
  }

  /// Begins a container.
  ///
  /// @param target where it shall appear
  public static TritOutput create(Path target) {
    return new TritOutput(TritWriter.create(target));
  }

  @Override
  public TensorReport add(Checkpoint checkpoint, TensorDecision decision, Workers workers) {
    CheckpointTensor tensor = decision.tensor();
    WeightQuantizationConfig config = decision.config();
    if (config == null) {
      return keep(checkpoint, tensor);
    }
    try (TensorQuantization quantization =
            TensorQuantization.of(checkpoint.floats(tensor), config, workers);
        PackedTensor packed = quantization.pack(workers.threads())) {
      TensorHash hash = quantization.hash();
      if (hash != null) {
        tritHashes.put(tensor.name(), hash.tritHash());
      }
      writer.add(packed, hash);
      return quantization.report(
          hash == null ? "integers" : config.packing().strategy().name(),
          tensor.bytes(),
          packed.totalBytes());
    }
  }

  private TensorReport keep(Checkpoint checkpoint, CheckpointTensor tensor) {
    long start = System.nanoTime();
    writer.addRaw(
        tensor.name(),
        DType.valueOf(tensor.type()),
        tensor.shape(),
        RAW_ALIGNMENT,
        sink -> checkpoint.readRaw(tensor, sink));
    return kept(tensor, (System.nanoTime() - start) / 1e9);
  }

  /// The row of a tensor that stayed as it was.
  static TensorReport kept(CheckpointTensor tensor, double seconds) {
    return new TensorReport(
        tensor.name(),
        tensor.shape(),
        tensor.type(),
        "",
        "",
        new SizeStatistics(tensor.shape().elements(), tensor.bytes(), tensor.bytes()),
        null,
        null,
        0,
        0,
        seconds,
        null,
        null);
  }

  @Override
  public void finish(Checkpoint checkpoint, RunDescription about, String recipe) {
    checkpoint.sideFiles().forEach(writer::attach);
    writer.recipe(recipe);
    writer.metadata("program", about.program());
    writer.metadata("source", about.source());
    if (!tritHashes.isEmpty()) {
      writer.metadata("tritHash", TensorHash.ofModel(tritHashes));
    }
    writer.finish();
  }

  /// A container holds float32 multipliers as they are.
  @Override
  public List<String> roundedScales() {
    return List.of();
  }

  @Override
  public void close() {
    writer.close();
  }
}

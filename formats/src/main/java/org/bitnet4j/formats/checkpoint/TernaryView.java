package org.bitnet4j.formats.checkpoint;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.function.Consumer;
import org.bitnet4j.formats.gguf.GgufFile;
import org.bitnet4j.formats.huggingface.HuggingFaceCheckpoint;
import org.bitnet4j.formats.huggingface.ModelConfig;
import org.bitnet4j.quant.Granularity;
import org.bitnet4j.quant.QuantizedTensor;
import org.bitnet4j.quant.TensorSource;
import org.bitnet4j.quant.Workers;
import org.bitnet4j.quant.config.ConfigFormat;
import org.bitnet4j.quant.config.Recipe;
import org.bitnet4j.quant.config.WeightQuantizationConfig;
import org.bitnet4j.quant.weights.WeightQuantizer;

/// A checkpoint in which float weights that stand for trits are seen as ternary:
///
/// - latent weights of a model that declares b1.58 ("online"): absmean of the whole tensor, as the
///   model itself does at each use;
/// - weights whose values are trits times a multiplier already (TriLM, dequantized models).
///
/// Only projections inside layers are looked at. All other tensors are those of the checkpoint.
final class TernaryView implements Checkpoint {
  private final Checkpoint checkpoint;
  private final Workers workers;
  private final Map<String, Reading> readings = new HashMap<>();
  private final List<CheckpointTensor> tensors;
  private final List<CheckpointTensor> stored;

  /// How the floats of a tensor become trits.
  private sealed interface Reading {
    /// Quantized as b1.58 quantizes at each use.
    record Absmean() implements Reading {}

    /// Ternary as they stand.
    record Exact(Granularity granularity) implements Reading {}
  }

  TernaryView(Checkpoint checkpoint, Workers workers) {
    this.checkpoint = checkpoint;
    this.workers = workers;
    LatentWeights latent = LatentWeights.of(checkpoint);
    Map<String, CheckpointTensor> seen = new HashMap<>();
    for (CheckpointTensor tensor : checkpoint.tensors()) {
      seen.put(tensor.name(), see(tensor, latent));
    }
    this.tensors = checkpoint.tensors().stream().map(t -> seen.getOrDefault(t.name(), t)).toList();
    this.stored = checkpoint.fileOrder().stream().map(t -> seen.getOrDefault(t.name(), t)).toList();
  }

  private CheckpointTensor see(CheckpointTensor tensor, LatentWeights latent) {
    if (tensor.content() != CheckpointTensor.Content.FLOAT || !latent.isProjection(tensor)) {
      return tensor;
    }
    if (latent.declared()) {
      return as(tensor, new Reading.Absmean(), tensor.type() + " latent, b1.58");
    }
    Optional<Granularity> exact = ImplicitTernary.detect(checkpoint.floats(tensor));
    if (exact.isPresent()) {
      return as(tensor, new Reading.Exact(exact.get()), tensor.type() + " of trits");
    }
    return latent.byArchitecture()
        ? as(tensor, new Reading.Absmean(), tensor.type() + " latent, b1.58")
        : tensor;
  }

  private CheckpointTensor as(CheckpointTensor tensor, Reading reading, String type) {
    readings.put(tensor.name(), reading);
    return new CheckpointTensor(
        tensor.name(),
        tensor.storedName(),
        type,
        tensor.shape(),
        tensor.bytes(),
        CheckpointTensor.Content.TERNARY,
        null);
  }

  @Override
  public String format() {
    return checkpoint.format();
  }

  @Override
  public List<CheckpointTensor> tensors() {
    return tensors;
  }

  @Override
  public List<CheckpointTensor> fileOrder() {
    return stored;
  }

  @Override
  public TensorSource floats(CheckpointTensor tensor) {
    return checkpoint.floats(tensor);
  }

  @Override
  public void readRaw(CheckpointTensor tensor, Consumer<ByteBuffer> sink) {
    checkpoint.readRaw(tensor, sink);
  }

  @Override
  public QuantizedTensor quantized(CheckpointTensor tensor) {
    return switch (readings.get(tensor.name())) {
      case null -> checkpoint.quantized(tensor);
      case Reading.Absmean() ->
          WeightQuantizer.of(WeightQuantizationConfig.bitnet())
              .quantize(checkpoint.floats(tensor), workers)
              .tensor();
      case Reading.Exact(Granularity granularity) ->
          ImplicitTernary.read(checkpoint.floats(tensor), granularity);
    };
  }

  @Override
  public String verify() {
    return checkpoint.verify();
  }

  @Override
  public SequencedMap<String, String> metadata() {
    return checkpoint.metadata();
  }

  /// Trits that this view makes are made by the preset.
  @Override
  public Optional<String> recipe() {
    Optional<String> stored = checkpoint.recipe();
    return stored.isEmpty() && latent() > 0
        ? Optional.of(Recipe.bitnet().write(ConfigFormat.JSON))
        : stored;
  }

  private long latent() {
    return readings.values().stream().filter(r -> r instanceof Reading.Absmean).count();
  }

  @Override
  public Optional<ModelConfig> declaredConfig() {
    return checkpoint.declaredConfig();
  }

  @Override
  public SortedMap<String, byte[]> sideFiles() {
    return checkpoint.sideFiles();
  }

  @Override
  public List<Path> sources() {
    return checkpoint.sources();
  }

  @Override
  public HuggingFaceCheckpoint huggingFace() {
    return checkpoint.huggingFace();
  }

  @Override
  public Optional<GgufFile> gguf() {
    return checkpoint.gguf();
  }

  @Override
  public void requireUnchanged() {
    checkpoint.requireUnchanged();
  }

  @Override
  public void close() {
    checkpoint.close();
  }

  @Override
  public List<String> notes() {
    List<String> notes = new ArrayList<>(checkpoint.notes());
    long latent = latent();
    if (latent > 0) {
      notes.add(latent + " latent float tensors are quantized as b1.58 does at each use (absmean)");
    }
    if (readings.size() > latent) {
      notes.add(readings.size() - latent + " float tensors hold trits times a multiplier");
    }
    return notes;
  }
}

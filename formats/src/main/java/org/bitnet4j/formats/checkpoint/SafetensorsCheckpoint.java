package org.bitnet4j.formats.checkpoint;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.bitnet4j.formats.huggingface.HuggingFaceCheckpoint;
import org.bitnet4j.formats.huggingface.ModelConfig;
import org.bitnet4j.formats.io.InputFile;
import org.bitnet4j.formats.safetensors.SafetensorsFile;
import org.bitnet4j.formats.safetensors.SafetensorsTensor;
import org.bitnet4j.quant.QuantizedTensor;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TensorSource;

/// A safetensors file or a Hugging Face directory as a checkpoint; packed ternary weights included.
final class SafetensorsCheckpoint implements Checkpoint {
  /// Tokenizers reach some tens of megabytes.
  private static final int MAX_SIDE_FILE = 256 << 20;

  private final HuggingFaceCheckpoint checkpoint;
  private final List<CheckpointTensor> stored;
  private final List<CheckpointTensor> tensors;

  private SafetensorsCheckpoint(HuggingFaceCheckpoint checkpoint) {
    this.checkpoint = checkpoint;
    this.stored = checkpoint.weights().tensors().stream().map(this::describe).toList();
    this.tensors = stored.stream().sorted(Comparator.comparing(CheckpointTensor::name)).toList();
  }

  static SafetensorsCheckpoint openSafetensors(Path path) {
    HuggingFaceCheckpoint checkpoint = HuggingFaceCheckpoint.open(path);
    try {
      return new SafetensorsCheckpoint(checkpoint);
    } catch (RuntimeException e) {
      checkpoint.close();
      throw e;
    }
  }

  private CheckpointTensor describe(SafetensorsTensor tensor) {
    String name = tensor.name();
    if (checkpoint.isPacked(name)) {
      long bytes = tensor.bytes();
      SafetensorsTensor scale = checkpoint.weights().find(name + "_scale");
      return new CheckpointTensor(
          name,
          name,
          "packed ternary",
          TensorShape.of(checkpoint.packedRows(name), tensor.shape().columns()),
          scale == null ? bytes : bytes + scale.bytes(),
          CheckpointTensor.Content.TERNARY,
          null);
    }
    if (checkpoint.isScaleOfPacked(name)) {
      return new CheckpointTensor(
          name,
          name,
          tensor.dtype().name(),
          tensor.shape(),
          0,
          CheckpointTensor.Content.SCALE,
          tensor.dtype());
    }
    return new CheckpointTensor(
        name,
        name,
        tensor.dtype().name(),
        tensor.shape(),
        tensor.bytes(),
        tensor.dtype().elementType() == null
            ? CheckpointTensor.Content.OTHER
            : CheckpointTensor.Content.FLOAT,
        tensor.dtype());
  }

  @Override
  public String format() {
    return Files.isDirectory(checkpoint.path()) ? "huggingface" : "safetensors";
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
    return checkpoint.source(tensor.name());
  }

  @Override
  public void readRaw(CheckpointTensor tensor, Consumer<ByteBuffer> sink) {
    SafetensorsFile file = checkpoint.weights().fileOf(tensor.name());
    SafetensorsTensor stored = file.tensor(tensor.name());
    RawPieces.read(stored.bytes(), (offset, piece) -> file.read(stored, offset, piece), sink);
  }

  @Override
  public QuantizedTensor quantized(CheckpointTensor tensor) {
    return checkpoint.readPacked(tensor.name());
  }

  @Override
  public String verify() {
    int packed = 0;
    for (CheckpointTensor tensor : tensors) {
      if (tensor.content() == CheckpointTensor.Content.TERNARY) {
        quantized(tensor).close();
        packed++;
      } else {
        readRaw(tensor, piece -> {});
      }
    }
    requireUnchanged();
    return "header strict, every byte read, "
        + packed
        + " packed ternary tensors decoded; safetensors files hold no checksums";
  }

  @Override
  public SequencedMap<String, String> metadata() {
    SequencedMap<String, String> all = new LinkedHashMap<>();
    checkpoint.weights().files().forEach(file -> file.metadata().forEach(all::putIfAbsent));
    return all;
  }

  @Override
  public Optional<String> recipe() {
    return checkpoint.weights().files().stream()
        .map(file -> file.metadata().get("bitnet4j.recipe"))
        .filter(java.util.Objects::nonNull)
        .findFirst();
  }

  @Override
  public SortedMap<String, byte[]> sideFiles() {
    SortedMap<String, byte[]> files = new TreeMap<>();
    if (Files.isDirectory(checkpoint.path())) {
      read(checkpoint.path().resolve("config.json"), files);
      checkpoint.sideFiles().forEach(path -> read(path, files));
    }
    return files;
  }

  @Override
  public List<Path> sources() {
    Stream<Path> weights = checkpoint.weights().files().stream().map(file -> Path.of(file.name()));
    return Files.isDirectory(checkpoint.path())
        ? Stream.concat(
                Stream.of("config.json", "model.safetensors.index.json")
                    .map(checkpoint.path()::resolve)
                    .filter(Files::exists),
                weights)
            .toList()
        : weights.toList();
  }

  private static void read(Path path, SortedMap<String, byte[]> files) {
    try (InputFile file = InputFile.open(path)) {
      files.put(String.valueOf(path.getFileName()), file.readAll(MAX_SIDE_FILE));
    }
  }

  @Override
  public void requireUnchanged() {
    checkpoint.requireUnchanged();
  }

  @Override
  public Optional<ModelConfig> declaredConfig() {
    return Optional.ofNullable(checkpoint.config());
  }

  @Override
  public HuggingFaceCheckpoint huggingFace() {
    return checkpoint;
  }

  @Override
  public void close() {
    checkpoint.close();
  }
}

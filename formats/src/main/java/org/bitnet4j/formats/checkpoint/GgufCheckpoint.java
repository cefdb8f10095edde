package org.bitnet4j.formats.checkpoint;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.bitnet4j.formats.architecture.ArchitectureMap;
import org.bitnet4j.formats.architecture.MetadataMap;
import org.bitnet4j.formats.architecture.RowOrder;
import org.bitnet4j.formats.architecture.ValueChange;
import org.bitnet4j.formats.gguf.GgufFile;
import org.bitnet4j.formats.gguf.GgufMetadata;
import org.bitnet4j.formats.gguf.GgufTensor;
import org.bitnet4j.formats.gguf.GgufType;
import org.bitnet4j.formats.gguf.MetadataFile;
import org.bitnet4j.formats.huggingface.ModelConfig;
import org.bitnet4j.formats.safetensors.DType;
import org.bitnet4j.quant.MalformedFileException;
import org.bitnet4j.quant.QuantizedTensor;
import org.bitnet4j.quant.TensorSource;
import org.bitnet4j.quant.TernaryTensor;
import org.bitnet4j.quant.Workers;
import org.bitnet4j.quant.layout.TernaryLayout;
import org.bitnet4j.quant.packing.MalformedPackingException;
import org.jspecify.annotations.Nullable;

/// A GGUF file as a checkpoint: tensors under their Hugging Face names, rows of q and k in Hugging
/// Face order, side files made from the metadata. A file of an unknown architecture keeps its own
/// names and order.
final class GgufCheckpoint implements Checkpoint {
  private final GgufFile file;
  private final ReadOptions options;
  private final Optional<ArchitectureMap> architecture;
  private final Map<String, GgufTensor> byName = new HashMap<>();
  private final List<CheckpointTensor> stored;
  private final List<CheckpointTensor> tensors;
  private final Workers workers = Workers.of(1);
  private final StoredBytes buffers = new StoredBytes();

  private GgufCheckpoint(GgufFile file, ReadOptions options) {
    this.file = file;
    this.options = options;
    this.architecture = ArchitectureMap.ofGguf(file.metadata());
    this.stored = file.tensors().stream().map(this::describe).toList();
    this.tensors = stored.stream().sorted(Comparator.comparing(CheckpointTensor::name)).toList();
  }

  static GgufCheckpoint openGguf(Path path, ReadOptions options) {
    GgufFile file = GgufFile.open(path);
    try {
      return new GgufCheckpoint(file, options);
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private CheckpointTensor describe(GgufTensor tensor) {
    String name =
        architecture.flatMap(map -> map.toHuggingFace(tensor.name())).orElse(tensor.name());
    if (byName.putIfAbsent(name, tensor) != null) {
      throw new MalformedFileException(
          tensor.file(),
          tensor.offset(),
          "tensor " + tensor.name(),
          "a second tensor for " + name,
          "one tensor for each part of the model",
          "Remove one of them.");
    }
    CheckpointTensor.Content content = content(tensor);
    return new CheckpointTensor(
        name,
        tensor.name(),
        layout(tensor).map(TernaryLayout::name).orElse(tensor.type().name()),
        tensor.shape(),
        tensor.bytes(),
        content,
        rawType(tensor, content));
  }

  private CheckpointTensor.Content content(GgufTensor tensor) {
    return layout(tensor).isPresent()
        ? CheckpointTensor.Content.TERNARY
        : isFloat(tensor.type()) ? CheckpointTensor.Content.FLOAT : CheckpointTensor.Content.OTHER;
  }

  private static boolean isFloat(GgufType type) {
    return switch (type) {
      case F32, F16, BF16, Q8_0, Q4_0, Q6_K -> true;
      default -> false;
    };
  }

  /// Floats are handed over as what they are read as, so blocks of Q8_0 as float32.
  private @Nullable DType rawType(GgufTensor tensor, CheckpointTensor.Content content) {
    return switch (content) {
      case FLOAT -> DType.of(file.source(tensor).elementType());
      case TERNARY, INTEGER, SCALE -> null;
      case OTHER ->
          switch (tensor.type()) {
            case I8 -> DType.I8;
            case I16 -> DType.I16;
            case I32 -> DType.I32;
            case I64 -> DType.I64;
            case F64 -> DType.F64;
            default -> null;
          };
    };
  }

  /// The layout of a ternary tensor, in the flavour that the user says.
  private Optional<TernaryLayout> layout(GgufTensor tensor) {
    Optional<TernaryLayout> layout =
        tensor.type() == GgufType.I2_S
            ? TernaryLayout.find(options.i2s().layout())
            : tensor.type().layout();
    return layout.filter(known -> known.readable(tensor.shape()));
  }

  @Override
  public String format() {
    return "gguf";
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
  public Optional<GgufFile> gguf() {
    return Optional.of(file);
  }

  private GgufTensor tensor(CheckpointTensor tensor) {
    GgufTensor found = byName.get(tensor.name());
    if (found == null) {
      throw new IllegalArgumentException("tensor must be one of this checkpoint's");
    }
    return found;
  }

  private RowOrder rowOrder(String name) {
    return architecture.map(map -> map.rowOrder(name)).orElse(RowOrder.identity());
  }

  @Override
  public TensorSource floats(CheckpointTensor tensor) {
    return MappedFloats.fromGguf(
        tensor.name(),
        file.source(tensor(tensor)),
        rowOrder(tensor.name()),
        architecture.map(map -> map.valueChange(tensor.name())).orElse(ValueChange.NONE));
  }

  @Override
  public void readRaw(CheckpointTensor tensor, Consumer<ByteBuffer> sink) {
    GgufTensor found = tensor(tensor);
    if (tensor.content() == CheckpointTensor.Content.FLOAT) {
      FloatBytes.write(floats(tensor), sink);
    } else {
      RawPieces.read(found.bytes(), (offset, piece) -> file.read(found, offset, piece), sink);
    }
  }

  @Override
  public QuantizedTensor quantized(CheckpointTensor tensor) {
    GgufTensor found = tensor(tensor);
    TernaryLayout layout =
        layout(found)
            .orElseThrow(() ->
                new IllegalArgumentException(
                    "tensor must be ternary, got [" + tensor.type() + "]"));
    TernaryTensor decoded;
    try (StoredBytes.Lease lease = buffers.lease(found.bytes())) {
      MemorySegment bytes = lease.bytes();
      file.read(found, 0, bytes);
      decoded = layout.decode(tensor.name(), found.shape(), bytes, workers);
    } catch (MalformedPackingException e) {
      throw new MalformedFileException(
          found.file(),
          found.offset() + e.offset(),
          "tensor " + found.name() + " (" + layout.name() + ")",
          e.found(),
          e.allowed(),
          "Run `bitnet doctor` on the file; fetch it again if it is damaged.",
          e);
    }
    RowOrder order = rowOrder(tensor.name());
    return order.isIdentity() ? decoded : RowPermutation.move(decoded, order::ggufRow);
  }

  @Override
  public String verify() {
    int ternary = 0;
    for (CheckpointTensor tensor : stored) {
      if (tensor.isQuantized()) {
        quantized(tensor).close();
        ternary++;
      } else {
        readRaw(tensor, piece -> {});
      }
    }
    requireUnchanged();
    return "header strict, every byte read, "
        + ternary
        + " ternary tensors decoded; GGUF files hold no checksums";
  }

  @Override
  public SequencedMap<String, String> metadata() {
    SequencedMap<String, String> all = new LinkedHashMap<>();
    GgufMetadata metadata = file.metadata();
    metadata.keys().forEach(key -> all.put(key, String.valueOf(metadata.find(key))));
    return all;
  }

  @Override
  public Optional<String> recipe() {
    return file.metadata().text("bitnet4j.recipe");
  }

  @Override
  public SortedMap<String, byte[]> sideFiles() {
    return architecture
        .map(map -> MetadataMap.toSideFiles(map, file.metadata(), name -> file.find(name) != null))
        .orElseGet(
            () -> new TreeMap<>(Map.of(MetadataMap.STORED, MetadataFile.encode(file.metadata()))));
  }

  /// Metadata is no config.json: nothing declares latent weights in a GGUF file.
  @Override
  public Optional<ModelConfig> declaredConfig() {
    return Optional.empty();
  }

  @Override
  public List<Path> sources() {
    return file.files();
  }

  @Override
  public void requireUnchanged() {
    file.requireUnchanged();
  }

  @Override
  public void close() {
    try (workers;
        buffers) {
      file.close();
    }
  }
}

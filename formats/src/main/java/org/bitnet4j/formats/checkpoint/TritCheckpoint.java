package org.bitnet4j.formats.checkpoint;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.bitnet4j.formats.trit.TritEntry;
import org.bitnet4j.formats.trit.TritReader;
import org.bitnet4j.quant.QuantizedTensor;
import org.bitnet4j.quant.TensorSource;
import org.bitnet4j.quant.packing.PackedFormat;

/// A `.trit` container as a checkpoint.
final class TritCheckpoint implements Checkpoint {
  private final Path path;
  private final TritReader reader;
  private final List<CheckpointTensor> stored;
  private final List<CheckpointTensor> tensors;

  private TritCheckpoint(Path path, TritReader reader) {
    this.path = path;
    this.reader = reader;
    this.stored = reader.entries().stream().map(TritCheckpoint::describe).toList();
    this.tensors = stored.stream().sorted(Comparator.comparing(CheckpointTensor::name)).toList();
  }

  static TritCheckpoint openContainer(Path path) {
    return new TritCheckpoint(path, TritReader.open(path));
  }

  /// Whether a file begins as a container does.
  static boolean isContainer(Path path) {
    return TritReader.isContainer(path);
  }

  private static CheckpointTensor describe(TritEntry entry) {
    return switch (entry) {
      case TritEntry.Packed packed ->
          switch (packed.header().format()) {
            case PackedFormat.Trits trits ->
                new CheckpointTensor(
                    packed.name(),
                    packed.name(),
                    trits.strategy().name(),
                    packed.shape(),
                    packed.storedBytes(),
                    CheckpointTensor.Content.TERNARY,
                    null);
            case PackedFormat.Integers integers ->
                new CheckpointTensor(
                    packed.name(),
                    packed.name(),
                    integers.bits() + "-bit integers",
                    packed.shape(),
                    packed.storedBytes(),
                    CheckpointTensor.Content.INTEGER,
                    null);
          };
      case TritEntry.Raw raw ->
          new CheckpointTensor(
              raw.name(),
              raw.name(),
              raw.type().name(),
              raw.shape(),
              raw.payloadLength(),
              raw.type().elementType() == null
                  ? CheckpointTensor.Content.OTHER
                  : CheckpointTensor.Content.FLOAT,
              raw.type());
    };
  }

  @Override
  public String format() {
    return "trit";
  }

  @Override
  public List<CheckpointTensor> tensors() {
    return tensors;
  }

  @Override
  public List<CheckpointTensor> fileOrder() {
    return stored;
  }

  private TritEntry entry(CheckpointTensor tensor) {
    return reader
        .entry(tensor.name())
        .orElseThrow(() -> new IllegalArgumentException("tensor must be one of this checkpoint's"));
  }

  @Override
  public TensorSource floats(CheckpointTensor tensor) {
    if (entry(tensor) instanceof TritEntry.Raw raw) {
      return reader.source(raw);
    }
    throw new IllegalArgumentException("tensor must hold floats, got [" + tensor.type() + "]");
  }

  @Override
  public void readRaw(CheckpointTensor tensor, Consumer<ByteBuffer> sink) {
    if (!(entry(tensor) instanceof TritEntry.Raw raw)) {
      throw new IllegalArgumentException("tensor must be stored raw, got [" + tensor.type() + "]");
    }
    RawPieces.read(raw.payloadLength(), (offset, piece) -> reader.read(raw, offset, piece), sink);
  }

  @Override
  public QuantizedTensor quantized(CheckpointTensor tensor) {
    if (entry(tensor) instanceof TritEntry.Packed packed) {
      return reader.read(packed);
    }
    throw new IllegalArgumentException("tensor must be quantized, got [" + tensor.type() + "]");
  }

  @Override
  public String verify() {
    reader.verify();
    return "every block decoded, every checksum and every stored trit hash recomputed";
  }

  @Override
  public SequencedMap<String, String> metadata() {
    return new LinkedHashMap<>(reader.metadata());
  }

  @Override
  public Optional<String> recipe() {
    return reader.recipe();
  }

  @Override
  public SortedMap<String, byte[]> sideFiles() {
    SortedMap<String, byte[]> files = new TreeMap<>();
    reader
        .attachments()
        .forEach(file -> files.put(file.name(), reader.attachment(file.name()).orElseThrow()));
    return files;
  }

  @Override
  public List<Path> sources() {
    return List.of(path);
  }

  @Override
  public void requireUnchanged() {
    reader.requireUnchanged();
  }

  @Override
  public void close() {
    reader.close();
  }
}

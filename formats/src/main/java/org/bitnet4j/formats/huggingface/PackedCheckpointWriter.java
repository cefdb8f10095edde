package org.bitnet4j.formats.huggingface;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import org.bitnet4j.formats.io.AtomicDirectory;
import org.bitnet4j.formats.io.FileOutput;
import org.bitnet4j.formats.io.InputFile;
import org.bitnet4j.formats.safetensors.SafetensorsEntry;
import org.bitnet4j.formats.safetensors.SafetensorsFile;
import org.bitnet4j.formats.safetensors.SafetensorsTensor;
import org.bitnet4j.quant.IntegerTensor;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.QuantizedTensor;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TernaryTensor;
import org.jspecify.annotations.Nullable;

/// Writes a checkpoint with packed ternary weights in the layout of Hugging Face's BitNet
/// integration: safetensors files, config.json and side files, in a directory that appears whole or
/// not at all.
///
/// Tensors arrive one at a time, in any order; what is announced must arrive before [#commit()].
public final class PackedCheckpointWriter implements AutoCloseable {
  /// The largest safetensors file unless told otherwise, in bytes of data.
  public static final long DEFAULT_SHARD_BYTES = 5_000_000_000L;

  private static final int COPY_BYTES = 1 << 20;

  private final AtomicDirectory directory;
  private final PackedConfig config;
  private final @Nullable HuggingFaceCheckpoint source;
  private final HuggingFaceWriter writer;

  private PackedCheckpointWriter(
      AtomicDirectory directory,
      PackedConfig config,
      @Nullable HuggingFaceCheckpoint source,
      HuggingFaceWriter writer) {
    this.directory = directory;
    this.config = config;
    this.source = source;
    this.writer = writer;
  }

  /// Begins the packed form of a checkpoint: some weights ternary, all other tensors and files as
  /// they are. [#commit()] copies whatever was not written before.
  ///
  /// @param target the directory to be
  /// @param source the checkpoint, open until the commit
  /// @param ternaryNames the weights that will arrive as ternary tensors
  /// @param maxShardBytes the most data of one safetensors file
  /// @param metadata names and values for the metadata of the safetensors files
  /// @throws InvalidTensorException for a weight that the layout cannot hold
  public static PackedCheckpointWriter begin(
      Path target,
      HuggingFaceCheckpoint source,
      Collection<String> ternaryNames,
      long maxShardBytes,
      Map<String, String> metadata) {
    return begin(AtomicDirectory.create(target), source, ternaryNames, maxShardBytes, metadata);
  }

  /// Begins the packed form of a checkpoint in a directory that is new or resumed.
  ///
  /// @param directory where it goes; the writer closes it
  /// @param source the checkpoint, open until the commit
  /// @param ternaryNames the weights that will arrive as ternary tensors, but for those that
  ///   [#finished(String)] knows
  /// @param maxShardBytes the most data of one safetensors file
  /// @param metadata names and values for the metadata of the safetensors files
  /// @throws InvalidTensorException for a weight that the layout cannot hold
  public static PackedCheckpointWriter begin(
      AtomicDirectory directory,
      HuggingFaceCheckpoint source,
      Collection<String> ternaryNames,
      long maxShardBytes,
      Map<String, String> metadata) {
    Set<String> ternary = new HashSet<>(ternaryNames);
    List<PackedEntry> entries = new ArrayList<>();
    boolean planned = false;
    try {
      for (SafetensorsTensor tensor : source.weights().tensors()) {
        String name = tensor.name();
        if (ternary.remove(name)) {
          entries.add(new PackedEntry.Ternary(name, shape(source, tensor)));
        } else if (source.isPacked(name)) {
          throw new InvalidTensorException(
              name,
              -1,
              "a weight that is packed already must be written as ternary tensor too",
              "no ternary tensor announced",
              "Read it with readPacked and write it.");
        } else if (!source.isScaleOfPacked(name)) {
          entries.add(
              new PackedEntry.AsIs(new SafetensorsEntry(name, tensor.dtype(), tensor.shape())));
        }
      }
      for (String name : ternary) {
        source.weights().fileOf(name); // refuses the name
      }
      planned = true;
    } finally {
      if (!planned) {
        directory.close();
      }
    }
    return begin(directory, source.configFile(), source, entries, maxShardBytes, metadata);
  }

  private static TensorShape shape(HuggingFaceCheckpoint source, SafetensorsTensor tensor) {
    if (!source.isPacked(tensor.name())) {
      return tensor.shape();
    }
    TensorShape packed = tensor.shape();
    ModelConfig facts = source.config();
    OptionalLong rows = facts == null ? OptionalLong.empty() : facts.rowsOf(tensor.name());
    return TensorShape.of(
        rows.orElse(Math.multiplyExact(4, packed.rows())), (long) packed.columns());
  }

  /// Begins a checkpoint that has no source: config.json will hold the quantization alone.
  ///
  /// @param target the directory to be
  /// @param entries all tensors
  /// @param maxShardBytes the most data of one safetensors file
  /// @throws InvalidTensorException for a weight that the layout cannot hold
  public static PackedCheckpointWriter begin(
      Path target, List<PackedEntry> entries, long maxShardBytes) {
    return begin(AtomicDirectory.create(target), null, null, entries, maxShardBytes, Map.of());
  }

  private static PackedCheckpointWriter begin(
      AtomicDirectory directory,
      @Nullable ConfigFile configFile,
      @Nullable HuggingFaceCheckpoint source,
      List<PackedEntry> entries,
      long maxShardBytes,
      Map<String, String> metadata) {
    CheckpointContent content = new CheckpointContent(entries, new TreeMap<>(), metadata);
    HuggingFaceWriter writer =
        HuggingFaceWriter.begin(
            directory, TernaryStorage.PACKED, configFile, content, maxShardBytes);
    PackedConfig config = PackedConfig.of(configFile, entries);
    return new PackedCheckpointWriter(directory, config, source, writer);
  }

  /// What was noted with a weight that an earlier run wrote whole; absent where it is still to be
  /// written.
  ///
  /// @param name a tensor of the checkpoint
  public Optional<byte[]> finished(String name) {
    return writer.finished(name);
  }

  /// Leaves a note with a tensor for a run that finds it written whole.
  ///
  /// @param name a tensor whose last byte is still to be written
  /// @param note handed out by [#finished(String)]
  public void note(String name, byte[] note) {
    writer.note(name, note);
  }

  /// Writes a ternary weight.
  ///
  /// @param tensor a tensor announced as ternary
  /// @throws InvalidTensorException where it is not ternary, has several multipliers or offsets, or
  ///   a multiplier that the file cannot hold
  public void write(QuantizedTensor tensor) {
    switch (tensor) {
      case TernaryTensor trits -> writer.write(trits);
      case IntegerTensor integers ->
          throw TernaryForm.refusal(
              tensor.name(),
              "the packed layout holds trits -1, 0, +1 only",
              integers.bits() + "-bit codes",
              "Quantize with a ternary method, or write a .trit container.");
    }
  }

  /// Appends to a tensor that is stored as it is.
  ///
  /// @param name its name
  /// @param bytes the next bytes of its data
  /// @throws IllegalArgumentException for another tensor, or more bytes than announced
  public void write(String name, ByteBuffer bytes) {
    writer.write(name, bytes);
  }

  /// Copies a side file under its own name, byte for byte.
  ///
  /// @param file the file
  public void copySideFile(Path file) {
    try (InputFile input = InputFile.open(file);
        FileOutput output = directory.file(String.valueOf(file.getFileName()))) {
      ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(COPY_BYTES, input.size()));
      for (long at = 0; at < input.size(); at += buffer.capacity()) {
        buffer.clear().limit((int) Math.min(buffer.capacity(), input.size() - at));
        input.read(at, buffer);
        output.write(buffer.flip());
      }
      input.requireUnchanged();
      output.commit();
    }
  }

  /// Copies what the source holds and was not written, writes config.json, makes everything durable
  /// and moves the directory into place.
  ///
  /// @throws IllegalStateException where an announced tensor is missing
  public PackedSummary commit() {
    if (source != null) {
      copyRest(source);
      source.sideFiles().forEach(this::copySideFile);
      source.requireUnchanged();
    }
    WrittenCheckpoint written = writer.commit();
    List<String> rounded = new ArrayList<>();
    written
        .roundings()
        .forEach((name, rounding) -> {
          if (rounding.rounded() > 0) {
            rounded.add(name);
          }
        });
    return new PackedSummary(
        config.linearClass(), config.convention(), written.roundings().size(), rounded);
  }

  private void copyRest(HuggingFaceCheckpoint checkpoint) {
    for (PackedEntry entry : writer.pending()) {
      if (entry instanceof PackedEntry.AsIs(SafetensorsEntry stored)) {
        SafetensorsFile file = checkpoint.weights().fileOf(stored.name());
        SafetensorsTensor tensor = file.tensor(stored.name());
        long at = writer.written(stored.name());
        ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(COPY_BYTES, tensor.bytes()));
        while (at < tensor.bytes()) {
          buffer.clear().limit((int) Math.min(buffer.capacity(), tensor.bytes() - at));
          file.read(tensor, at, buffer);
          at += buffer.flip().remaining();
          writer.write(stored.name(), buffer);
        }
      }
    }
  }

  /// Ends writing; what was not committed is removed, or left for the next run where it can be
  /// resumed.
  @Override
  public void close() {
    writer.close();
  }
}

package org.bitnet4j.formats.huggingface;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import org.bitnet4j.formats.io.AtomicDirectory;
import org.bitnet4j.formats.io.FileOutput;
import org.bitnet4j.formats.io.InputFile;
import org.bitnet4j.formats.safetensors.DType;
import org.bitnet4j.formats.safetensors.SafetensorsEntry;
import org.bitnet4j.formats.safetensors.SafetensorsFile;
import org.bitnet4j.formats.safetensors.SafetensorsTensor;
import org.bitnet4j.formats.safetensors.ShardedSafetensorsWriter;
import org.bitnet4j.quant.IntegerTensor;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.QuantizedTensor;
import org.bitnet4j.quant.Scales;
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

  private static final String SUFFIX = ".weight";
  private static final int COPY_BYTES = 1 << 20;

  private final AtomicDirectory directory;
  private final PackedConfig config;
  private final @Nullable HuggingFaceCheckpoint source;
  private final SequencedMap<String, PackedEntry> pending;
  private final ShardedSafetensorsWriter tensors;
  private final List<String> rounded = new ArrayList<>();
  private int ternary;

  private PackedCheckpointWriter(
      AtomicDirectory directory,
      PackedConfig config,
      @Nullable HuggingFaceCheckpoint source,
      SequencedMap<String, PackedEntry> pending,
      ShardedSafetensorsWriter tensors) {
    this.directory = directory;
    this.config = config;
    this.source = source;
    this.pending = pending;
    this.tensors = tensors;
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

  static PackedCheckpointWriter begin(
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
    boolean begun = false;
    try {
      SequencedMap<String, PackedEntry> pending = new LinkedHashMap<>();
      List<SafetensorsEntry> stored = new ArrayList<>();
      for (PackedEntry entry : entries) {
        pending.put(entry.name(), entry);
        switch (entry) {
          case PackedEntry.AsIs(SafetensorsEntry asIs) -> stored.add(asIs);
          case PackedEntry.Ternary(String name, TensorShape shape) -> {
            requireHoldable(name, shape, configFile);
            long rows = QuarterRows.packedRows(shape.rows());
            stored.add(
                new SafetensorsEntry(name, DType.U8, TensorShape.of(rows, (long) shape.columns())));
            stored.add(new SafetensorsEntry(name + "_scale", DType.F32, TensorShape.of(1)));
          }
        }
      }
      Map<String, String> all = new TreeMap<>(metadata);
      all.put("format", "pt");
      // By name, so that shards do not depend on the order in which the source stores them.
      stored.sort(Comparator.comparing(SafetensorsEntry::name));
      PackedConfig config = PackedConfig.of(configFile, entries);
      ShardedSafetensorsWriter tensors =
          ShardedSafetensorsWriter.begin(directory, stored, all, maxShardBytes);
      begun = true;
      return new PackedCheckpointWriter(directory, config, source, pending, tensors);
    } finally {
      if (!begun) {
        directory.close();
      }
    }
  }

  private static void requireHoldable(
      String name, TensorShape shape, @Nullable ConfigFile configFile) {
    QuarterRows.requireShape(name, shape);
    if (!name.endsWith(SUFFIX)) {
      throw new InvalidTensorException(
          name,
          -1,
          "the name of a packed weight must end in .weight",
          name,
          "Rename the tensor or leave it as it is.");
    }
    OptionalLong known =
        configFile == null ? OptionalLong.empty() : configFile.facts().rowsOf(name);
    if (known.orElse(4 * QuarterRows.packedRows(shape.rows())) != shape.rows()) {
      throw new InvalidTensorException(
          name,
          -1,
          known.isPresent()
              ? "a projection must have the " + known.getAsLong() + " rows that config.json says"
              : "rows must be a multiple of 4 where config.json does not tell their number",
          shape.toString(),
          "Leave this tensor as it is, or write a .trit container.");
    }
  }

  /// Writes a ternary weight.
  ///
  /// @param tensor a tensor announced as ternary
  /// @throws InvalidTensorException where it is not ternary, has several multipliers or offsets, or
  ///   a multiplier that the file cannot hold
  public void write(QuantizedTensor tensor) {
    String name = tensor.name();
    switch (tensor) {
      case TernaryTensor trits -> {
        if (!(pending.get(name) instanceof PackedEntry.Ternary(var _, TensorShape shape))
            || !shape.equals(trits.shape())) {
          throw new IllegalArgumentException(
              "ternary tensor must be announced with its shape and written once, got ["
                  + trits
                  + "]");
        }
        ScaleConvention.Stored scale = storedScale(trits);
        QuarterRows.encode(trits, bytes -> tensors.write(name, bytes));
        ByteBuffer value = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
        tensors.write(name + "_scale", value.putFloat(0, scale.value()));
        pending.remove(name);
        ternary++;
        if (scale.rounded()) {
          rounded.add(name);
        }
      }
      case IntegerTensor integers ->
          throw refusal(
              name,
              "the packed layout holds trits -1, 0, +1 only",
              integers.bits() + "-bit codes",
              "Quantize with a ternary method, or write a .trit container.");
    }
  }

  private ScaleConvention.Stored storedScale(TernaryTensor tensor) {
    Scales scales = tensor.scales();
    if (scales.hasOffsets()) {
      throw refusal(
          tensor.name(),
          "the packed layout has no place for offsets",
          scales.count() + " offsets",
          "Quantize without normalisation, or write a .trit container.");
    }
    float multiplier = scales.count() == 0 ? 1 : scales.multiplier(0);
    for (long group = 1; group < scales.count(); group++) {
      if (Float.floatToRawIntBits(scales.multiplier(group))
          != Float.floatToRawIntBits(multiplier)) {
        throw refusal(
            tensor.name(),
            "the packed layout holds one multiplier per tensor",
            scales.count() + " that differ",
            "Quantize per tensor, or write a .trit container.");
      }
    }
    ScaleConvention.Stored stored = config.convention().stored(multiplier);
    if (!Float.isFinite(multiplier)
        || !Float.isFinite(stored.value())
        || !Float.isFinite(config.convention().multiplier(stored.value()))) {
      throw refusal(
          tensor.name(),
          "the multiplier must be finite and, under " + config.linearClass() + ", storable",
          Float.toString(multiplier),
          "Check the weights, or declare linear_class autobitlinear.");
    }
    return stored;
  }

  private static InvalidTensorException refusal(
      String name, String rule, String found, String remedy) {
    return new InvalidTensorException(name, -1, rule, found, remedy);
  }

  /// Appends to a tensor that is stored as it is.
  ///
  /// @param name its name
  /// @param bytes the next bytes of its data
  /// @throws IllegalArgumentException for another tensor, or more bytes than announced
  public void write(String name, ByteBuffer bytes) {
    if (!(pending.get(name) instanceof PackedEntry.AsIs)) {
      throw new IllegalArgumentException(
          "tensor must be announced to be stored as it is, got [" + name + "]");
    }
    tensors.write(name, bytes);
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
    }
    for (PackedEntry entry : pending.values()) {
      if (entry instanceof PackedEntry.Ternary) {
        throw new IllegalStateException(
            "all ternary tensors must be written before the commit, got none for ["
                + entry.name()
                + "]");
      }
    }
    tensors.finish();
    try (FileOutput output = directory.file("config.json")) {
      output.write(ByteBuffer.wrap(config.text().getBytes(StandardCharsets.UTF_8)));
      output.commit();
    }
    if (source != null) {
      source.requireUnchanged();
    }
    directory.commit();
    return new PackedSummary(config.linearClass(), config.convention(), ternary, rounded);
  }

  private void copyRest(HuggingFaceCheckpoint checkpoint) {
    for (PackedEntry entry : pending.values()) {
      if (entry instanceof PackedEntry.AsIs(SafetensorsEntry stored)) {
        SafetensorsFile file = checkpoint.weights().fileOf(stored.name());
        SafetensorsTensor tensor = file.tensor(stored.name());
        long at = tensors.written(stored.name());
        ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(COPY_BYTES, tensor.bytes()));
        while (at < tensor.bytes()) {
          buffer.clear().limit((int) Math.min(buffer.capacity(), tensor.bytes() - at));
          file.read(tensor, at, buffer);
          at += buffer.flip().remaining();
          tensors.write(stored.name(), buffer);
        }
      }
    }
  }

  /// Ends writing; without a commit nothing remains.
  @Override
  public void close() {
    try {
      tensors.close();
    } finally {
      directory.close();
    }
  }
}

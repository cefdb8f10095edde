package org.bitnet4j.formats.huggingface;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.TreeMap;
import org.bitnet4j.formats.io.AtomicDirectory;
import org.bitnet4j.formats.io.FileOutput;
import org.bitnet4j.formats.safetensors.SafetensorsEntry;
import org.bitnet4j.formats.safetensors.ShardedSafetensorsWriter;
import org.bitnet4j.quant.MalformedFileException;
import org.bitnet4j.quant.TernaryTensor;
import org.bitnet4j.quant.layout.ScaleRounding;
import org.jspecify.annotations.Nullable;

/// Writes a Hugging Face checkpoint from whatever holds its tensors: safetensors files, config.json
/// and side files, in a directory that appears whole or not at all.
///
/// Tensors arrive one at a time, in any order; what is announced must arrive before the commit.
/// Where the directory is resumed, tensors that [#finished(String)] knows have arrived already.
public final class HuggingFaceWriter implements AutoCloseable {
  static final String CONFIG = "config.json";

  /// What this class notes with a ternary weight before the caller's bytes: its rounding.
  private static final int ROUNDING_BYTES = Long.BYTES + Double.BYTES;

  private final AtomicDirectory directory;
  private final TernaryStorage storage;
  private final TernaryForm form;
  private final SortedMap<String, byte[]> sideFiles;
  private final ShardedSafetensorsWriter tensors;
  private final SequencedMap<String, PackedEntry> pending = new LinkedHashMap<>();

  /// Notes of the earlier run with the tensors that it wrote whole.
  private final Map<String, byte[]> earlierNotes = new HashMap<>();

  private final Map<String, byte[]> notes = new HashMap<>();
  private final SortedMap<String, ScaleRounding> roundings = new TreeMap<>();

  private HuggingFaceWriter(
      AtomicDirectory directory,
      TernaryStorage storage,
      TernaryForm form,
      SortedMap<String, byte[]> sideFiles,
      ShardedSafetensorsWriter tensors) {
    this.directory = directory;
    this.storage = storage;
    this.form = form;
    this.sideFiles = sideFiles;
    this.tensors = tensors;
  }

  /// Begins a checkpoint.
  ///
  /// @param directory where it goes, new or resumed; the writer closes it
  /// @param storage how ternary weights are stored
  /// @param content all that it will hold
  /// @param maxShardBytes the most data of one safetensors file, but at least one tensor
  /// @throws org.bitnet4j.quant.InvalidTensorException for a weight that cannot be stored so
  /// @throws MalformedFileException for a config.json that breaks its format or does not fit, and
  ///   for a side file that is named as a file of weights
  public static HuggingFaceWriter begin(
      AtomicDirectory directory,
      TernaryStorage storage,
      CheckpointContent content,
      long maxShardBytes) {
    boolean parsed = false;
    ConfigFile config = null;
    try {
      content.sideFiles().keySet().forEach(HuggingFaceWriter::requireNoWeights);
      byte[] text = content.sideFiles().get(CONFIG);
      config = text == null ? null : ConfigFile.parse(CONFIG, text);
      parsed = true;
    } finally {
      if (!parsed) {
        directory.close();
      }
    }
    return begin(directory, storage, config, content, maxShardBytes);
  }

  private static void requireNoWeights(String name) {
    if (HuggingFaceCheckpoint.isWeights(name)) {
      throw new MalformedFileException(
          name,
          -1,
          "side file",
          name,
          "no file that is named as weights are",
          "Remove it from the source.");
    }
  }

  /// Begins a checkpoint whose configuration has been read.
  static HuggingFaceWriter begin(
      AtomicDirectory directory,
      TernaryStorage storage,
      @Nullable ConfigFile config,
      CheckpointContent content,
      long maxShardBytes) {
    boolean begun = false;
    try {
      TernaryForm form =
          switch (storage) {
            case PACKED -> new PackedForm(config, PackedConfig.of(config, content.entries()));
            case BF16 -> new Bf16Form(config);
          };
      List<SafetensorsEntry> stored = new ArrayList<>();
      content.entries().forEach(entry -> stored.addAll(stored(form, entry)));
      // By name, so that shards do not depend on the order in which the source stores them.
      stored.sort(Comparator.comparing(SafetensorsEntry::name));
      Map<String, String> metadata = new TreeMap<>(content.metadata());
      metadata.put("format", "pt");
      ShardedSafetensorsWriter tensors =
          ShardedSafetensorsWriter.begin(directory, stored, metadata, maxShardBytes);
      HuggingFaceWriter writer =
          new HuggingFaceWriter(directory, storage, form, content.sideFiles(), tensors);
      content.entries().forEach(writer::restore);
      begun = true;
      return writer;
    } finally {
      if (!begun) {
        directory.close();
      }
    }
  }

  private static List<SafetensorsEntry> stored(TernaryForm form, PackedEntry entry) {
    return switch (entry) {
      case PackedEntry.AsIs(SafetensorsEntry asIs) -> List.of(asIs);
      case PackedEntry.Ternary weight -> form.stored(weight);
    };
  }

  /// Takes over a tensor all of whose stored parts the earlier run wrote.
  private void restore(PackedEntry entry) {
    String name = entry.name();
    byte[] note = new byte[0];
    for (SafetensorsEntry part : stored(form, entry)) {
      Optional<byte[]> noted = tensors.finished(part.name());
      if (noted.isEmpty()) {
        pending.put(name, entry);
        return;
      }
      note = noted.get();
    }
    if (entry instanceof PackedEntry.Ternary && note.length >= ROUNDING_BYTES) {
      ByteBuffer bytes = ByteBuffer.wrap(note);
      roundings.put(name, new ScaleRounding(bytes.getLong(), bytes.getDouble()));
      note = new byte[bytes.remaining()];
      bytes.get(note);
    }
    earlierNotes.put(name, note);
  }

  /// What was noted with a tensor that an earlier run wrote whole; absent where it is still to be
  /// written.
  ///
  /// @param name a tensor of the checkpoint
  public Optional<byte[]> finished(String name) {
    return Optional.ofNullable(earlierNotes.get(name));
  }

  /// Leaves a note with a tensor for a run that finds it written whole. It is no part of the
  /// checkpoint.
  ///
  /// @param name a tensor whose last byte is still to be written
  /// @param note handed out by [#finished(String)]
  public void note(String name, byte[] note) {
    if (pending.get(name) instanceof PackedEntry.AsIs) {
      tensors.note(name, note);
    } else {
      notes.put(name, note);
    }
  }

  /// What storing did to the multipliers of a tensor that this run or an earlier one wrote; exact
  /// for a tensor without any.
  ///
  /// @param name its name
  public ScaleRounding rounding(String name) {
    return roundings.getOrDefault(name, ScaleRounding.EXACT);
  }

  /// Tensors that are still to be written, at least in part, in the order of their announcement.
  Collection<PackedEntry> pending() {
    return pending.values();
  }

  /// Writes a ternary weight.
  ///
  /// @param tensor a tensor announced as ternary
  /// @return what storing did to its multipliers
  /// @throws org.bitnet4j.quant.InvalidTensorException where it cannot be stored so
  public ScaleRounding write(TernaryTensor tensor) {
    String name = tensor.name();
    if (!(pending.get(name) instanceof PackedEntry.Ternary weight)
        || !weight.shape().equals(tensor.shape())) {
      throw new IllegalArgumentException(
          "ternary tensor must be announced with its shape and written once, got [" + tensor + "]");
    }
    ScaleRounding rounding = form.rounding(tensor);
    byte[] caller = notes.getOrDefault(name, new byte[0]);
    byte[] note = new byte[ROUNDING_BYTES + caller.length];
    ByteBuffer.wrap(note)
        .putLong(rounding.rounded())
        .putDouble(rounding.largestRelativeError())
        .put(caller);
    tensors.note(form.stored(weight).getLast().name(), note);
    form.write(tensor, tensors);
    pending.remove(name);
    roundings.put(name, rounding);
    return rounding;
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

  /// How many bytes of a tensor that is stored as it is have been written.
  long written(String name) {
    return tensors.written(name);
  }

  /// Completes the checkpoint and moves it into place.
  ///
  /// @throws IllegalStateException where an announced tensor is missing
  public WrittenCheckpoint commit() {
    return commit(Map.of());
  }

  /// Completes the checkpoint, replaces metadata, and moves it into place.
  ///
  /// @param late new values of some of the metadata, as long as those that it began with, such as
  ///   hashes that are known only once all tensors are written
  /// @throws IllegalStateException where an announced tensor is missing
  public WrittenCheckpoint commit(Map<String, String> late) {
    for (PackedEntry entry : pending.values()) {
      if (entry instanceof PackedEntry.Ternary) {
        throw new IllegalStateException(
            "all ternary tensors must be written before the commit, got none for ["
                + entry.name()
                + "]");
      }
    }
    tensors.finish(late);
    byte[] config = form.config();
    if (config != null) {
      write(CONFIG, config);
    }
    sideFiles.forEach((name, bytes) -> {
      if (!name.equals(CONFIG)) {
        write(name, bytes);
      }
    });
    directory.commit();
    return new WrittenCheckpoint(storage, roundings);
  }

  private void write(String fileName, byte[] bytes) {
    try (FileOutput output = directory.file(fileName)) {
      output.write(ByteBuffer.wrap(bytes));
      output.commit();
    }
  }

  /// Ends writing; what was not committed is removed, or left for the next run where it can be
  /// resumed.
  @Override
  public void close() {
    try {
      tensors.close();
    } finally {
      directory.close();
    }
  }
}

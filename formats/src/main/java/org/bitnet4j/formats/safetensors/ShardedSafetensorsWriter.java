package org.bitnet4j.formats.safetensors;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.bitnet4j.formats.io.AtomicDirectory;
import org.bitnet4j.formats.io.FileOutput;
import org.bitnet4j.quant.InvalidTensorException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/// Writes the tensors of a checkpoint into one file, or into shards of limited size with an index,
/// named as Hugging Face names them.
public final class ShardedSafetensorsWriter implements AutoCloseable {
  /// Name of the index file.
  public static final String INDEX = "model.safetensors.index.json";

  /// Name of the file of a checkpoint in one file.
  public static final String SINGLE = "model.safetensors";

  private static final JsonFactory JSON = JsonFactory.builder().build();

  private final AtomicDirectory directory;
  private final Map<String, String> metadata;
  private final List<Shard> shards;
  private final Map<String, Shard> byTensor = new HashMap<>();

  private ShardedSafetensorsWriter(
      AtomicDirectory directory, Map<String, String> metadata, List<Shard> shards) {
    this.directory = directory;
    this.metadata = metadata;
    this.shards = shards;
    for (Shard shard : shards) {
      shard.entries.forEach(entry -> byTensor.put(entry.name(), shard));
    }
  }

  /// One file; open from its first write to its last.
  private static final class Shard {
    final String name;
    final List<SafetensorsEntry> entries;
    @Nullable FileOutput output;
    @Nullable SafetensorsWriter writer;

    Shard(String name, List<SafetensorsEntry> entries) {
      this.name = name;
      this.entries = entries;
    }
  }

  /// Plans the shards: tensors in the given order, a new shard where the next one would exceed the
  /// limit.
  ///
  /// @param directory where the files go; the caller commits it after [#finish()]
  /// @param entries all tensors
  /// @param metadata free text entries of every file
  /// @param maxShardBytes the most data of one file, but at least one tensor
  /// @throws InvalidTensorException for a name that occurs twice
  public static ShardedSafetensorsWriter begin(
      AtomicDirectory directory,
      List<SafetensorsEntry> entries,
      Map<String, String> metadata,
      long maxShardBytes) {
    List<List<SafetensorsEntry>> parts = new ArrayList<>();
    List<SafetensorsEntry> part = new ArrayList<>();
    parts.add(part);
    long size = 0;
    Set<String> names = HashSet.newHashSet(entries.size());
    for (SafetensorsEntry entry : entries) {
      if (!names.add(entry.name())) {
        throw new InvalidTensorException(
            entry.name(), -1, "the name must be unique", "a second one", "Rename one of them.");
      }
      if (!part.isEmpty() && entry.bytes() > maxShardBytes - size) {
        part = new ArrayList<>();
        parts.add(part);
        size = 0;
      }
      part.add(entry);
      size += entry.bytes();
    }
    List<Shard> shards = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      String name =
          parts.size() == 1
              ? SINGLE
              : String.format(Locale.ROOT, "model-%05d-of-%05d.safetensors", i + 1, parts.size());
      shards.add(new Shard(name, parts.get(i)));
    }
    ShardedSafetensorsWriter writer =
        new ShardedSafetensorsWriter(directory, Map.copyOf(metadata), shards);
    boolean restored = false;
    try {
      writer.restore();
      restored = true;
      return writer;
    } finally {
      if (!restored) {
        writer.close();
      }
    }
  }

  /// Opens the shards of which an earlier run wrote something, so that [#written(String)] tells.
  private void restore() {
    for (Shard shard : shards) {
      if (directory.resumed(shard.name)) {
        closeIfComplete(shard, writer(shard));
      }
    }
  }

  /// Appends to a tensor's data.
  ///
  /// @param name a tensor of the checkpoint
  /// @param bytes the next bytes of it
  /// @throws IllegalArgumentException for an unknown name or too many bytes
  public void write(String name, ByteBuffer bytes) {
    Shard shard = shard(name);
    SafetensorsWriter writer = writer(shard);
    writer.write(name, bytes);
    closeIfComplete(shard, writer);
  }

  /// Appends to a tensor's data.
  ///
  /// @param name a tensor of the checkpoint
  /// @param bytes the next bytes of it
  /// @throws IllegalArgumentException for an unknown name or too many bytes
  public void write(String name, MemorySegment bytes) {
    Shard shard = shard(name);
    SafetensorsWriter writer = writer(shard);
    writer.write(name, bytes);
    closeIfComplete(shard, writer);
  }

  /// How many bytes of a tensor have been written.
  ///
  /// @param name a tensor of the checkpoint
  public long written(String name) {
    SafetensorsWriter writer = shard(name).writer;
    return writer == null ? 0 : writer.written(name);
  }

  /// What was noted with a tensor that an earlier run wrote whole; absent for other tensors.
  ///
  /// @param name a tensor of the checkpoint
  public Optional<byte[]> finished(String name) {
    SafetensorsWriter writer = shard(name).writer;
    return writer == null ? Optional.empty() : writer.finished(name);
  }

  /// Leaves a note with a tensor for a run that finds it written whole. It is no part of the files.
  ///
  /// @param name a tensor of the checkpoint whose last byte is still to be written
  /// @param note handed out by [#finished(String)]
  public void note(String name, byte[] note) {
    writer(shard(name)).note(name, note);
  }

  private Shard shard(String name) {
    Shard shard = byTensor.get(name);
    if (shard == null) {
      throw new IllegalArgumentException("tensor must be announced, got [" + name + "]");
    }
    return shard;
  }

  private SafetensorsWriter writer(Shard shard) {
    if (shard.writer == null) {
      shard.output = directory.file(shard.name);
      shard.writer = SafetensorsWriter.begin(shard.output, shard.entries, metadata);
    }
    return shard.writer;
  }

  private static void closeIfComplete(Shard shard, SafetensorsWriter writer) {
    FileOutput output = shard.output;
    if (output != null && writer.isComplete()) {
      output.commit();
      output.close();
      shard.output = null;
    }
  }

  /// Completes all files and writes the index where there are several.
  ///
  /// @throws IllegalStateException where data is missing
  public void finish() {
    finish(Map.of());
  }

  /// Completes all files, replaces metadata in each, and writes the index where there are several.
  ///
  /// @param late new values of some of the metadata, as long as the old ones, such as hashes that
  ///   are known only once all tensors are written
  /// @throws IllegalStateException where data is missing
  public void finish(Map<String, String> late) {
    for (Shard shard : shards) {
      SafetensorsWriter writer = writer(shard);
      writer.finish();
      closeIfComplete(shard, writer);
      if (!late.isEmpty()) {
        try (FileOutput output = directory.reopen(shard.name)) {
          writer.replaceMetadata(output, late);
          output.commit();
        }
      }
    }
    if (shards.size() > 1) {
      try (FileOutput output = directory.file(INDEX)) {
        output.write(ByteBuffer.wrap(index()));
        output.commit();
      }
    }
  }

  private byte[] index() {
    SortedMap<String, String> files = new TreeMap<>();
    long total = 0;
    for (Shard shard : shards) {
      for (SafetensorsEntry entry : shard.entries) {
        files.put(entry.name(), shard.name);
        total = Math.addExact(total, entry.bytes());
      }
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
      json.writeStartObject();
      json.writeName("metadata").writeStartObject();
      json.writeNumberProperty("total_size", total);
      json.writeEndObject();
      json.writeName("weight_map").writeStartObject();
      files.forEach(json::writeStringProperty);
      json.writeEndObject();
      json.writeEndObject();
    }
    return bytes.toByteArray();
  }

  /// Closes files that are still open; they do not count.
  @Override
  public void close() {
    for (Shard shard : shards) {
      FileOutput output = shard.output;
      if (output != null) {
        shard.output = null;
        output.close();
      }
    }
  }
}

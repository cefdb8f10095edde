package org.bitnet4j.formats.gguf;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.bitnet4j.formats.io.FileOutput;

/// Writes a model as `<stem>.gguf`, or as shards of limited size that engines find by their names,
/// `<stem>-00001-of-00003.gguf` and so on, with all metadata in the first.
public final class GgufShardedWriter implements AutoCloseable {
  private static final int MAX_SHARDS = 0xFFFF; // split.count is a UINT16

  private final Function<String, FileOutput> files;
  private final List<String> names;
  private final List<FilePlan> plans;
  private final List<Shard> opened = new ArrayList<>();

  /// A file; all but the first are committed when they are complete, that one with the last, as its
  /// texts may be replaced.
  private static final class Shard {
    final FileOutput output;
    final GgufWriter writer;
    private boolean committed;

    Shard(FileOutput output, GgufWriter writer) {
      this.output = output;
      this.writer = writer;
    }

    void commit() {
      if (!committed) {
        output.commit();
        output.close();
        committed = true;
      }
    }
  }

  private GgufShardedWriter(
      Function<String, FileOutput> files, List<String> names, List<FilePlan> plans) {
    this.files = files;
    this.names = names;
    this.plans = plans;
  }

  /// Plans the shards: tensors in the given order, a new shard where the next one would exceed the
  /// limit. Keys that describe shards are replaced.
  ///
  /// @param files opens a file of the output, as [org.bitnet4j.formats.io.AtomicDirectory#file]
  /// @param stem what the names begin with
  /// @param metadata keys and values
  /// @param entries all tensors in the order of their data
  /// @param maxShardBytes the most data of one file, but at least one tensor
  /// @throws org.bitnet4j.quant.InvalidTensorException for a name that occurs twice, or types that
  ///   no reader could tell apart
  /// @throws IllegalArgumentException for more than 65535 shards, or metadata that no reader would
  ///   take
  public static GgufShardedWriter begin(
      Function<String, FileOutput> files,
      String stem,
      GgufMetadata metadata,
      List<GgufEntry> entries,
      long maxShardBytes) {
    List<List<GgufEntry>> parts = split(entries, maxShardBytes);
    if (parts.size() > MAX_SHARDS) {
      throw new IllegalArgumentException(
          "shards must be at most " + MAX_SHARDS + ", got [" + parts.size() + "]");
    }
    GgufMetadata whole =
        SharedIds.declare(metadata, entries, FilePlan.alignment(metadata)).toBuilder()
            .remove(ModelFiles.NUMBER)
            .remove(ModelFiles.COUNT)
            .remove(ModelFiles.TENSORS)
            .build();
    List<String> names = new ArrayList<>();
    List<FilePlan> plans = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      boolean single = parts.size() == 1;
      names.add(single ? stem + ".gguf" : new ShardNames(stem, i + 1, parts.size()).name(i + 1));
      GgufMetadata own =
          single ? whole : shard(i == 0 ? whole : rest(whole), i, parts.size(), entries.size());
      plans.add(new FilePlan(own, parts.get(i)));
    }
    FilePlan.requireUniqueNames(entries);
    return new GgufShardedWriter(files, names, plans);
  }

  private static List<List<GgufEntry>> split(List<GgufEntry> entries, long maxShardBytes) {
    List<List<GgufEntry>> parts = new ArrayList<>();
    List<GgufEntry> part = new ArrayList<>();
    parts.add(part);
    long size = 0;
    for (GgufEntry entry : entries) {
      boolean full = entry.bytes() > 0 && entry.bytes() > maxShardBytes - size;
      if (full && !part.isEmpty()) {
        part = new ArrayList<>();
        parts.add(part);
        size = 0;
      }
      part.add(entry);
      size += entry.bytes();
    }
    return parts;
  }

  /// What every shard but the first needs of the model's metadata: its offsets depend on it.
  private static GgufMetadata rest(GgufMetadata whole) {
    GgufMetadata.Builder rest = GgufMetadata.builder();
    GgufValue alignment = whole.find(HeaderReader.ALIGNMENT);
    if (alignment != null) {
      rest.put(HeaderReader.ALIGNMENT, alignment);
    }
    return rest.build();
  }

  /// The keys of llama.cpp, with their types there.
  private static GgufMetadata shard(GgufMetadata metadata, int number, int count, int tensors) {
    return metadata.toBuilder()
        .put(ModelFiles.NUMBER, new GgufValue.Int(GgufValueType.UINT16, number))
        .put(ModelFiles.COUNT, new GgufValue.Int(GgufValueType.UINT16, count))
        .put(ModelFiles.TENSORS, GgufValue.i32(tensors))
        .build();
  }

  /// The names of the files, in their order.
  public List<String> fileNames() {
    return List.copyOf(names);
  }

  /// Appends to the data of the next tensor that is not complete.
  ///
  /// @param name its name
  /// @param bytes the next bytes of it, all remaining ones of the buffer
  /// @throws IllegalArgumentException for another tensor, or more bytes than it has
  public void write(String name, ByteBuffer bytes) {
    if (bytes.hasRemaining()) {
      current().writer.write(name, bytes);
    }
  }

  /// Appends to the data of the next tensor that is not complete.
  ///
  /// @param name its name
  /// @param bytes the next bytes of it
  /// @throws IllegalArgumentException for another tensor, or more bytes than it has
  public void write(String name, MemorySegment bytes) {
    if (bytes.byteSize() > 0) {
      current().writer.write(name, bytes);
    }
  }

  /// Replaces a text of the metadata, see [GgufWriter#replaceText].
  ///
  /// @param key its key
  /// @param value a text of as many bytes of UTF-8
  /// @throws IllegalArgumentException for a key without text, or a text of another length
  public void replaceText(String key, String value) {
    shard(0).writer.replaceText(key, value);
  }

  /// The first shard that is not complete; the last one when all are.
  private Shard current() {
    Shard shard = shard(opened.isEmpty() ? 0 : opened.size() - 1);
    while (shard.writer.isComplete() && opened.size() < plans.size()) {
      if (opened.size() > 1) {
        shard.commit();
      }
      shard = shard(opened.size());
    }
    return shard;
  }

  private Shard shard(int index) {
    if (index == opened.size()) {
      FileOutput output = files.apply(names.get(index));
      boolean begun = false;
      try {
        opened.add(new Shard(output, GgufWriter.begin(output, plans.get(index))));
        begun = true;
      } finally {
        if (!begun) {
          output.close();
        }
      }
    }
    return opened.get(index);
  }

  /// Completes all files.
  ///
  /// @throws IllegalStateException where data is missing
  public void finish() {
    Shard last = current();
    last.writer.finish();
    last.commit();
    opened.getFirst().commit();
  }

  /// Closes the files that are still open; they do not count.
  @Override
  public void close() {
    opened.forEach(shard -> shard.output.close());
  }
}

package org.bitnet4j.formats.output;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.bitnet4j.formats.gguf.GgufEntry;
import org.bitnet4j.formats.gguf.GgufMetadata;
import org.bitnet4j.formats.gguf.GgufShardedWriter;
import org.bitnet4j.formats.gguf.GgufWriter;
import org.bitnet4j.formats.io.AtomicDirectory;
import org.bitnet4j.formats.io.AtomicOutput;
import org.bitnet4j.formats.io.FileOutput;
import org.jspecify.annotations.Nullable;

/// Where a GGUF model goes: one file, or a directory of shards.
sealed interface GgufTarget extends AutoCloseable {
  /// What was noted with a tensor that an earlier run wrote whole.
  Optional<byte[]> finished(String name);

  /// Leaves a note with the next tensor.
  void note(String name, byte[] note);

  void write(String name, ByteBuffer bytes);

  void write(String name, MemorySegment bytes);

  /// Replaces a text of the metadata by another of the same length.
  void replaceText(String key, String value);

  /// Completes the output and makes it appear.
  void commit();

  @Override
  void close();

  /// Begins an output.
  ///
  /// @param path the file, or with a limit the directory
  /// @param fingerprint what an earlier run must share to be taken up, if any
  /// @param maxShardBytes the most data of a shard; absent for one file
  static GgufTarget begin(
      Path path,
      @Nullable String fingerprint,
      OptionalLong maxShardBytes,
      GgufMetadata metadata,
      List<GgufEntry> entries) {
    return maxShardBytes.isPresent()
        ? Shards.begin(path, fingerprint, maxShardBytes.getAsLong(), metadata, entries)
        : Single.begin(path, fingerprint, metadata, entries);
  }

  /// One file.
  record Single(FileOutput file, GgufWriter writer) implements GgufTarget {
    static Single begin(
        Path path, @Nullable String fingerprint, GgufMetadata metadata, List<GgufEntry> entries) {
      FileOutput file =
          fingerprint == null ? AtomicOutput.create(path) : AtomicOutput.resume(path, fingerprint);
      boolean begun = false;
      try {
        Single target = new Single(file, GgufWriter.begin(file, metadata, entries));
        begun = true;
        return target;
      } finally {
        if (!begun) {
          file.close();
        }
      }
    }

    @Override
    public Optional<byte[]> finished(String name) {
      return writer.finished(name);
    }

    @Override
    public void note(String name, byte[] note) {
      writer.note(name, note);
    }

    @Override
    public void write(String name, ByteBuffer bytes) {
      writer.write(name, bytes);
    }

    @Override
    public void write(String name, MemorySegment bytes) {
      writer.write(name, bytes);
    }

    @Override
    public void replaceText(String key, String value) {
      writer.replaceText(key, value);
    }

    @Override
    public void commit() {
      writer.finish();
      file.commit();
    }

    @Override
    public void close() {
      file.close();
    }
  }

  /// A directory of shards, named as engines look for them.
  record Shards(AtomicDirectory directory, GgufShardedWriter writer) implements GgufTarget {
    static Shards begin(
        Path path,
        @Nullable String fingerprint,
        long maxShardBytes,
        GgufMetadata metadata,
        List<GgufEntry> entries) {
      AtomicDirectory directory =
          fingerprint == null
              ? AtomicDirectory.create(path)
              : AtomicDirectory.resume(path, fingerprint);
      boolean begun = false;
      try {
        Shards target =
            new Shards(
                directory,
                GgufShardedWriter.begin(
                    directory::file,
                    String.valueOf(path.getFileName()),
                    metadata,
                    entries,
                    maxShardBytes));
        begun = true;
        return target;
      } finally {
        if (!begun) {
          directory.close();
        }
      }
    }

    @Override
    public Optional<byte[]> finished(String name) {
      return writer.finished(name);
    }

    @Override
    public void note(String name, byte[] note) {
      writer.note(name, note);
    }

    @Override
    public void write(String name, ByteBuffer bytes) {
      writer.write(name, bytes);
    }

    @Override
    public void write(String name, MemorySegment bytes) {
      writer.write(name, bytes);
    }

    @Override
    public void replaceText(String key, String value) {
      writer.replaceText(key, value);
    }

    @Override
    public void commit() {
      writer.finish();
      directory.commit();
    }

    @Override
    public void close() {
      try {
        writer.close();
      } finally {
        directory.close();
      }
    }
  }
}

package org.bitnet4j.formats.safetensors;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.bitnet4j.formats.io.FileOutput;
import org.bitnet4j.formats.io.Finished;
import org.bitnet4j.formats.io.Section;
import org.bitnet4j.quant.InvalidTensorException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/// Writes a safetensors file tensor by tensor, in any order: names, types and shapes are known from
/// the start, so every byte has its place.
///
/// The bytes depend on the content alone, and are those of the format's own library: tensors sorted
/// by element type (widest first) and name, header padded with spaces to a multiple of 8. In an
/// output that is resumed, tensors that the earlier run wrote whole are there already.
public final class SafetensorsWriter {
  private static final JsonFactory JSON = JsonFactory.builder().build();

  private static final byte[] NO_NOTE = {};

  private final FileOutput output;
  private final List<SafetensorsEntry> layout;
  private final Map<String, String> metadata;
  private final int headerLength;
  private final Map<String, Region> regions;
  private long missing;

  private SafetensorsWriter(
      FileOutput output,
      List<SafetensorsEntry> layout,
      Map<String, String> metadata,
      int headerLength,
      Map<String, Region> regions,
      long missing) {
    this.output = output;
    this.layout = layout;
    this.metadata = metadata;
    this.headerLength = headerLength;
    this.regions = regions;
    this.missing = missing;
  }

  /// Where a tensor's data goes.
  private static final class Region {
    final Section section;
    final long end;

    /// What an earlier run noted that wrote it whole.
    byte @Nullable [] earlierNote;

    byte[] note = NO_NOTE;

    Region(Section section, long end) {
      this.section = section;
      this.end = end;
    }

    long left() {
      return earlierNote == null ? end - section.position() : 0;
    }
  }

  /// Writes the header.
  ///
  /// @param output an output at position 0; the caller commits it after [#finish()]
  /// @param entries all tensors of the file
  /// @param metadata free text entries
  /// @throws InvalidTensorException for a name that occurs twice
  public static SafetensorsWriter begin(
      FileOutput output, Collection<SafetensorsEntry> entries, Map<String, String> metadata) {
    List<SafetensorsEntry> layout = entries.stream().sorted(SafetensorsEntry.LAYOUT).toList();
    ByteBuffer header = paddedHeader(layout, metadata);
    int headerLength = header.remaining();
    output.write(header);
    Map<String, Region> regions = HashMap.newHashMap(layout.size());
    long at = headerLength;
    for (SafetensorsEntry entry : layout) {
      long end = Math.addExact(at, entry.bytes());
      Region region = new Region(output.section(entry.name(), at), end);
      if (regions.put(entry.name(), region) != null) {
        throw new InvalidTensorException(
            entry.name(), -1, "the name must be unique in its file", "a second one", "Rename it.");
      }
      at = end;
    }
    SafetensorsWriter writer =
        new SafetensorsWriter(
            output, layout, new TreeMap<>(metadata), headerLength, regions, at - headerLength);
    output.finished().forEach(writer::restore);
    return writer;
  }

  private void restore(Finished section) {
    Region region = regions.get(section.label());
    if (region != null
        && region.earlierNote == null
        && section.start() == region.section.start()
        && section.end() == region.end) {
      output.reuse(section);
      region.earlierNote = section.note();
      missing -= section.length();
    }
  }

  private static ByteBuffer paddedHeader(
      List<SafetensorsEntry> layout, Map<String, String> metadata) {
    byte[] json = header(layout, metadata);
    int padding = -json.length & 7;
    long length = json.length + (long) padding;
    if (length > HeaderReader.MAX_HEADER || layout.size() > HeaderReader.MAX_TENSORS) {
      throw new IllegalArgumentException(
          "header must be at most 100000000 bytes of 262144 tensors, got ["
              + length
              + " bytes of "
              + layout.size()
              + "]. Write several shards");
    }
    ByteBuffer start =
        ByteBuffer.allocate(Math.toIntExact(8 + length)).order(ByteOrder.LITTLE_ENDIAN);
    start.putLong(length).put(json).put(" ".repeat(padding).getBytes(StandardCharsets.UTF_8));
    return start.flip();
  }

  private static byte[] header(List<SafetensorsEntry> layout, Map<String, String> metadata) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(layout.size() * 96 + 64);
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
      json.writeStartObject();
      if (!metadata.isEmpty()) {
        json.writeName("__metadata__").writeStartObject();
        new TreeMap<>(metadata).forEach(json::writeStringProperty);
        json.writeEndObject();
      }
      long at = 0;
      for (SafetensorsEntry entry : layout) {
        json.writeName(entry.name()).writeStartObject();
        json.writeStringProperty("dtype", entry.dtype().name());
        long[] shape = entry.shape().dimensions();
        json.writeName("shape").writeArray(shape, 0, shape.length);
        long end = Math.addExact(at, entry.bytes());
        json.writeName("data_offsets").writeArray(new long[] {at, end}, 0, 2);
        json.writeEndObject();
        at = end;
      }
      json.writeEndObject();
    }
    return bytes.toByteArray();
  }

  /// Appends to a tensor's data.
  ///
  /// @param name a tensor of this file
  /// @param bytes the next bytes of it, all remaining ones of the buffer
  /// @throws IllegalArgumentException for a name that is not in the header, or more bytes than it
  ///   gives the tensor
  public void write(String name, ByteBuffer bytes) {
    Region region = region(name);
    int count = bytes.remaining();
    if (count > region.left()) {
      throw new IllegalArgumentException(
          "data of a tensor must fit its entry in the header, got ["
              + name
              + ": "
              + count
              + " bytes where "
              + region.left()
              + " are left]");
    }
    if (count == 0) {
      return; // its file may be complete and closed
    }
    region.section.write(bytes);
    missing -= count;
    if (region.left() == 0) {
      region.section.finish(region.note);
    }
  }

  private Region region(String name) {
    Region region = regions.get(name);
    if (region == null) {
      throw new IllegalArgumentException(
          "tensor must have an entry in the header, got [" + name + "]");
    }
    return region;
  }

  /// Appends to a tensor's data.
  ///
  /// @param name a tensor of this file
  /// @param bytes the next bytes of it
  public void write(String name, MemorySegment bytes) {
    long chunk = 1L << 30; // one buffer view may not exceed 2^31 − 1 bytes
    for (long done = 0; done < bytes.byteSize(); done += chunk) {
      long count = Math.min(chunk, bytes.byteSize() - done);
      write(name, bytes.asSlice(done, count).asByteBuffer());
    }
  }

  /// How many bytes of a tensor have been written.
  ///
  /// @param name a tensor of this file
  public long written(String name) {
    Region region = region(name);
    return region.end - region.section.start() - region.left();
  }

  /// What was noted with a tensor that an earlier run wrote whole; absent for other tensors.
  ///
  /// @param name a tensor of this file
  public Optional<byte[]> finished(String name) {
    return Optional.ofNullable(region(name).earlierNote);
  }

  /// Leaves a note with a tensor for a run that finds it written whole. It is no part of the file.
  ///
  /// @param name a tensor of this file whose last byte is still to be written
  /// @param note handed out by [#finished(String)]
  public void note(String name, byte[] note) {
    region(name).note = note;
  }

  /// Replaces metadata by values of the same length, such as hashes that are known only once all
  /// tensors are written.
  ///
  /// @param values new values of some of the entries that the file began with
  /// @throws IllegalArgumentException for a name that it did not begin with, or a value of another
  ///   length
  public void replaceMetadata(Map<String, String> values) {
    replaceMetadata(output, values);
  }

  /// Replaces metadata in a file that was committed under its temporary name.
  ///
  /// @param reopened the same file
  void replaceMetadata(FileOutput reopened, Map<String, String> values) {
    Map<String, String> replaced = new TreeMap<>(metadata);
    values.forEach((key, value) -> {
      if (replaced.replace(key, value) == null) {
        throw new IllegalArgumentException(
            "metadata must be there to be replaced, got none for [" + key + "]");
      }
    });
    ByteBuffer header = paddedHeader(layout, replaced);
    if (header.remaining() != headerLength) {
      throw new IllegalArgumentException(
          "new metadata must be as long as what it replaces, got " + values);
    }
    reopened.writeAt(0, header);
  }

  /// Whether all data has been written.
  public boolean isComplete() {
    return missing == 0;
  }

  /// Checks that all data has been written.
  ///
  /// @throws IllegalStateException where some is missing
  public void finish() {
    if (!isComplete()) {
      throw new IllegalStateException(
          "all tensors must be written before the file is finished, got ["
              + missing
              + " bytes missing]");
    }
  }
}

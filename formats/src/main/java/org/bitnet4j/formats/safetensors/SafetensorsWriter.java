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
import java.util.TreeMap;
import org.bitnet4j.formats.io.FileOutput;
import org.bitnet4j.quant.InvalidTensorException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/// Writes a safetensors file tensor by tensor, in any order: names, types and shapes are known from
/// the start, so every byte has its place.
///
/// The bytes depend on the content alone, and are those of the format's own library: tensors sorted
/// by element type (widest first) and name, header padded with spaces to a multiple of 8.
public final class SafetensorsWriter {
  private static final JsonFactory JSON = JsonFactory.builder().build();

  private final FileOutput output;
  private final Map<String, Region> regions;
  private long missing;

  private SafetensorsWriter(FileOutput output, Map<String, Region> regions, long missing) {
    this.output = output;
    this.regions = regions;
    this.missing = missing;
  }

  private static final class Region {
    final long begin;
    long next;
    final long end;

    Region(long begin, long end) {
      this.begin = begin;
      this.next = begin;
      this.end = end;
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
    output.write(start.flip());
    Map<String, Region> regions = HashMap.newHashMap(layout.size());
    long at = 8 + length;
    for (SafetensorsEntry entry : layout) {
      Region region = new Region(at, Math.addExact(at, entry.bytes()));
      if (regions.put(entry.name(), region) != null) {
        throw new InvalidTensorException(
            entry.name(), -1, "the name must be unique in its file", "a second one", "Rename it.");
      }
      at = region.end;
    }
    return new SafetensorsWriter(output, regions, at - 8 - length);
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
    Region region = regions.get(name);
    int count = bytes.remaining();
    if (region == null || count > region.end - region.next) {
      throw new IllegalArgumentException(
          "data of a tensor must fit its entry in the header, got ["
              + name
              + (region == null
                  ? " without entry]"
                  : ": " + count + " bytes where " + (region.end - region.next) + " are left]"));
    }
    if (count == 0) {
      return; // its file may be complete and closed
    }
    output.writeAt(region.next, bytes);
    region.next += count;
    missing -= count;
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
    Region region = regions.get(name);
    return region == null ? 0 : region.next - region.begin;
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

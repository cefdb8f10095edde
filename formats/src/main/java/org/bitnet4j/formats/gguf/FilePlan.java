package org.bitnet4j.formats.gguf;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bitnet4j.quant.InvalidTensorException;

/// What a file to be written will look like: its header and where each tensor begins.
final class FilePlan {
  private final List<GgufEntry> entries;
  private final long alignment;
  private final byte[] header;
  private final Map<String, HeaderEncoder.TextPlace> texts;
  private final long[] starts;

  /// Plans a file.
  ///
  /// @param metadata keys and values, written as they are
  /// @param entries the tensors in the order of their data
  FilePlan(GgufMetadata metadata, List<GgufEntry> entries) {
    this.entries = List.copyOf(entries);
    this.alignment = alignment(metadata);
    requireUniqueNames(entries);
    long[] offsets = new long[entries.size()];
    long end = 0;
    for (int i = 0; i < offsets.length; i++) {
      offsets[i] = end;
      end = align(Math.addExact(end, entries.get(i).bytes()), alignment);
    }
    HeaderEncoder encoder = new HeaderEncoder(metadata, entries, offsets);
    this.header = encoder.bytes();
    this.texts = encoder.texts();
    if (header.length > GgufCursor.MAX_HEADER
        || offsets.length > HeaderReader.MAX_TENSORS
        || metadata.size() > MetadataReader.MAX_KEYS) {
      throw new IllegalArgumentException(
          "header must be at most 2^28 bytes of 2^18 keys and 2^18 tensors, got ["
              + header.length
              + " bytes of "
              + metadata.size()
              + " keys and "
              + offsets.length
              + " tensors]");
    }
    long dataStart = align(header.length, alignment);
    this.starts = new long[offsets.length + 1];
    for (int i = 0; i < offsets.length; i++) {
      starts[i] = Math.addExact(dataStart, offsets[i]);
    }
    starts[offsets.length] = Math.addExact(dataStart, end);
  }

  /// Refuses a name that occurs twice.
  static void requireUniqueNames(List<GgufEntry> entries) {
    Set<String> seen = HashSet.newHashSet(entries.size());
    for (GgufEntry entry : entries) {
      if (!seen.add(entry.name())) {
        throw new InvalidTensorException(
            entry.name(), -1, "the name must be unique in its file", "a second one", "Rename it.");
      }
    }
  }

  /// What offsets are multiples of.
  ///
  /// @throws IllegalArgumentException for metadata that no reader would take
  static long alignment(GgufMetadata metadata) {
    GgufValue value = metadata.find(HeaderReader.ALIGNMENT);
    if (value == null) {
      return HeaderReader.DEFAULT_ALIGNMENT;
    }
    if (value instanceof GgufValue.Int(GgufValueType type, long alignment)
        && type == GgufValueType.UINT32
        && Long.bitCount(alignment) == 1) {
      return alignment;
    }
    throw new IllegalArgumentException(
        HeaderReader.ALIGNMENT + " must be a UINT32 that is a power of two, got [" + value + "]");
  }

  /// The next multiple of an alignment.
  static long align(long position, long alignment) {
    return Math.addExact(position, alignment - 1) & -alignment;
  }

  /// The tensors.
  List<GgufEntry> entries() {
    return entries;
  }

  /// The header, without padding.
  byte[] header() {
    return header;
  }

  /// Where a text value stands in the header.
  ///
  /// @param key its key
  /// @throws IllegalArgumentException where there is no such text
  HeaderEncoder.TextPlace text(String key) {
    HeaderEncoder.TextPlace place = texts.get(key);
    if (place == null) {
      throw new IllegalArgumentException("key must be that of a text, got [" + key + "]");
    }
    return place;
  }

  /// Where a tensor begins in the file, or the file ends.
  ///
  /// @param index which tensor, or their number
  long start(int index) {
    return starts[index];
  }

  /// The tensor that begins at a position, −1 where none does: the last of those that begin there,
  /// so that empty ones are behind it.
  int startingAt(long position) {
    int found = -1;
    for (int i = 0; i < starts.length; i++) {
      if (starts[i] == position) {
        found = i;
      }
    }
    return found;
  }
}

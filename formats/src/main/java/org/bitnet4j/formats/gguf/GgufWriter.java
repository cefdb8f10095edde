package org.bitnet4j.formats.gguf;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bitnet4j.formats.io.FileOutput;
import org.bitnet4j.formats.io.Finished;
import org.bitnet4j.formats.io.Section;

/// Writes a GGUF file of version 3, tensor by tensor in the order of its header.
///
/// The bytes depend on the content alone: every tensor has its place from the start, padding is
/// zero, and the last tensor is padded too. In an output that is resumed, tensors that
/// [#finished(String)] knows are there already, and writing goes on behind them.
public final class GgufWriter {
  private static final int ZEROS = 1 << 16;

  /// One buffer view of a segment may not exceed 2^31 − 1 bytes.
  private static final long SEGMENT_CHUNK = 1L << 30;

  private static final byte[] NO_NOTE = {};

  private final FileOutput output;
  private final FilePlan plan;
  private final Map<String, byte[]> earlierNotes = new HashMap<>();
  private final Map<String, byte[]> notes = new HashMap<>();

  /// The next tensor to be completed, and its data with the padding behind it.
  private int current;

  private Section section;

  private GgufWriter(FileOutput output, FilePlan plan) {
    this.output = output;
    this.plan = plan;
    this.section = output.section("header", 0);
    section.write(ByteBuffer.wrap(plan.header()));
    pad(plan.start(0));
    this.section = begin(0);
    output.finished().forEach(this::restore);
  }

  private Section begin(int index) {
    current = index;
    while (!isComplete() && plan.entries().get(current).bytes() == 0) {
      current++;
    }
    return output.section(
        isComplete() ? "end" : plan.entries().get(current).name(), plan.start(current));
  }

  /// Takes over the next tensor if that is what the earlier run finished.
  private void restore(Finished earlier) {
    if (!isComplete()
        && earlier.label().equals(plan.entries().get(current).name())
        && earlier.start() == plan.start(current)
        && earlier.end() == plan.start(current + 1)) {
      output.reuse(earlier);
      earlierNotes.put(earlier.label(), earlier.note());
      section = begin(current + 1);
    }
  }

  /// Writes the header. Where sizes do not tell whether type id 42 means Q2_0 or Q2_0_G128, the key
  /// `bitnet4j.q2_0.group` is added to the metadata.
  ///
  /// @param output an output at position 0; the caller commits it after [#finish()]
  /// @param metadata keys and values, `general.alignment` among them where it is not 32
  /// @param entries all tensors in the order of their data
  /// @throws org.bitnet4j.quant.InvalidTensorException for a name that occurs twice, or types that
  ///   no reader could tell apart
  /// @throws IllegalArgumentException for an alignment that is no power of two of type UINT32, or a
  ///   header that no reader would take
  public static GgufWriter begin(
      FileOutput output, GgufMetadata metadata, List<GgufEntry> entries) {
    GgufMetadata declared = SharedIds.declare(metadata, entries, FilePlan.alignment(metadata));
    return begin(output, new FilePlan(declared, entries));
  }

  static GgufWriter begin(FileOutput output, FilePlan plan) {
    return new GgufWriter(output, plan);
  }

  /// What was noted with a tensor that an earlier run wrote whole; absent for other tensors.
  ///
  /// @param name a tensor of this file
  public Optional<byte[]> finished(String name) {
    return Optional.ofNullable(earlierNotes.get(name));
  }

  /// Leaves a note with a tensor for a run that finds it written whole. It is no part of the file.
  ///
  /// @param name a tensor whose last byte is still to be written
  /// @param note handed out by [#finished(String)]
  public void note(String name, byte[] note) {
    notes.put(name, note);
  }

  /// Appends to the data of the next tensor that is not complete.
  ///
  /// @param name its name
  /// @param bytes the next bytes of it, all remaining ones of the buffer
  /// @throws IllegalArgumentException for another tensor, or more bytes than it has
  public void write(String name, ByteBuffer bytes) {
    int count = bytes.remaining();
    if (count == 0) {
      return; // of a tensor without elements
    }
    require(name, count);
    section.write(bytes);
    if (left() == 0) {
      pad(plan.start(current + 1));
      byte[] note = notes.remove(name);
      section.finish(note == null ? NO_NOTE : note);
      section = begin(current + 1);
    }
  }

  private long left() {
    return plan.start(current) + plan.entries().get(current).bytes() - section.position();
  }

  /// Appends to the data of the next tensor that is not complete.
  ///
  /// @param name its name
  /// @param bytes the next bytes of it
  /// @throws IllegalArgumentException for another tensor, or more bytes than it has
  public void write(String name, MemorySegment bytes) {
    if (bytes.byteSize() > 0) {
      require(name, bytes.byteSize());
    }
    for (long done = 0; done < bytes.byteSize(); done += SEGMENT_CHUNK) {
      long count = Math.min(SEGMENT_CHUNK, bytes.byteSize() - done);
      write(name, bytes.asSlice(done, count).asByteBuffer());
    }
  }

  private void require(String name, long count) {
    GgufEntry next = isComplete() ? null : plan.entries().get(current);
    if (next == null || !next.name().equals(name) || count > left()) {
      throw new IllegalArgumentException(
          "data must be of the next tensor and fit it, got ["
              + count
              + " bytes of "
              + name
              + (next == null
                  ? " behind the last]"
                  : " where " + left() + " of " + next.name() + " are next]"));
    }
  }

  private void pad(long end) {
    ByteBuffer zeros = ByteBuffer.allocate((int) Math.min(ZEROS, end - section.position()));
    while (section.position() < end) {
      long count = Math.min(zeros.capacity(), end - section.position());
      section.write(zeros.clear().limit((int) count));
    }
  }

  /// Replaces a text of the metadata, as a hash that is known only when all tensors are written.
  ///
  /// @param key its key
  /// @param value a text of as many bytes of UTF-8
  /// @throws IllegalArgumentException for a key without text, or a text of another length
  public void replaceText(String key, String value) {
    HeaderEncoder.TextPlace place = plan.text(key);
    byte[] bytes = Utf8.encode("text", value);
    if (bytes.length != place.length()) {
      throw new IllegalArgumentException(
          "text must be of "
              + place.length()
              + " bytes, as announced, got ["
              + bytes.length
              + " of "
              + key
              + "]");
    }
    output.writeAt(place.position(), ByteBuffer.wrap(bytes));
  }

  /// Number of tensors that are complete, from the first on; the next to be written has this index.
  public int completed() {
    return current;
  }

  /// Whether all data has been written.
  public boolean isComplete() {
    return current == plan.entries().size();
  }

  /// Checks that all data has been written.
  ///
  /// @throws IllegalStateException where some is missing
  public void finish() {
    if (!isComplete()) {
      throw new IllegalStateException(
          "all tensors must be written before the file is finished, got ["
              + plan.entries().get(current).name()
              + " missing]");
    }
  }
}

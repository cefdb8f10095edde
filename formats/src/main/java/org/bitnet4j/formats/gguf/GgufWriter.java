package org.bitnet4j.formats.gguf;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.List;
import org.bitnet4j.formats.io.FileOutput;

/// Writes a GGUF file of version 3, tensor by tensor in the order of its header.
///
/// The bytes depend on the content alone: every tensor has its place from the start, padding is
/// zero, and the last tensor is padded too. After each tensor the output stands behind its padding,
/// where a later run can take it up again with [#resume].
public final class GgufWriter {
  private static final int ZEROS = 1 << 16;

  /// One buffer view of a segment may not exceed 2^31 − 1 bytes.
  private static final long SEGMENT_CHUNK = 1L << 30;

  private final FileOutput output;
  private final FilePlan plan;
  private int current;
  private long written;

  private GgufWriter(FileOutput output, FilePlan plan, int current) {
    this.output = output;
    this.plan = plan;
    this.current = current;
    skipEmpty();
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
    if (output.position() != 0) {
      throw new IllegalStateException(
          "output must be at its start, got [byte " + output.position() + "]");
    }
    output.write(ByteBuffer.wrap(plan.header()));
    GgufWriter writer = new GgufWriter(output, plan, 0);
    writer.pad(plan.start(0));
    return writer;
  }

  /// Goes on with a file that an earlier run wrote up to the padding of its header or of a tensor.
  ///
  /// @param output stands there
  /// @param metadata as in [#begin]; texts may have been replaced since
  /// @param entries as in [#begin]
  /// @throws IllegalStateException where neither header nor tensor ends at the output's position
  public static GgufWriter resume(
      FileOutput output, GgufMetadata metadata, List<GgufEntry> entries) {
    GgufMetadata declared = SharedIds.declare(metadata, entries, FilePlan.alignment(metadata));
    FilePlan plan = new FilePlan(declared, entries);
    int next = plan.startingAt(output.position());
    if (next < 0) {
      throw new IllegalStateException(
          "output must be at the end of its header or of a tensor, got [byte "
              + output.position()
              + "]");
    }
    return new GgufWriter(output, plan, next);
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
    output.write(bytes);
    written += count;
    if (written == plan.entries().get(current).bytes()) {
      current++;
      written = 0;
      pad(plan.start(current));
      skipEmpty();
    }
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
    if (next == null || !next.name().equals(name) || count > next.bytes() - written) {
      throw new IllegalArgumentException(
          "data must be of the next tensor and fit it, got ["
              + count
              + " bytes of "
              + name
              + (next == null
                  ? " behind the last]"
                  : " where " + (next.bytes() - written) + " of " + next.name() + " are next]"));
    }
  }

  private void skipEmpty() {
    while (!isComplete() && plan.entries().get(current).bytes() == 0) {
      current++;
    }
  }

  private void pad(long end) {
    ByteBuffer zeros = ByteBuffer.allocate((int) Math.min(ZEROS, end - output.position()));
    while (output.position() < end) {
      output.write(zeros.clear().limit((int) Math.min(zeros.capacity(), end - output.position())));
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

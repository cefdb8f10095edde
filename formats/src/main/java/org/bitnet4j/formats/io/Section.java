package org.bitnet4j.formats.io;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/// A part of a [FileOutput] that is written in order, checksummed on the way where the output can
/// be resumed.
public final class Section {
  /// Checksum and write of a piece follow each other, so that its second reading hits a cache.
  private static final int PIECE = 1 << 20;

  /// One buffer view of a segment may not exceed 2^31 − 1 bytes.
  private static final long SEGMENT_PIECE = 1L << 30;

  private final PartialFile file;
  private final String label;
  private final long start;
  private final CRC32C crc = new CRC32C();
  private long position;
  private boolean finished;

  Section(PartialFile file, String label, long start) {
    this.file = file;
    this.label = label;
    this.start = start;
    this.position = start;
  }

  /// Its first byte, absolute.
  public long start() {
    return start;
  }

  /// Where its next byte goes, absolute.
  public long position() {
    return position;
  }

  /// Appends all remaining bytes of a buffer to the section.
  ///
  /// @param bytes what to write
  /// @throws StorageException where the storage fails
  /// @throws IllegalStateException where the section is finished
  public void write(ByteBuffer bytes) {
    if (finished) {
      throw new IllegalStateException(
          "section must be unfinished to be written, got [" + label + "]");
    }
    int limit = bytes.limit();
    while (bytes.position() < limit) {
      bytes.limit(Math.min(limit, bytes.position() + PIECE));
      int count = bytes.remaining();
      if (file.isResumable()) {
        crc.update(bytes.duplicate());
      }
      try {
        file.writeAt(position, bytes);
      } finally {
        bytes.limit(limit);
      }
      position += count;
    }
  }

  /// Appends memory to the section.
  ///
  /// @param bytes what to write
  /// @throws StorageException where the storage fails
  public void write(MemorySegment bytes) {
    for (long done = 0; done < bytes.byteSize(); done += SEGMENT_PIECE) {
      long count = Math.min(SEGMENT_PIECE, bytes.byteSize() - done);
      write(bytes.asSlice(done, count).asByteBuffer());
    }
  }

  /// Ends the section. It survives a crash once its bytes have been forced to the device, which
  /// happens for many sections at a time.
  ///
  /// @param note handed to the run that takes the section up
  /// @throws StorageException where the storage fails
  public void finish(byte[] note) {
    finished = true;
    file.finished(new Finished(label, start, position - start, (int) crc.getValue(), note));
  }
}

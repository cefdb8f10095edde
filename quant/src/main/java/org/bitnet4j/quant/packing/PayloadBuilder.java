package org.bitnet4j.quant.packing;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/// Stored blocks as they come, kept off-heap until their total length is known.
final class PayloadBuilder implements AutoCloseable {
  private static final int CHUNK = 1 << 22;

  private final Arena arena = Arena.ofConfined();
  private final List<MemorySegment> chunks = new ArrayList<>();
  private long room;
  private long length;

  /// Appends bytes.
  ///
  /// @param bytes all of which are appended
  void append(byte[] bytes) {
    int done = 0;
    while (done < bytes.length) {
      if (room == 0) {
        chunks.add(arena.allocate(CHUNK));
        room = CHUNK;
      }
      int count = (int) Math.min(room, bytes.length - done);
      MemorySegment.copy(bytes, done, chunks.getLast(), ValueLayout.JAVA_BYTE, CHUNK - room, count);
      done += count;
      room -= count;
      length += count;
    }
  }

  /// Bytes appended so far.
  long length() {
    return length;
  }

  /// Copies all that was appended.
  ///
  /// @param target has exactly that length
  void copyTo(MemorySegment target) {
    if (target.byteSize() != length) {
      throw new IllegalArgumentException(
          "payload must have the table's length " + target.byteSize() + ", got [" + length + "]");
    }
    long start = 0;
    for (MemorySegment chunk : chunks) {
      long count = Math.min(CHUNK, length - start);
      MemorySegment.copy(chunk, 0, target, start, count);
      start += count;
    }
  }

  @Override
  public void close() {
    arena.close();
  }
}

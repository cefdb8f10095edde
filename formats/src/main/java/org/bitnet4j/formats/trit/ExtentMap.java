package org.bitnet4j.formats.trit;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.bitnet4j.formats.io.InputFile;
import org.bitnet4j.quant.MalformedFileException;

/// Where everything lies between preamble and directory: one thing after the other, each at the
/// next offset that its alignment allows, with zero bytes between them. So nothing overlaps, and no
/// byte of the file is without a meaning.
final class ExtentMap {
  private static final int WINDOW = 1 << 14;

  private final long end;
  private final List<Extent> extents = new ArrayList<>();
  private final byte[] window = new byte[WINDOW];
  private long windowStart;
  private int windowLength;

  private record Extent(String what, long offset, long length, int alignment) {}

  /// A map without extents.
  ///
  /// @param end start of the directory
  ExtentMap(long end) {
    this.end = end;
  }

  /// Start of the directory: no extent goes beyond it.
  long end() {
    return end;
  }

  /// Adds an extent.
  ///
  /// @param in has just read its offset and length
  /// @param what what lies there, for messages
  /// @param offset its first byte, at most the end
  /// @param length its bytes
  /// @param alignment what its offset is a multiple of
  void add(ByteCursor in, String what, long offset, long length, int alignment) {
    if (length > end - offset) {
      throw in.fault(
          what, length + " bytes from byte " + offset, "before the directory at byte " + end);
    }
    extents.add(new Extent(what, offset, length, alignment));
  }

  /// Checks that the extents follow each other and that all bytes between them are zero.
  ///
  /// @param file the container
  void requireContiguous(InputFile file) {
    extents.sort(Comparator.comparingLong(Extent::offset).thenComparingLong(Extent::length));
    long at = TritFormat.PREAMBLE;
    for (Extent extent : extents) {
      requireNext(file, extent.what(), extent.offset(), at, extent.alignment());
      at = extent.offset() + extent.length();
    }
    requireNext(file, "directory", end, at, TritFormat.SIDE_ALIGNMENT);
  }

  private void requireNext(InputFile file, String what, long offset, long before, int alignment) {
    long wanted = TritFormat.align(before, alignment);
    if (offset != wanted) {
      throw new MalformedFileException(
          file.name(),
          offset,
          what,
          "byte " + offset,
          "at byte " + wanted + ", next to what lies before it",
          "The file is damaged: fetch or write it again.");
    }
    for (long at = before; at < offset; at++) {
      if (byteAt(file, at) != 0) {
        throw new MalformedFileException(
            file.name(),
            at,
            "padding before " + what,
            Integer.toString(byteAt(file, at) & 0xFF),
            "0",
            "The file is damaged: fetch or write it again.");
      }
    }
  }

  private byte byteAt(InputFile file, long offset) {
    if (offset < windowStart || offset >= windowStart + windowLength) {
      windowStart = offset;
      windowLength = (int) Math.min(WINDOW, end - offset);
      file.read(offset, ByteBuffer.wrap(window, 0, windowLength));
    }
    return window[(int) (offset - windowStart)];
  }
}

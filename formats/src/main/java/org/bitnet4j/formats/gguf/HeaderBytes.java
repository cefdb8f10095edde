package org.bitnet4j.formats.gguf;

import java.nio.ByteBuffer;
import org.bitnet4j.formats.io.InputFile;

/// Bytes that a header is read from: those of a file, or of a memory copy of one.
interface HeaderBytes {
  /// Name of the file, for messages.
  String name();

  /// How many there are.
  long size();

  /// Fills a buffer from a position, which must be followed by enough bytes.
  void read(long position, ByteBuffer target);

  /// The bytes of a file.
  static HeaderBytes of(InputFile file) {
    return new HeaderBytes() {
      @Override
      public String name() {
        return file.name();
      }

      @Override
      public long size() {
        return file.size();
      }

      @Override
      public void read(long position, ByteBuffer target) {
        file.read(position, target);
      }
    };
  }

  /// Bytes in memory.
  static HeaderBytes of(String name, byte[] bytes) {
    return new HeaderBytes() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public long size() {
        return bytes.length;
      }

      @Override
      public void read(long position, ByteBuffer target) {
        target.put(bytes, Math.toIntExact(position), target.remaining());
      }
    };
  }
}

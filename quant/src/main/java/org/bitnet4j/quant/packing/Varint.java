package org.bitnet4j.quant.packing;

/// Unsigned LEB128 numbers in their shortest form: seven bits per byte, lowest first, the high bit
/// set on all but the last.
final class Varint {
  private Varint() {}

  /// Bytes that a number takes.
  ///
  /// @param value at least 0
  static int length(int value) {
    return value == 0 ? 1 : Math.ceilDiv(32 - Integer.numberOfLeadingZeros(value), 7);
  }

  /// Writes a number.
  ///
  /// @param value at least 0
  /// @param target receives it from `at` on
  /// @param at first byte
  /// @return the byte after it
  static int write(int value, byte[] target, int at) {
    int next = at;
    int rest = value;
    while (rest > 0x7F) {
      target[next++] = (byte) ((rest & 0x7F) | 0x80);
      rest >>>= 7;
    }
    target[next++] = (byte) rest;
    return next;
  }

  /// Reads numbers one after the other.
  static final class Reader {
    private final byte[] bytes;
    private int at;

    /// A reader from byte 0 on.
    ///
    /// @param bytes a stored block
    Reader(byte[] bytes) {
      this.bytes = bytes;
    }

    /// The next byte's index.
    int position() {
      return at;
    }

    /// Whether bytes are left.
    boolean hasMore() {
      return at < bytes.length;
    }

    /// The next byte as it is.
    ///
    /// @param field what it is, for the message
    int readByte(String field) {
      if (at == bytes.length) {
        throw new MalformedPackingException(at, field, "end of the block", "present");
      }
      return bytes[at++] & 0xFF;
    }

    /// The next number.
    ///
    /// @param field what it is, for the message
    /// @param min least allowed value
    /// @param max greatest allowed value
    int read(String field, int min, int max) {
      int start = at;
      long value = 0;
      for (int shift = 0; ; shift += 7) {
        int next = readByte(field);
        value |= (long) (next & 0x7F) << shift;
        if (next < 0x80) {
          if (next == 0 && shift > 0) {
            throw new MalformedPackingException(
                at - 1, field, "a trailing zero group", "a varint in its shortest form");
          }
          break;
        }
        if (shift == 28) {
          throw new MalformedPackingException(
              start, field, "more than 5 bytes", "a varint of at most 5 bytes");
        }
      }
      if (value < min || value > max) {
        throw new MalformedPackingException(
            start, field, Long.toString(value), "in [" + min + ", " + max + "]");
      }
      return (int) value;
    }
  }
}

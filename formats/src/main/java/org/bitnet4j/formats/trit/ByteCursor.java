package org.bitnet4j.formats.trit;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.bitnet4j.quant.MalformedFileException;

/// Little-endian fields of a part of a file, each checked as it is read; every fault carries the
/// absolute offset of its field.
final class ByteCursor {
  private static final String REMEDY = "The file is damaged: fetch or write it again.";

  private final String file;
  private final long base;
  private final ByteBuffer bytes;
  private int fieldStart;

  /// A cursor at the first byte.
  ///
  /// @param file name of the file, for messages
  /// @param base absolute offset of the first byte
  /// @param bytes the part
  ByteCursor(String file, long base, byte[] bytes) {
    this.file = file;
    this.base = base;
    this.bytes = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /// Bytes read so far.
  int position() {
    return bytes.position();
  }

  /// Bytes left.
  int remaining() {
    return bytes.remaining();
  }

  private void begin(String field, long length) {
    fieldStart = bytes.position();
    if (length > bytes.remaining()) {
      throw fault(field, bytes.remaining() + " bytes", length + " bytes long");
    }
  }

  /// An unsigned byte in a range.
  ///
  /// @param field name of the field
  /// @param min least allowed
  /// @param max greatest allowed
  int u8(String field, int min, int max) {
    begin(field, 1);
    return (int) requireRange(field, bytes.get() & 0xFF, min, max);
  }

  /// An unsigned 32-bit number.
  ///
  /// @param field name of the field
  long u32(String field) {
    begin(field, 4);
    return Integer.toUnsignedLong(bytes.getInt());
  }

  /// An unsigned 32-bit number in a range.
  ///
  /// @param field name of the field
  /// @param min least allowed
  /// @param max greatest allowed
  int u32(String field, int min, long max) {
    return (int) requireRange(field, u32(field), min, Math.min(max, Integer.MAX_VALUE));
  }

  /// A 64-bit number as it stands.
  ///
  /// @param field name of the field
  long u64(String field) {
    begin(field, 8);
    return bytes.getLong();
  }

  /// An unsigned 64-bit number in a range.
  ///
  /// @param field name of the field
  /// @param min least allowed, not negative
  /// @param max greatest allowed
  long u64(String field, long min, long max) {
    return requireRange(field, u64(field), min, max);
  }

  private long requireRange(String field, long value, long min, long max) {
    // A number of 2^63 or more reads as negative, below every minimum.
    if (value < min || value > max) {
      throw fault(field, Long.toUnsignedString(value), "in [" + min + ", " + max + "]");
    }
    return value;
  }

  /// Refuses any other value of the field just read.
  ///
  /// @param field name of the field
  /// @param found the value
  /// @param wanted the one allowed
  void exactly(String field, long found, long wanted) {
    if (found != wanted) {
      throw fault(field, Long.toUnsignedString(found), Long.toString(wanted));
    }
  }

  /// A text: its length in bytes (32 bits), then UTF-8.
  ///
  /// @param field name of the field
  /// @param maxLength most bytes
  String text(String field, int maxLength) {
    int length = u32(field, 0, maxLength);
    int lengthAt = fieldStart;
    begin(field, length);
    try {
      String text =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(bytes.slice(bytes.position(), length))
              .toString();
      bytes.position(bytes.position() + length);
      fieldStart = lengthAt;
      return text;
    } catch (CharacterCodingException e) {
      throw new MalformedFileException(
          file, base + fieldStart, field, "other bytes", "UTF-8", REMEDY, e);
    }
  }

  /// Bytes as they are.
  ///
  /// @param field name of the field
  /// @param length how many
  byte[] bytes(String field, int length) {
    begin(field, length);
    byte[] copy = new byte[length];
    bytes.get(copy);
    return copy;
  }

  /// A fault of the field just read.
  ///
  /// @param field name of the field
  /// @param found what stands there
  /// @param allowed what may stand there
  MalformedFileException fault(String field, String found, String allowed) {
    return faultAt(fieldStart, field, found, allowed);
  }

  /// A fault at a position.
  ///
  /// @param position byte of this part
  /// @param field name of the field
  /// @param found what stands there
  /// @param allowed what may stand there
  MalformedFileException faultAt(long position, String field, String found, String allowed) {
    return new MalformedFileException(file, base + position, field, found, allowed, REMEDY);
  }
}

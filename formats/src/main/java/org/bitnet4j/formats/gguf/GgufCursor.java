package org.bitnet4j.formats.gguf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.bitnet4j.quant.MalformedFileException;

/// Little-endian fields of a file, read one after the other through a window and checked; every
/// fault carries the offset of its field.
final class GgufCursor {
  /// Header bytes read at most: some ten times the largest vocabulary.
  static final long MAX_HEADER = 1L << 28;

  private static final int WINDOW = 1 << 16;
  private static final String REMEDY = "Fetch the file again or repair what wrote it.";

  private final HeaderBytes input;
  private final long end;
  private final ByteBuffer window;
  private long windowEnd;
  private long fieldStart;
  private String scope = "";
  private byte[] scopeName = {};
  private int scopeLength;

  /// A cursor at the first byte.
  ///
  /// @param input the file
  GgufCursor(HeaderBytes input) {
    this.input = input;
    this.end = Math.min(input.size(), MAX_HEADER);
    this.window = ByteBuffer.allocate((int) Math.min(end, WINDOW)).order(ByteOrder.LITTLE_ENDIAN);
    window.limit(0);
  }

  /// Absolute offset of the next byte.
  long position() {
    return windowEnd - window.remaining();
  }

  /// Bytes left for the header.
  long remaining() {
    return end - position();
  }

  /// Offset of the field read last.
  long fieldStart() {
    return fieldStart;
  }

  /// Says whose fields follow, for messages; the name is decoded only when one is made.
  ///
  /// @param kind what it is, empty for the header itself
  /// @param name holds the UTF-8 of its name; must stay as it is
  /// @param length bytes of the name
  void within(String kind, byte[] name, int length) {
    scope = kind;
    scopeName = name;
    scopeLength = length;
  }

  /// Says that fields of the header itself follow.
  void leave() {
    within("", scopeName, 0);
  }

  private String named(String field) {
    return scope.isEmpty()
        ? field
        : scope
            + " "
            + new String(scopeName, 0, scopeLength, StandardCharsets.UTF_8)
            + ": "
            + field;
  }

  private void begin(String field, long length) {
    fieldStart = position();
    if (length > end - fieldStart) {
      if (end < input.size()) {
        throw fault(field, "beyond byte " + end, "in the first " + end + " bytes of the file");
      }
      throw new MalformedFileException(
          input.name(),
          fieldStart,
          named(field),
          (end - fieldStart) + " bytes up to the end of the file",
          length + " bytes long",
          "The file is cut short or damaged: fetch it again.");
    }
  }

  /// Makes a few bytes available in the window.
  private void fill(int count) {
    if (window.remaining() < count) {
      window.compact();
      long wanted = Math.min(window.remaining(), end - windowEnd);
      window.limit(window.position() + (int) wanted);
      input.read(windowEnd, window);
      windowEnd += wanted;
      window.flip();
    }
  }

  /// A byte, unsigned.
  ///
  /// @param field name of the field
  int u8(String field) {
    begin(field, 1);
    fill(1);
    return window.get() & 0xFF;
  }

  /// A 32-bit number as it stands.
  ///
  /// @param field name of the field
  int i32(String field) {
    begin(field, Integer.BYTES);
    fill(Integer.BYTES);
    return window.getInt();
  }

  /// A 64-bit number as it stands.
  ///
  /// @param field name of the field
  long i64(String field) {
    begin(field, Long.BYTES);
    fill(Long.BYTES);
    return window.getLong();
  }

  /// An unsigned 64-bit number up to a greatest one.
  ///
  /// @param field name of the field
  /// @param max greatest allowed
  int count(String field, long max) {
    long value = i64(field);
    // A number of 2^63 or more reads as negative.
    if (value < 0 || value > max) {
      throw fault(field, Long.toUnsignedString(value), "in [0, " + max + "], within the file");
    }
    return (int) value;
  }

  /// Copies bytes that are known to be there.
  ///
  /// @param field name of the field
  /// @param target receives them
  /// @param offset where to start in it
  /// @param length how many
  void bytes(String field, byte[] target, int offset, int length) {
    begin(field, length);
    int inWindow = Math.min(length, window.remaining());
    window.get(target, offset, inWindow);
    if (inWindow < length) {
      int rest = length - inWindow;
      input.read(windowEnd, ByteBuffer.wrap(target, offset + inWindow, rest));
      windowEnd += rest;
    }
  }

  /// Length in bytes of a text, checked against what is left.
  ///
  /// @param field name of the field
  /// @param max most bytes allowed
  int textLength(String field, long max) {
    return count("length of " + field, Math.min(max, Math.max(0, remaining() - Long.BYTES)));
  }

  /// Copies the bytes of a text and checks them.
  ///
  /// @param field name of the field
  /// @param target receives them
  /// @param offset where to start in it
  /// @param length how many
  void text(String field, byte[] target, int offset, int length) {
    bytes(field, target, offset, length);
    int fault = Utf8.firstFault(target, offset, offset + length);
    if (fault >= 0) {
      throw faultAt(
          fieldStart + fault - offset,
          field,
          String.format(Locale.ROOT, "byte 0x%02X", target[fault]),
          "UTF-8 without NUL");
    }
  }

  /// A fault of the field read last.
  ///
  /// @param field name of the field
  /// @param found what stands there
  /// @param allowed what may stand there
  MalformedFileException fault(String field, String found, String allowed) {
    return faultAt(fieldStart, field, found, allowed);
  }

  /// A fault at a position.
  ///
  /// @param position absolute offset
  /// @param field name of the field
  /// @param found what stands there
  /// @param allowed what may stand there
  MalformedFileException faultAt(long position, String field, String found, String allowed) {
    return new MalformedFileException(input.name(), position, named(field), found, allowed, REMEDY);
  }
}

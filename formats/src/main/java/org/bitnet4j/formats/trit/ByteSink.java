package org.bitnet4j.formats.trit;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Little-endian fields in memory: the counterpart of [ByteCursor].
final class ByteSink {
  private byte[] bytes = new byte[256];
  private int length;

  private ByteBuffer room(int count) {
    if (count > bytes.length - length) {
      bytes = Arrays.copyOf(bytes, Math.max(Math.addExact(length, count), 2 * bytes.length));
    }
    ByteBuffer room = ByteBuffer.wrap(bytes, length, count).order(ByteOrder.LITTLE_ENDIAN);
    length += count;
    return room;
  }

  /// Appends a byte.
  ///
  /// @param value its low eight bits count
  ByteSink u8(int value) {
    room(1).put((byte) value);
    return this;
  }

  /// Appends 32 bits.
  ///
  /// @param value all bits count
  ByteSink u32(int value) {
    room(4).putInt(value);
    return this;
  }

  /// Appends 64 bits.
  ///
  /// @param value all bits count
  ByteSink u64(long value) {
    room(8).putLong(value);
    return this;
  }

  /// Appends bytes.
  ///
  /// @param value all of which are appended
  ByteSink bytes(byte[] value) {
    room(value.length).put(value);
    return this;
  }

  /// Appends a text with its length.
  ///
  /// @param text the text
  ByteSink text(String text) {
    byte[] utf8 = utf8(text);
    return u32(utf8.length).bytes(utf8);
  }

  /// A text in UTF-8.
  ///
  /// @param text the text
  /// @throws IllegalArgumentException for half a surrogate pair, which no UTF-8 can hold
  static byte[] utf8(String text) {
    try {
      ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
      byte[] utf8 = new byte[encoded.remaining()];
      encoded.get(utf8);
      return utf8;
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException(
          "text must be Unicode, got [" + org.bitnet4j.quant.Printable.line(text) + "]", e);
    }
  }

  /// All bytes so far.
  byte[] toArray() {
    return Arrays.copyOf(bytes, length);
  }
}

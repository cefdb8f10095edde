package org.bitnet4j.formats.gguf;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Random;

/// A GGUF file made field by field, right or wrong.
final class GgufBytes {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private long here = -1;

  /// Magic, version 3, counts.
  static GgufBytes header(long tensors, long keys) {
    return new GgufBytes().raw("GGUF").i32(3).i64(tensors).i64(keys);
  }

  /// A file of some tensors of 32 bytes each, named and described by their callers.
  GgufBytes raw(String text) {
    out.writeBytes(text.getBytes(StandardCharsets.UTF_8));
    return this;
  }

  GgufBytes raw(byte... bytes) {
    out.writeBytes(bytes);
    return this;
  }

  GgufBytes u8(int value) {
    out.write(value);
    return this;
  }

  GgufBytes i16(int value) {
    return u8(value).u8(value >> 8);
  }

  GgufBytes i32(int value) {
    out.writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(0, value).array());
    return this;
  }

  GgufBytes i64(long value) {
    out.writeBytes(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, value).array());
    return this;
  }

  /// Length and bytes.
  GgufBytes text(byte[] bytes) {
    return i64(bytes.length).raw(bytes);
  }

  GgufBytes text(String text) {
    return text(text.getBytes(StandardCharsets.UTF_8));
  }

  /// A key and the type of its value.
  GgufBytes key(String key, int type) {
    return text(key).i32(type);
  }

  GgufBytes textKey(String key, String value) {
    return key(key, 8).text(value);
  }

  GgufBytes u32Key(String key, int value) {
    return key(key, 4).i32(value);
  }

  /// A key of an array, up to its count.
  GgufBytes arrayKey(String key, int type, long count) {
    return key(key, 9).i32(type).i64(count);
  }

  /// A tensor; dimensions fastest first.
  GgufBytes tensor(String name, int type, long offset, long... dimensions) {
    text(name).i32(dimensions.length);
    for (long dimension : dimensions) {
      i64(dimension);
    }
    return i32(type).i64(offset);
  }

  /// Marks the byte that a refusal must name.
  GgufBytes here() {
    here = out.size();
    return this;
  }

  /// Where [#here] was, −1 for a good file.
  long mark() {
    return here;
  }

  GgufBytes pad(int alignment) {
    return raw(new byte[-out.size() & (alignment - 1)]);
  }

  /// Some bytes.
  GgufBytes data(int count) {
    byte[] data = new byte[count];
    new Random(count).nextBytes(data);
    return raw(data);
  }

  int size() {
    return out.size();
  }

  byte[] bytes() {
    return out.toByteArray();
  }
}

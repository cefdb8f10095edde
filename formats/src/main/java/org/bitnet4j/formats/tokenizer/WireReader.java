package org.bitnet4j.formats.tokenizer;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.bitnet4j.quant.MalformedFileException;

/// Fields of a protocol buffer message, read one after the other; every fault carries its offset.
final class WireReader {
  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int BYTES = 2;
  private static final int FIXED32 = 5;
  private static final int MAX_VARINT_BYTES = 10;
  private static final String REMEDY = "Fetch the file again or repair what wrote it.";

  private final String file;
  private final byte[] bytes;
  private final int end;
  private int position;
  private int fieldStart;
  private int wireType;

  private WireReader(String file, byte[] bytes, int begin, int end) {
    this.file = file;
    this.bytes = bytes;
    this.position = begin;
    this.end = end;
  }

  /// The message that a file is.
  static WireReader of(String file, byte[] bytes) {
    return new WireReader(file, bytes, 0, bytes.length);
  }

  /// The number of the next field, 0 at the end of the message.
  int next() {
    fieldStart = position;
    if (position == end) {
      return 0;
    }
    long tag = varint();
    wireType = (int) (tag & 7);
    long field = tag >>> 3;
    if (field == 0 || field > Integer.MAX_VALUE) {
      throw fault("field number", Long.toUnsignedString(field), "in [1, 2^31)");
    }
    return (int) field;
  }

  private long varint() {
    long value = 0;
    for (int i = 0; i < MAX_VARINT_BYTES; i++) {
      if (position == end) {
        throw fault("number", "the end of its message", "complete");
      }
      byte b = bytes[position++];
      value |= (long) (b & 0x7F) << (7 * i);
      if (b >= 0) {
        return value;
      }
    }
    throw fault("number", "more than 10 bytes", "a number of 64 bits");
  }

  private void require(int wanted, String field) {
    if (wireType != wanted) {
      throw fault(field, "wire type " + wireType, "wire type " + wanted);
    }
  }

  private int take(String field, long length) {
    if (length < 0 || length > end - position) {
      throw fault(field, Long.toUnsignedString(length) + " bytes", "within its message");
    }
    int begin = position;
    position += (int) length;
    return begin;
  }

  /// The field as a number.
  long number(String field) {
    require(VARINT, field);
    return varint();
  }

  /// The field as a float.
  float real(String field) {
    require(FIXED32, field);
    int begin = take(field, Float.BYTES);
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getFloat(begin);
  }

  /// The field as a message.
  WireReader message(String field) {
    require(BYTES, field);
    int begin = take(field, varint());
    return new WireReader(file, bytes, begin, position);
  }

  /// The field as a text.
  String text(String field) {
    require(BYTES, field);
    int begin = take(field, varint());
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes, begin, position - begin))
          .toString();
    } catch (CharacterCodingException e) {
      throw new MalformedFileException(file, begin, field, "other bytes", "valid UTF-8", REMEDY, e);
    }
  }

  /// How many bytes the field has, which are passed over.
  int length(String field) {
    require(BYTES, field);
    int begin = take(field, varint());
    return position - begin;
  }

  /// Passes over the field.
  void skip() {
    switch (wireType) {
      case VARINT -> varint();
      case FIXED64 -> take("field", Long.BYTES);
      case BYTES -> take("field", varint());
      case FIXED32 -> take("field", Integer.BYTES);
      default -> throw fault("field", "wire type " + wireType, "wire type 0, 1, 2 or 5");
    }
  }

  /// A fault of the field read last.
  MalformedFileException fault(String field, String found, String allowed) {
    return new MalformedFileException(file, fieldStart, field, found, allowed, REMEDY);
  }
}

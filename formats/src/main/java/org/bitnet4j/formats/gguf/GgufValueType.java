package org.bitnet4j.formats.gguf;

import org.jspecify.annotations.Nullable;

/// Type of a metadata value, numbered as in a file.
public enum GgufValueType {
  /// Unsigned byte.
  UINT8(0, 1),
  /// Signed byte.
  INT8(1, 1),
  /// Unsigned 16-bit integer.
  UINT16(2, 2),
  /// Signed 16-bit integer.
  INT16(3, 2),
  /// Unsigned 32-bit integer.
  UINT32(4, 4),
  /// Signed 32-bit integer.
  INT32(5, 4),
  /// IEEE 754 binary32.
  FLOAT32(6, 4),
  /// Truth value, one byte, 0 or 1.
  BOOL(7, 1),
  /// UTF-8 text behind its length in bytes.
  STRING(8, 8),
  /// Values of one type, none of them an array.
  ARRAY(9, 12),
  /// Unsigned 64-bit integer.
  UINT64(10, 8),
  /// Signed 64-bit integer.
  INT64(11, 8),
  /// IEEE 754 binary64.
  FLOAT64(12, 8);

  private static final GgufValueType[] VALUES = values();

  private final int id;
  private final int bytes;

  GgufValueType(int id, int bytes) {
    this.id = id;
    this.bytes = bytes;
  }

  /// The number that stands for the type in a file.
  public int id() {
    return id;
  }

  /// Bytes of a value; the fewest for texts and arrays.
  public int bytes() {
    return bytes;
  }

  /// Whether values are integers.
  public boolean isInteger() {
    return switch (this) {
      case UINT8, INT8, UINT16, INT16, UINT32, INT32, UINT64, INT64 -> true;
      case FLOAT32, FLOAT64, BOOL, STRING, ARRAY -> false;
    };
  }

  /// Whether values are integers without sign.
  public boolean isUnsigned() {
    return switch (this) {
      case UINT8, UINT16, UINT32, UINT64 -> true;
      case INT8, INT16, INT32, INT64, FLOAT32, FLOAT64, BOOL, STRING, ARRAY -> false;
    };
  }

  /// Whether values are floats.
  public boolean isFloat() {
    return this == FLOAT32 || this == FLOAT64;
  }

  /// Whether an integer has a value of this type; of the bits of a UINT64 all are values.
  ///
  /// @param value an integer
  boolean holds(long value) {
    if (bytes == 8) {
      return true;
    }
    int bits = 8 * bytes;
    return isUnsigned()
        ? value >>> bits == 0
        : value >= -1L << (bits - 1) && value < 1L << (bits - 1);
  }

  /// The type of a number, absent for an unknown one.
  ///
  /// @param id as it stands in a file
  static @Nullable GgufValueType ofId(int id) {
    return id < 0 || id >= VALUES.length ? null : VALUES[id];
  }
}

package org.bitnet4j.formats.gguf;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.RandomAccess;

/// Items of a metadata array: numbers, truth values or texts, held as the bytes of the file. A
/// number takes its own size in memory, a text four bytes more than its UTF-8.
public final class GgufArray {
  private static final int[] NO_ENDS = {};

  private final GgufValueType elementType;
  private final int size;
  private final byte[] bytes;
  private final int[] ends;

  /// An array over bytes that the caller has checked and gives away.
  ///
  /// @param elementType type of the items
  /// @param size how many
  /// @param bytes the items one after the other, texts without their lengths
  /// @param ends for texts, where each one ends
  GgufArray(GgufValueType elementType, int size, byte[] bytes, int[] ends) {
    this.elementType = elementType;
    this.size = size;
    this.bytes = bytes;
    this.ends = ends;
  }

  /// An array of numbers or truth values over bytes that the caller has checked and gives away.
  static GgufArray ofFixed(GgufValueType elementType, byte[] bytes) {
    return new GgufArray(elementType, bytes.length / elementType.bytes(), bytes, NO_ENDS);
  }

  /// An array of texts.
  ///
  /// @param texts well-formed Unicode without NUL
  /// @throws IllegalArgumentException for an unpaired surrogate or a NUL
  public static GgufArray ofTexts(List<String> texts) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int[] ends = new int[texts.size()];
    int count = 0;
    for (String text : texts) {
      bytes.writeBytes(Utf8.encode("text", text));
      ends[count++] = bytes.size();
    }
    return new GgufArray(GgufValueType.STRING, count, bytes.toByteArray(), ends);
  }

  /// An array of signed 32-bit integers.
  ///
  /// @param values the items
  public static GgufArray ofInts(int... values) {
    byte[] bytes = new byte[Math.multiplyExact(Integer.BYTES, values.length)];
    littleEndian(bytes).asIntBuffer().put(values);
    return ofFixed(GgufValueType.INT32, bytes);
  }

  /// An array of 32-bit floats.
  ///
  /// @param values the items
  public static GgufArray ofFloats(float... values) {
    byte[] bytes = new byte[Math.multiplyExact(Float.BYTES, values.length)];
    littleEndian(bytes).asFloatBuffer().put(values);
    return ofFixed(GgufValueType.FLOAT32, bytes);
  }

  /// An array of integers of any type.
  ///
  /// @param type one of the integer types
  /// @param values the items; of a UINT64 of 2^63 or more its bits
  /// @throws IllegalArgumentException for another type or a value out of its range
  public static GgufArray ofIntegers(GgufValueType type, long... values) {
    byte[] bytes = new byte[Math.multiplyExact(type.bytes(), values.length)];
    ByteBuffer buffer = littleEndian(bytes);
    for (long value : values) {
      new GgufValue.Int(type, value); // checks the range
      putInteger(buffer, type, value);
    }
    return ofFixed(type, bytes);
  }

  private static ByteBuffer littleEndian(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /// Appends an integer in its type's size.
  static void putInteger(ByteBuffer target, GgufValueType type, long value) {
    switch (type.bytes()) {
      case 1 -> target.put((byte) value);
      case 2 -> target.putShort((short) value);
      case 4 -> target.putInt((int) value);
      default -> target.putLong(value);
    }
  }

  /// Type of the items, never ARRAY.
  public GgufValueType elementType() {
    return elementType;
  }

  /// Number of items.
  public int size() {
    return size;
  }

  private int offset(int index, boolean fits, String what) {
    if (!fits) {
      throw new IllegalStateException("array must hold " + what + ", got [" + elementType + "]");
    }
    return Math.multiplyExact(Objects.checkIndex(index, size), elementType.bytes());
  }

  /// An integer; of a UINT64 of 2^63 or more its bits.
  ///
  /// @param index which item
  /// @throws IllegalStateException for items of another type
  public long integer(int index) {
    int at = offset(index, elementType.isInteger(), "integers");
    ByteBuffer view = view();
    return switch (elementType) {
      case UINT8 -> bytes[at] & 0xFF;
      case INT8 -> bytes[at];
      case UINT16 -> Short.toUnsignedInt(view.getShort(at));
      case INT16 -> view.getShort(at);
      case UINT32 -> Integer.toUnsignedLong(view.getInt(at));
      case INT32 -> view.getInt(at);
      default -> view.getLong(at);
    };
  }

  /// A float, 32-bit ones widened exactly.
  ///
  /// @param index which item
  /// @throws IllegalStateException for items of another type
  public double floatingPoint(int index) {
    int at = offset(index, elementType.isFloat(), "floats");
    return elementType == GgufValueType.FLOAT32 ? view().getFloat(at) : view().getDouble(at);
  }

  /// A truth value.
  ///
  /// @param index which item
  /// @throws IllegalStateException for items of another type
  public boolean truth(int index) {
    return bytes[offset(index, elementType == GgufValueType.BOOL, "truth values")] != 0;
  }

  /// A text.
  ///
  /// @param index which item
  /// @throws IllegalStateException for items of another type
  public String text(int index) {
    offset(index, elementType == GgufValueType.STRING, "texts");
    int from = index == 0 ? 0 : ends[index - 1];
    return new String(bytes, from, ends[index] - from, StandardCharsets.UTF_8);
  }

  /// The texts as a list, each decoded when it is asked for.
  ///
  /// @throws IllegalStateException for items of another type
  public List<String> texts() {
    if (elementType != GgufValueType.STRING) {
      throw new IllegalStateException("array must hold texts, got [" + elementType + "]");
    }
    return new Texts(this);
  }

  private static final class Texts extends AbstractList<String> implements RandomAccess {
    private final GgufArray array;

    Texts(GgufArray array) {
      this.array = array;
    }

    @Override
    public String get(int index) {
      return array.text(index);
    }

    @Override
    public int size() {
      return array.size;
    }
  }

  private ByteBuffer view() {
    return littleEndian(bytes);
  }

  /// Appends the items as they stand in a file.
  void writeTo(ByteArrayOutputStream out) {
    if (elementType != GgufValueType.STRING) {
      out.writeBytes(bytes);
      return;
    }
    byte[] length = new byte[Long.BYTES];
    ByteBuffer number = littleEndian(length);
    int from = 0;
    for (int end : ends) {
      number.putLong(0, end - from);
      out.writeBytes(length);
      out.write(bytes, from, end - from);
      from = end;
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof GgufArray array
        && elementType == array.elementType
        && size == array.size
        && Arrays.equals(bytes, array.bytes)
        && Arrays.equals(ends, array.ends);
  }

  @Override
  public int hashCode() {
    return 31 * elementType.hashCode() + Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return size + " × " + elementType;
  }
}

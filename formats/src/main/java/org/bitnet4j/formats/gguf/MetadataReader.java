package org.bitnet4j.formats.gguf;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Reads and checks the keys and values of a file.
final class MetadataReader {
  static final int MAX_KEYS = 1 << 18;

  /// Length, one character, type, one byte of value.
  private static final int MIN_ENTRY = 8 + 1 + 4 + 1;

  private static final int MAX_FIRST_GUESS = 1 << 16;

  private final String file;
  private final GgufCursor in;

  /// A reader.
  ///
  /// @param file name of the file, for messages
  /// @param in stands before the first key
  MetadataReader(String file, GgufCursor in) {
    this.file = file;
    this.in = in;
  }

  /// The most entries that the rest of the file has room for.
  static long maxCount(long remaining) {
    return Math.min(MAX_KEYS, remaining / MIN_ENTRY);
  }

  /// Reads all entries.
  ///
  /// @param count how many the file declares, checked
  GgufMetadata read(int count) {
    NameTable keys = new NameTable(count);
    List<GgufValue> values = new ArrayList<>(count);
    long[] starts = new long[count];
    byte[] key = new byte[64];
    for (int i = 0; i < count; i++) {
      starts[i] = in.position();
      int length = in.textLength("key", GgufMetadata.MAX_KEY_BYTES);
      if (length == 0) {
        throw in.fault("key", "no byte", "at least one byte long");
      }
      if (length > key.length) {
        key = new byte[Growth.next(key.length, length)];
      }
      in.text("key", key, 0, length);
      keys.add(key, 0, length);
      in.within("key", key, length);
      values.add(value());
      in.leave();
    }
    int repeated = keys.seal();
    if (repeated >= 0) {
      throw in.faultAt(starts[repeated], "key " + keys.get(repeated), "a second one", "unique");
    }
    return new GgufMetadata(file, keys, List.copyOf(values), starts);
  }

  private GgufValue value() {
    GgufValueType type = type(in.i32("type"));
    return switch (type) {
      case UINT8, INT8, UINT16, INT16, UINT32, INT32, UINT64, INT64 ->
          new GgufValue.Int(type, integer(type));
      case FLOAT32 -> new GgufValue.Float32(Float.intBitsToFloat(in.i32("value")));
      case FLOAT64 -> new GgufValue.Float64(Double.longBitsToDouble(in.i64("value")));
      case BOOL -> new GgufValue.Bool(truth());
      case STRING -> {
        int length = in.textLength("value", GgufCursor.MAX_HEADER);
        byte[] text = new byte[length];
        in.text("value", text, 0, length);
        yield new GgufValue.Text(new String(text, StandardCharsets.UTF_8));
      }
      case ARRAY -> new GgufValue.Array(array());
    };
  }

  private GgufValueType type(int id) {
    GgufValueType type = GgufValueType.ofId(id);
    if (type == null) {
      throw in.fault("type", Integer.toString(id), "in [0, 12]");
    }
    return type;
  }

  private long integer(GgufValueType type) {
    byte[] bytes = new byte[type.bytes()];
    in.bytes("value", bytes, 0, bytes.length);
    return GgufArray.ofFixed(type, bytes).integer(0);
  }

  private boolean truth() {
    int value = in.u8("value");
    if (value > 1) {
      throw in.fault("value", Integer.toString(value), "0 or 1");
    }
    return value == 1;
  }

  private GgufArray array() {
    GgufValueType elementType = type(in.i32("type of items"));
    if (elementType == GgufValueType.ARRAY) {
      throw in.fault(
          "array",
          "an array of arrays",
          "of numbers, truth values or texts, as in every engine that reads GGUF");
    }
    int size = in.count("number of items", Math.max(0, in.remaining() - 8) / elementType.bytes());
    if (elementType == GgufValueType.STRING) {
      return texts(size);
    }
    byte[] bytes = new byte[size * elementType.bytes()]; // both bounded by the header's limit
    long start = in.position();
    in.bytes("items", bytes, 0, bytes.length);
    if (elementType == GgufValueType.BOOL) {
      for (int i = 0; i < bytes.length; i++) {
        if (bytes[i] < 0 || bytes[i] > 1) {
          throw in.faultAt(start + i, "item", Integer.toString(bytes[i] & 0xFF), "0 or 1");
        }
      }
    }
    return GgufArray.ofFixed(elementType, bytes);
  }

  private GgufArray texts(int size) {
    int[] ends = new int[size];
    byte[] bytes = new byte[Math.min(MAX_FIRST_GUESS, size)];
    int end = 0;
    for (int i = 0; i < size; i++) {
      int length = in.textLength("item", GgufCursor.MAX_HEADER);
      if (length > bytes.length - end) {
        bytes = Arrays.copyOf(bytes, Growth.next(bytes.length, end + length));
      }
      in.text("item", bytes, end, length);
      end += length;
      ends[i] = end;
    }
    return new GgufArray(GgufValueType.STRING, size, Arrays.copyOf(bytes, end), ends);
  }
}

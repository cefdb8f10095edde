package org.bitnet4j.formats.gguf;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The header of a file of version 3 as bytes, and where the texts in it stand.
final class HeaderEncoder {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteBuffer number = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
  private final Map<String, TextPlace> texts = new HashMap<>();

  /// Where a text value stands.
  ///
  /// @param position of its first byte
  /// @param length its bytes
  record TextPlace(long position, int length) {}

  /// Encodes all of a header.
  ///
  /// @param metadata keys and values
  /// @param entries the tensors
  /// @param offsets where the data of each begins, from the start of the data
  HeaderEncoder(GgufMetadata metadata, List<GgufEntry> entries, long[] offsets) {
    number(Integer.BYTES, HeaderReader.MAGIC);
    number(Integer.BYTES, HeaderReader.VERSION);
    number(Long.BYTES, entries.size());
    number(Long.BYTES, metadata.size());
    for (int i = 0; i < metadata.size(); i++) {
      String key = metadata.key(i);
      text(key.getBytes(StandardCharsets.UTF_8));
      value(key, metadata.value(i));
    }
    for (int i = 0; i < offsets.length; i++) {
      tensor(entries.get(i), offsets[i]);
    }
  }

  /// The header, without padding.
  byte[] bytes() {
    return out.toByteArray();
  }

  /// Where the values that are texts stand, by key.
  Map<String, TextPlace> texts() {
    return texts;
  }

  private void number(int bytes, long value) {
    number.clear().putLong(value);
    for (int i = 0; i < bytes; i++) {
      out.write(number.get(i));
    }
  }

  private void text(byte[] bytes) {
    number(Long.BYTES, bytes.length);
    out.writeBytes(bytes);
  }

  private void value(String key, GgufValue value) {
    number(Integer.BYTES, value.type().id());
    switch (value) {
      case GgufValue.Int(GgufValueType type, long integer) -> number(type.bytes(), integer);
      case GgufValue.Float32(float real) -> number(Float.BYTES, Float.floatToRawIntBits(real));
      case GgufValue.Float64(double real) -> number(Double.BYTES, Double.doubleToRawLongBits(real));
      case GgufValue.Bool(boolean truth) -> number(1, truth ? 1 : 0);
      case GgufValue.Text(String text) -> {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        texts.put(key, new TextPlace(out.size() + (long) Long.BYTES, bytes.length));
        text(bytes);
      }
      case GgufValue.Array(GgufArray array) -> {
        number(Integer.BYTES, array.elementType().id());
        number(Long.BYTES, array.size());
        array.writeTo(out);
      }
    }
  }

  private void tensor(GgufEntry entry, long offset) {
    text(entry.name().getBytes(StandardCharsets.UTF_8));
    long[] dimensions = entry.shape().dimensions();
    number(Integer.BYTES, dimensions.length);
    for (int i = dimensions.length - 1; i >= 0; i--) {
      number(Long.BYTES, dimensions[i]);
    }
    number(Integer.BYTES, entry.type().id());
    number(Long.BYTES, offset);
  }
}

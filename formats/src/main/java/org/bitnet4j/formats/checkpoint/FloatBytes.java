package org.bitnet4j.formats.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Consumer;
import org.bitnet4j.formats.io.StoredFloats;
import org.bitnet4j.quant.ElementType;
import org.bitnet4j.quant.TensorSource;

/// Float values as the bytes of their own type, little-endian, in order.
public final class FloatBytes {
  private static final int CHUNK = 1 << 16;

  private FloatBytes() {}

  /// Hands over all values of a matrix.
  ///
  /// @param source the matrix; its values are exact in its own type
  /// @param sink takes the remaining bytes of each buffer
  public static void write(TensorSource source, Consumer<ByteBuffer> sink) {
    write(source, source.elementType(), sink);
  }

  /// Hands over all values of a matrix, rounded to a type where they do not fit.
  ///
  /// @param source the matrix
  /// @param type type of the bytes
  /// @param sink takes the remaining bytes of each buffer
  public static void write(TensorSource source, ElementType type, Consumer<ByteBuffer> sink) {
    long rows = source.shape().elements() == 0 ? 0 : source.shape().rows();
    int columns = source.shape().columns();
    int perChunk = (int) Math.max(1, Math.min(rows, CHUNK / Math.max(1, columns)));
    float[] values = new float[Math.multiplyExact(perChunk, columns)];
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.multiplyExact(values.length, type.bytes()))
            .order(ByteOrder.LITTLE_ENDIAN);
    for (long row = 0; row < rows; row += perChunk) {
      int count = (int) Math.min(perChunk, rows - row);
      source.readRows(row, count, values, 0);
      bytes.clear();
      put(values, count * columns, type, bytes);
      sink.accept(bytes.flip());
    }
  }

  private static void put(float[] values, int count, ElementType type, ByteBuffer bytes) {
    switch (type) {
      case F32 -> {
        bytes.asFloatBuffer().put(values, 0, count);
        bytes.position(4 * count);
      }
      case F16 -> {
        for (int i = 0; i < count; i++) {
          bytes.putShort(Float.floatToFloat16(values[i]));
        }
      }
      case BF16 -> {
        for (int i = 0; i < count; i++) {
          bytes.putShort(StoredFloats.nearestBfloat16(values[i]));
        }
      }
    }
  }
}

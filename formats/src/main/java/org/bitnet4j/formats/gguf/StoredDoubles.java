package org.bitnet4j.formats.gguf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import org.bitnet4j.formats.io.StoredFloats;
import org.bitnet4j.quant.ElementType;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TensorSource;

/// Rows of an F64 tensor whose values are all float32 values: others are refused, never rounded.
final class StoredDoubles implements TensorSource {
  private static final int PIECE = 1 << 15;

  private final String name;
  private final TensorShape shape;
  private final StoredFloats.ByteReader bytes;

  /// A source.
  ///
  /// @param name name of the tensor
  /// @param shape its dimensions
  /// @param bytes reads the tensor's bytes, from its first one on
  StoredDoubles(String name, TensorShape shape, StoredFloats.ByteReader bytes) {
    this.name = name;
    this.shape = shape;
    this.bytes = bytes;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public TensorShape shape() {
    return shape;
  }

  /// Float32, which holds every value that is delivered.
  @Override
  public ElementType elementType() {
    return ElementType.F32;
  }

  /// Reads whole rows.
  ///
  /// @throws InvalidTensorException for a value that is no float32 value
  @Override
  public void readRows(long firstRow, int rowCount, float[] target, int offset) {
    Objects.checkFromIndexSize(firstRow, (long) rowCount, shape.rows());
    int count = Math.multiplyExact(rowCount, shape.columns());
    Objects.checkFromIndexSize(offset, count, target.length);
    ByteBuffer buffer =
        ByteBuffer.allocate(Math.min(count, PIECE) * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    long start = firstRow * shape.columns();
    for (int done = 0; done < count; done += PIECE) {
      int now = Math.min(PIECE, count - done);
      buffer.clear().limit(now * Double.BYTES);
      bytes.read((start + done) * Double.BYTES, buffer);
      buffer.flip();
      for (int i = 0; i < now; i++) {
        double value = buffer.getDouble();
        float narrowed = (float) value;
        if (narrowed != value && !Double.isNaN(value)) {
          throw new InvalidTensorException(
              name,
              start + done + i,
              "every F64 value must be a float32 value",
              Double.toString(value),
              "Convert the tensor to F32 where its precision does not matter.");
        }
        target[offset + done + i] = narrowed;
      }
    }
  }
}

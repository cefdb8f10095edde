package org.bitnet4j.formats.safetensors;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ShortBuffer;
import java.util.Objects;
import org.bitnet4j.quant.ElementType;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TensorSource;

/// Rows of a float tensor, read from the file at each call.
final class SafetensorsSource implements TensorSource {
  private static final int CHUNK_BYTES = 1 << 20;

  private final SafetensorsFile file;
  private final SafetensorsTensor tensor;
  private final TensorShape shape;
  private final ElementType type;

  SafetensorsSource(
      SafetensorsFile file, SafetensorsTensor tensor, TensorShape shape, ElementType type) {
    this.file = file;
    this.tensor = tensor;
    this.shape = shape;
    this.type = type;
  }

  @Override
  public String name() {
    return tensor.name();
  }

  @Override
  public TensorShape shape() {
    return shape;
  }

  @Override
  public ElementType elementType() {
    return type;
  }

  @Override
  public void readRows(long firstRow, int rowCount, float[] target, int offset) {
    Objects.checkFromIndexSize(firstRow, (long) rowCount, shape.rows());
    int count = Math.multiplyExact(rowCount, shape.columns());
    Objects.checkFromIndexSize(offset, count, target.length);
    int chunk = Math.min(count, CHUNK_BYTES / type.bytes());
    ByteBuffer bytes = ByteBuffer.allocate(chunk * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    long start = firstRow * shape.columns() * type.bytes();
    for (int done = 0; done < count; done += chunk) {
      int now = Math.min(chunk, count - done);
      bytes.clear().limit(now * type.bytes());
      file.read(tensor, start + (long) done * type.bytes(), bytes);
      widen(bytes.flip(), target, offset + done, now);
    }
  }

  private void widen(ByteBuffer bytes, float[] target, int offset, int count) {
    switch (type) {
      case F32 -> bytes.asFloatBuffer().get(target, offset, count);
      case F16 -> {
        ShortBuffer halves = bytes.asShortBuffer();
        for (int i = 0; i < count; i++) {
          target[offset + i] = Float.float16ToFloat(halves.get(i));
        }
      }
      case BF16 -> {
        ShortBuffer halves = bytes.asShortBuffer();
        for (int i = 0; i < count; i++) {
          target[offset + i] = Float.intBitsToFloat(halves.get(i) << 16);
        }
      }
    }
  }
}

package org.bitnet4j.formats.io;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ShortBuffer;
import java.util.Objects;
import org.bitnet4j.quant.ElementType;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TensorSource;

/// Rows of a float tensor that lies in a file, little-endian and row-major, read at each call and
/// widened to float32 exactly.
public final class StoredFloats implements TensorSource {
  private static final int PIECE_BYTES = 1 << 20;

  private final String name;
  private final TensorShape shape;
  private final ElementType type;
  private final ByteReader bytes;

  /// A source.
  ///
  /// @param name name of the tensor
  /// @param shape its dimensions
  /// @param type how elements are stored
  /// @param bytes reads the tensor's bytes, from its first one on
  public StoredFloats(String name, TensorShape shape, ElementType type, ByteReader bytes) {
    this.name = name;
    this.shape = shape;
    this.type = type;
    this.bytes = bytes;
  }

  /// Reads bytes from any place, from many threads.
  @FunctionalInterface
  public interface ByteReader {
    /// Fills a buffer.
    ///
    /// @param offset first byte
    /// @param target receives the bytes from its position to its limit
    void read(long offset, ByteBuffer target);
  }

  @Override
  public String name() {
    return name;
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
    int piece = Math.min(count, PIECE_BYTES / type.bytes());
    ByteBuffer buffer = ByteBuffer.allocate(piece * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    long start = firstRow * shape.columns();
    for (int done = 0; done < count; done += piece) {
      int now = Math.min(piece, count - done);
      buffer.clear().limit(now * type.bytes());
      bytes.read((start + done) * type.bytes(), buffer);
      widen(buffer.flip(), target, offset + done, now);
    }
  }

  @Override
  public boolean readStored(long firstRow, int rowCount, MemorySegment target) {
    Objects.checkFromIndexSize(firstRow, (long) rowCount, shape.rows());
    long rowBytes = (long) shape.columns() * type.bytes();
    MemorySegment wanted = target.asSlice(0, rowCount * rowBytes);
    for (long done = 0; done < wanted.byteSize(); done += PIECE_BYTES) {
      long now = Math.min(PIECE_BYTES, wanted.byteSize() - done);
      bytes.read(firstRow * rowBytes + done, wanted.asSlice(done, now).asByteBuffer());
    }
    return true;
  }

  private void widen(ByteBuffer stored, float[] target, int offset, int count) {
    switch (type) {
      case F32 -> stored.asFloatBuffer().get(target, offset, count);
      case F16 -> {
        ShortBuffer halves = stored.asShortBuffer();
        for (int i = 0; i < count; i++) {
          target[offset + i] = Float.float16ToFloat(halves.get(i));
        }
      }
      case BF16 -> {
        ShortBuffer halves = stored.asShortBuffer();
        for (int i = 0; i < count; i++) {
          target[offset + i] = Float.intBitsToFloat(halves.get(i) << 16);
        }
      }
    }
  }

  /// The nearest bfloat16, ties to even.
  ///
  /// @param value any float; NaN stays NaN
  public static short nearestBfloat16(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      return (short) ((bits >>> 16) | 0x40);
    }
    return (short) ((bits + 0x7FFF + ((bits >>> 16) & 1)) >>> 16);
  }
}

package org.bitnet4j.formats.gguf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import org.bitnet4j.formats.io.StoredFloats;
import org.bitnet4j.quant.ElementType;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TensorSource;

/// Rows of a tensor in blocks of quantized weights, decoded at each call.
final class BlockFloats implements TensorSource {
  private static final int PIECE_BYTES = 1 << 18;

  private final String name;
  private final TensorShape shape;
  private final BlockFormat format;
  private final StoredFloats.ByteReader bytes;

  /// A source.
  ///
  /// @param name name of the tensor
  /// @param shape its dimensions, rows of whole blocks
  /// @param format of its blocks
  /// @param bytes reads the tensor's bytes, from its first one on
  BlockFloats(String name, TensorShape shape, BlockFormat format, StoredFloats.ByteReader bytes) {
    this.name = name;
    this.shape = shape;
    this.format = format;
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

  /// Float32, the type that the weights are decoded to.
  @Override
  public ElementType elementType() {
    return ElementType.F32;
  }

  @Override
  public void readRows(long firstRow, int rowCount, float[] target, int offset) {
    Objects.checkFromIndexSize(firstRow, (long) rowCount, shape.rows());
    int count = Math.multiplyExact(rowCount, shape.columns());
    Objects.checkFromIndexSize(offset, count, target.length);
    int blocks = count / format.elements();
    int piece = Math.min(blocks, PIECE_BYTES / format.bytes());
    ByteBuffer buffer = ByteBuffer.allocate(piece * format.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    long start = firstRow * (shape.columns() / format.elements());
    for (int done = 0; done < blocks; done += piece) {
      int now = Math.min(piece, blocks - done);
      buffer.clear().limit(now * format.bytes());
      bytes.read((start + done) * format.bytes(), buffer);
      for (int i = 0; i < now; i++) {
        format.decode(buffer, i * format.bytes(), target, offset + (done + i) * format.elements());
      }
    }
  }
}

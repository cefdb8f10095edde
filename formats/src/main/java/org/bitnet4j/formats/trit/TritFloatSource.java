package org.bitnet4j.formats.trit;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ShortBuffer;
import java.util.Objects;
import org.bitnet4j.quant.ElementType;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TensorSource;

/// The values of a raw float tensor, read from the file at each call.
final class TritFloatSource implements TensorSource {
  private static final int PIECE = 1 << 18;

  private final TritEntry.Raw entry;
  private final ElementType type;
  private final RawReader reader;

  /// A source.
  ///
  /// @param entry the tensor
  /// @param type its float type
  /// @param reader reads its bytes
  TritFloatSource(TritEntry.Raw entry, ElementType type, RawReader reader) {
    this.entry = entry;
    this.type = type;
    this.reader = reader;
  }

  @Override
  public String name() {
    return entry.name();
  }

  @Override
  public TensorShape shape() {
    return entry.shape();
  }

  @Override
  public ElementType elementType() {
    return type;
  }

  @Override
  public void readRows(long firstRow, int rowCount, float[] target, int offset) {
    Objects.checkFromIndexSize(firstRow, (long) rowCount, entry.shape().rows());
    int count = Math.multiplyExact(rowCount, entry.shape().columns());
    Objects.checkFromIndexSize(offset, count, target.length);
    int piece = Math.min(count, PIECE);
    ByteBuffer bytes = ByteBuffer.allocate(piece * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    long start = firstRow * entry.shape().columns();
    for (int done = 0; done < count; done += piece) {
      int now = Math.min(piece, count - done);
      bytes.clear().limit(now * type.bytes());
      reader.read((start + done) * type.bytes(), bytes);
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

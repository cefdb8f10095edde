package org.bitnet4j.quant;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Objects;

/// A matrix of trits −1, 0, +1 with float32 multipliers: the hub that quantizers make, codecs and
/// file formats encode and decode, kernels repack, and metrics and hashes read.
///
/// Trits lie in canonical row-major order, two bits each (code c = t + 1 of column 4k + j in bits
/// 2j..2j+1 of byte k), every row starting on a byte of its own. Rows may be written by several
/// threads as long as each row has one writer.
public final class TernaryTensor implements QuantizedTensor {
  /// Four zero trits: code 1 in each lane, 0b01_01_01_01.
  private static final byte ZEROS = 0b01_01_01_01;

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private final String name;
  private final TensorShape shape;
  private final Arena arena;
  private final long rowBytes;
  private final MemorySegment codes;
  private final Scales scales;

  @SuppressWarnings("MustBeClosedChecker") // the tensor owns the arena: close() closes it
  private TernaryTensor(
      String name, TensorShape shape, Granularity granularity, boolean withOffsets) {
    this.name = name;
    this.shape = shape;
    this.rowBytes = Math.ceilDiv(shape.columns(), 4);
    long bytes = Math.multiplyExact(rowBytes, shape.rows());
    this.arena = Arena.ofShared();
    this.codes = arena.allocate(bytes, 64).fill(ZEROS);
    this.scales = Scales.allocate(arena, granularity, shape, withOffsets);
  }

  /// A tensor of zero trits with zero multipliers, to be filled.
  ///
  /// @param name name of the tensor
  /// @param shape dimensions
  /// @param granularity what one multiplier covers
  /// @param withOffsets whether each scale group has an offset μ
  public static TernaryTensor allocate(
      String name, TensorShape shape, Granularity granularity, boolean withOffsets) {
    return new TernaryTensor(name, shape, granularity, withOffsets);
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
  public Scales scales() {
    return scales;
  }

  /// Bytes from one row's codes to the next's.
  public long rowBytes() {
    return rowBytes;
  }

  /// The two-bit codes, rows of [#rowBytes()] bytes; kernels write here, everyone else reads.
  public MemorySegment codes() {
    return codes;
  }

  /// Reads trits of one row.
  ///
  /// @param row the row
  /// @param column first column
  /// @param count how many trits
  /// @param target receives the trits from `offset` on
  /// @param offset where to start in `target`
  public void readTrits(long row, int column, int count, byte[] target, int offset) {
    readCodes(row, column, count, target, offset);
    for (int i = offset; i < offset + count; i++) {
      target[i]--;
    }
  }

  /// Reads codes c = t + 1 of one row, one in each byte.
  ///
  /// @param row the row
  /// @param column first column
  /// @param count how many codes
  /// @param target receives the codes from `offset` on
  /// @param offset where to start in `target`
  public void readCodes(long row, int column, int count, byte[] target, int offset) {
    Objects.checkIndex(row, shape.rows());
    Objects.checkFromIndexSize(column, count, shape.columns());
    Objects.checkFromIndexSize(offset, count, target.length);
    long start = row * rowBytes;
    int last = column + count;
    int c = column;
    int at = offset;
    for (; c < last && (c & 3) != 0; c++) {
      target[at++] = code(start, c);
    }
    for (; c <= last - 4; c += 4) {
      int packed = codes.get(ValueLayout.JAVA_BYTE, start + (c >> 2)) & 0xFF;
      // 0b33221100 to the bytes 3, 2, 1, 0.
      int spread = (packed | (packed << 6) | (packed << 12) | (packed << 18)) & 0x03030303;
      INT.set(target, at, spread);
      at += 4;
    }
    for (; c < last; c++) {
      target[at++] = code(start, c);
    }
  }

  private byte code(long start, int column) {
    int packed = codes.get(ValueLayout.JAVA_BYTE, start + (column >> 2));
    return (byte) ((packed >> (2 * (column & 3))) & 3);
  }

  /// Writes a whole row of trits.
  ///
  /// @param row the row
  /// @param source holds `columns` trits from `offset` on
  /// @param offset where to start in `source`
  /// @throws InvalidTensorException for a value that is no trit
  public void writeRow(long row, byte[] source, int offset) {
    Objects.checkIndex(row, shape.rows());
    int columns = shape.columns();
    long start = row * rowBytes;
    for (int c = 0; c < columns; c += 4) {
      int packed = 0;
      for (int lane = 0; lane < 4; lane++) {
        int trit = c + lane < columns ? source[offset + c + lane] : 0;
        if (trit < -1 || trit > 1) {
          throw new InvalidTensorException(
              name,
              row * columns + c + lane,
              "a trit must be -1, 0 or +1",
              Integer.toString(trit),
              "Quantize the tensor first.");
        }
        packed |= (trit + 1) << (2 * lane);
      }
      codes.set(ValueLayout.JAVA_BYTE, start + (c >> 2), (byte) packed);
    }
  }

  @Override
  public void dequantizeRow(long row, float[] target, int offset) {
    Objects.checkIndex(row, shape.rows());
    int columns = shape.columns();
    Granularity granularity = scales.granularity();
    int groupColumns = granularity.groupColumns(columns);
    for (int first = 0; first < columns; first += groupColumns) {
      long group = granularity.groupOf(row, first, columns);
      dequantizeGroup(row, first, Math.min(columns, first + groupColumns), group, target, offset);
    }
  }

  private void dequantizeGroup(
      long row, int first, int last, long group, float[] target, int offset) {
    float multiplier = scales.multiplier(group);
    float[] values = {multiplier * -1, multiplier * 0, multiplier};
    if (scales.hasOffsets()) {
      for (int code = 0; code < values.length; code++) {
        values[code] += scales.offset(group);
      }
    }
    long start = row * rowBytes;
    for (int c = first; c < last; ) {
      int packed = codes.get(ValueLayout.JAVA_BYTE, start + (c >> 2));
      int end = Math.min(last, (c | 3) + 1);
      for (; c < end; c++) {
        target[offset + c] = values[(packed >> (2 * (c & 3))) & 3];
      }
    }
  }

  @Override
  public void close() {
    arena.close();
  }

  @Override
  public String toString() {
    return "TernaryTensor[" + Printable.line(name) + " " + shape + "]";
  }
}

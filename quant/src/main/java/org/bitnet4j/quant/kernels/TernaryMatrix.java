package org.bitnet4j.quant.kernels;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Objects;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TernaryTensor;

/// The trits of a weight in the order in which products stream them: owned memory, no multipliers.
///
/// A unit is 32 bytes and 128 columns: byte j holds the codes t + 1 of columns j, j + 32, j + 64
/// and j + 96 in bits 0..1, 2..3, 4..5 and 6..7, so that one load, a shift and a mask give whole
/// runs of columns. Rows are padded with zero trits to 256 columns, 64 bytes, and start on a cache
/// line. The memory is off the heap and belongs to the matrix: a file that shrinks under a mapping
/// cannot take a product down.
public final class TernaryMatrix implements AutoCloseable {
  /// A row may not be longer: 2^24 activations of −128 against −1 would leave int32.
  public static final int MAX_COLUMNS = (1 << 24) - 1;

  /// Columns of one unit.
  static final int UNIT_COLUMNS = 128;

  /// Bytes of one unit.
  static final int UNIT_BYTES = 32;

  /// Rows are padded to a multiple of this, the widest vector and a cache line.
  static final int ROW_ALIGNMENT = 64;

  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /// Code 1, a zero trit, in all four lanes.
  private static final byte ZEROS = 0b01_01_01_01;

  private final int rows;
  private final int columns;
  private final int rowBytes;
  private final Arena arena;
  private final MemorySegment codes;

  @SuppressWarnings("MustBeClosedChecker") // the matrix owns the arena: close() closes it
  private TernaryMatrix(int rows, int columns) {
    this.rows = rows;
    this.columns = columns;
    this.rowBytes = Math.ceilDiv(Math.ceilDiv(columns, 4), ROW_ALIGNMENT) * ROW_ALIGNMENT;
    this.arena = Arena.ofShared();
    this.codes = arena.allocate(Math.multiplyExact((long) rows, rowBytes), ROW_ALIGNMENT);
  }

  /// The trits of a tensor, repacked. The tensor may be closed afterwards.
  ///
  /// @param tensor the weight, \[rows, columns\]
  /// @throws InvalidTensorException for more than 2^31 − 1 rows or 2^24 − 1 columns
  public static TernaryMatrix pack(TernaryTensor tensor) {
    TensorShape shape = tensor.shape();
    if (shape.columns() > MAX_COLUMNS || shape.rows() > Integer.MAX_VALUE) {
      throw new InvalidTensorException(
          tensor.name(),
          -1,
          "a product needs at most 2^31 - 1 rows and " + MAX_COLUMNS + " columns",
          shape.toString(),
          "Split the tensor.");
    }
    TernaryMatrix matrix = new TernaryMatrix((int) shape.rows(), shape.columns());
    MemorySegment canonical =
        MemorySegment.ofArray(new byte[matrix.rowBytes]).fill(ZEROS); // the padding stays
    for (int row = 0; row < matrix.rows; row++) {
      MemorySegment.copy(tensor.codes(), row * tensor.rowBytes(), canonical, 0, tensor.rowBytes());
      matrix.interleaveRow(canonical, row);
    }
    return matrix;
  }

  /// Rows, the outputs of a product.
  public int rows() {
    return rows;
  }

  /// Columns, the inputs of a product, without padding.
  public int columns() {
    return columns;
  }

  /// Bytes from one row's codes to the next's, a multiple of 64.
  public int rowBytes() {
    return rowBytes;
  }

  /// Bytes of memory that the matrix owns.
  public long byteSize() {
    return codes.byteSize();
  }

  /// Reads the trits of one row back.
  ///
  /// @param row the row
  /// @param trits receives `columns` trits
  /// @param offset index of the first trit
  public void readRow(int row, byte[] trits, int offset) {
    Objects.checkIndex(row, rows);
    Objects.checkFromIndexSize(offset, columns, trits.length);
    long start = (long) row * rowBytes;
    for (int c = 0; c < columns; c++) {
      int packed = codes.get(ValueLayout.JAVA_BYTE, start + byteOf(c));
      trits[offset + c] = (byte) (((packed >> shiftOf(c)) & 3) - 1);
    }
  }

  /// Writes all trits back to a tensor of the same rows and columns, whose multipliers stay.
  ///
  /// @param tensor receives the trits
  /// @throws InvalidTensorException for other rows or columns
  public void copyTo(TernaryTensor tensor) {
    if (tensor.shape().rows() != rows || tensor.shape().columns() != columns) {
      throw new InvalidTensorException(
          tensor.name(),
          -1,
          "the shape must be [" + rows + ", " + columns + "]",
          tensor.shape().toString(),
          "Allocate the tensor with the shape of the matrix.");
    }
    byte[] trits = new byte[columns];
    for (int row = 0; row < rows; row++) {
      readRow(row, trits, 0);
      tensor.writeRow(row, trits, 0);
    }
  }

  @Override
  public void close() {
    arena.close();
  }

  @Override
  public String toString() {
    return "TernaryMatrix[" + rows + ", " + columns + "]";
  }

  /// The codes, rows of [#rowBytes()] bytes.
  MemorySegment codes() {
    return codes;
  }

  /// Byte of a row that holds a column.
  static int byteOf(int column) {
    return (column & -UNIT_COLUMNS) / 4 | (column & (UNIT_BYTES - 1));
  }

  /// Bit of that byte at which the column's code starts.
  static int shiftOf(int column) {
    return (column & (UNIT_COLUMNS - 1)) / UNIT_BYTES * 2;
  }

  /// Brings one canonical row into the order of products, eight columns at a time.
  private void interleaveRow(MemorySegment canonical, int row) {
    long target = (long) row * rowBytes;
    // A unit's 32 bytes are canonical too: columns 32p + j lie in byte 8p + j/4.
    for (int unit = 0; unit < rowBytes; unit += UNIT_BYTES) {
      for (int j = 0; j < UNIT_BYTES; j += 8) {
        long word = 0;
        for (int p = 0; p < 4; p++) {
          word |= spread(canonical.get(SHORT, unit + 8 * p + j / 4)) << (2 * p);
        }
        codes.set(LONG, target + unit + j, word);
      }
    }
  }

  /// Eight two-bit codes to eight bytes, the lowest code to the lowest byte.
  private static long spread(short packed) {
    long x = packed & 0xFFFFL;
    x = (x | x << 24) & 0x0000_00FF_0000_00FFL; // four codes in each half
    x = (x | x << 12) & 0x000F_000F_000F_000FL; // two codes in each quarter
    return (x | x << 6) & 0x0303_0303_0303_0303L; // one code in each byte
  }
}

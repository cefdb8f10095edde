package org.bitnet4j.quant.kernels;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.bitnet4j.quant.ElementType;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.TensorSource;
import org.bitnet4j.quant.Workers;

/// Fills a [DenseMatrix] whose format is how the source stores its elements: bytes are read where
/// they stay, and only looked through for values that are not finite.
///
/// The loop is plain on purpose: a table is copied once, while a model is loaded, when loops of
/// vectors would run long before the compiler has come to them.
final class StoredRows {
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /// Bytes that are read and looked through at a time: what a second-level cache holds.
  private static final int BLOCK_BYTES = 1 << 18;

  private StoredRows() {}

  /// Copies all rows, if the source has them in the matrix's format.
  ///
  /// @param source the values
  /// @param matrix receives them
  /// @param workers read rows
  /// @return whether it has; if not, nothing was copied
  static boolean copy(TensorSource source, DenseMatrix matrix, Workers workers) {
    long rowBytes = matrix.format().rowBytes(matrix.columns());
    if (!isStoredAs(source.elementType(), matrix.format())
        || rowBytes == 0
        || !source.readStored(0, 0, matrix.codes())) {
      return false;
    }
    int blockRows = (int) Math.max(1, BLOCK_BYTES / rowBytes);
    workers.map(
        Math.ceilDiv(matrix.rows(), blockRows),
        block -> {
          int first = block * blockRows;
          int count = Math.min(blockRows, matrix.rows() - first);
          long at = matrix.rowAt(first);
          source.readStored(first, count, matrix.codes().asSlice(at, count * rowBytes));
          if (!areFinite(matrix.codes(), at, count * rowBytes, matrix.format())) {
            throw notFinite(source, first, count);
          }
          return Boolean.TRUE;
        });
    return true;
  }

  private static boolean isStoredAs(ElementType type, DenseFormat format) {
    return switch (format) {
      case FLOAT32 -> type == ElementType.F32;
      case FLOAT16 -> type == ElementType.F16;
      case BFLOAT16 -> type == ElementType.BF16;
      case INT8, INT4 -> false;
    };
  }

  /// Whether no exponent is all ones, several elements at a time: adding one to the exponent alone
  /// carries into the place of the sign then.
  private static boolean areFinite(MemorySegment codes, long at, long bytes, DenseFormat format) {
    long exponents =
        switch (format) {
          case FLOAT32 -> 0x7F80_0000_7F80_0000L;
          case FLOAT16 -> 0x7C00_7C00_7C00_7C00L;
          case BFLOAT16 -> 0x7F80_7F80_7F80_7F80L;
          case INT8, INT4 -> 0;
        };
    long one =
        switch (format) {
          case FLOAT32 -> 0x0080_0000_0080_0000L;
          case FLOAT16 -> 0x0400_0400_0400_0400L;
          case BFLOAT16 -> 0x0080_0080_0080_0080L;
          case INT8, INT4 -> 0;
        };
    long signs = exponents + one;
    long found = 0;
    long end = at + bytes / Long.BYTES * Long.BYTES;
    for (long i = at; i < end; i += Long.BYTES) {
      found |= (codes.get(LONG, i) & exponents) + one;
    }
    if (bytes % Long.BYTES != 0) { // the matrix has slack behind its last row
      long used = (1L << (Byte.SIZE * (bytes % Long.BYTES))) - 1;
      found |= (codes.get(LONG, end) & used & exponents) + one;
    }
    return (found & signs) == 0;
  }

  private static InvalidTensorException notFinite(TensorSource source, int first, int count) {
    int columns = source.shape().columns();
    float[] row = new float[columns];
    for (int r = first; r < first + count; r++) {
      source.readRows(r, 1, row, 0);
      for (int c = 0; c < columns; c++) {
        if (!Float.isFinite(row[c])) {
          return InvalidTensorException.notFinite(source.name(), (long) r * columns + c, row[c]);
        }
      }
    }
    throw new IllegalStateException("[" + source.name() + "] changed while it was read");
  }
}

package org.bitnet4j.quant.kernels;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Objects;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.TensorShape;

/// A weight that is not ternary, as an embedding table or a head: rows one after the other in a
/// [DenseFormat], in owned memory off the heap, made by [ElementKernels#pack].
///
/// A file that shrinks under a mapping cannot take a product down. Immutable once packed, so any
/// number of products may read it at once.
public final class DenseMatrix implements AutoCloseable {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final int CACHE_LINE = 64;

  /// Loops may load that much behind the last row.
  private static final int SLACK = 64;

  private final String name;
  private final int rows;
  private final int columns;
  private final DenseFormat format;
  private final Arena arena;
  private final MemorySegment codes;
  private final MemorySegment rowScales;
  private double relativeError;

  @SuppressWarnings("MustBeClosedChecker") // the matrix owns the arena: close() closes it
  DenseMatrix(String name, TensorShape shape, DenseFormat format) {
    if (shape.rows() > Integer.MAX_VALUE) {
      throw new InvalidTensorException(
          name, -1, "a product needs at most 2^31 - 1 rows", shape.toString(), "Split the tensor.");
    }
    this.name = name;
    this.rows = (int) shape.rows();
    this.columns = shape.columns();
    this.format = format;
    this.arena = Arena.ofShared();
    long bytes = Math.multiplyExact(format.rowBytes(columns), (long) rows);
    this.codes = arena.allocate(Math.addExact(bytes, SLACK), CACHE_LINE);
    long scales = format == DenseFormat.INT8 ? rows : 0;
    this.rowScales = arena.allocate(scales * Float.BYTES, CACHE_LINE);
  }

  /// Name of the tensor that it was made from.
  public String name() {
    return name;
  }

  /// Rows, the outputs of a product.
  public int rows() {
    return rows;
  }

  /// Columns, the inputs of a product.
  public int columns() {
    return columns;
  }

  /// How weights are stored.
  public DenseFormat format() {
    return format;
  }

  /// Bytes of memory that the matrix owns, and that a product reads, scales included.
  public long byteSize() {
    return codes.byteSize() + rowScales.byteSize();
  }

  /// What the format lost: √(Σ (w − w′)² / Σ w²) over all weights w and stored values w′; 0 where
  /// nothing was lost.
  public double relativeError() {
    return relativeError;
  }

  /// Reads the values of one row, as in the lookup of an embedding.
  ///
  /// @param row the row
  /// @param out receives `columns` values
  /// @param offset index of the first
  public void readRow(int row, float[] out, int offset) {
    Objects.checkIndex(row, rows);
    Objects.checkFromIndexSize(offset, columns, out.length);
    ScalarDenseLoops.INSTANCE.decode(format, codes, rowAt(row), columns, out, offset);
    if (hasRowScales()) {
      ScalarElementLoops.INSTANCE.scale(out, offset, columns, rowScale(row));
    }
  }

  @Override
  public void close() {
    arena.close();
  }

  @Override
  public String toString() {
    return "DenseMatrix[" + name + ", " + rows + ", " + columns + ", " + format + "]";
  }

  MemorySegment codes() {
    return codes;
  }

  /// Offset of a row.
  long rowAt(int row) {
    return row * format.rowBytes(columns);
  }

  boolean hasRowScales() {
    return rowScales.byteSize() > 0;
  }

  /// What a row's sum is multiplied by; only where there are row scales.
  float rowScale(int row) {
    return rowScales.getAtIndex(FLOAT, row);
  }

  void setRowScale(int row, float scale) {
    rowScales.setAtIndex(FLOAT, row, scale);
  }

  void setRelativeError(double error) {
    relativeError = error;
  }
}

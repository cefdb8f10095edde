package org.bitnet4j.quant.kernels;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import java.util.function.IntFunction;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.TensorSource;
import org.bitnet4j.quant.Workers;

/// Fills a [DenseMatrix] from a source, some rows at a time, and measures what its format loses.
final class DensePacking {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /// Values that are converted at a time.
  private static final int BLOCK_VALUES = 1 << 16;

  private final TensorSource source;
  private final DenseMatrix matrix;
  private final KernelLoops statistics;
  private final ElementLoops elements;
  private final DenseLoops dense;

  /// Squares of a block: of what was lost, and of the weights.
  private record Squares(double lost, double all) {}

  private DensePacking(
      TensorSource source,
      DenseMatrix matrix,
      KernelLoops statistics,
      ElementLoops elements,
      DenseLoops dense) {
    this.source = source;
    this.matrix = matrix;
    this.statistics = statistics;
    this.elements = elements;
    this.dense = dense;
  }

  /// A matrix of the source's values; closed again where one is refused.
  static DenseMatrix pack(
      TensorSource source,
      DenseFormat format,
      Workers workers,
      KernelLoops statistics,
      ElementLoops elements,
      DenseLoops dense) {
    DenseMatrix matrix = new DenseMatrix(source.name(), source.shape(), format);
    try {
      if (!StoredRows.copy(source, matrix, workers)) {
        new DensePacking(source, matrix, statistics, elements, dense).fill(workers);
      }
      return matrix;
    } catch (RuntimeException e) {
      matrix.close();
      throw e;
    }
  }

  private void fill(Workers workers) {
    int columns = Math.max(1, matrix.columns());
    int blockRows = Math.max(1, BLOCK_VALUES / columns);
    int blocks = Math.ceilDiv(matrix.rows(), blockRows);
    List<Squares> squares =
        workers.map(
            blocks,
            () -> {
              float[] values = new float[Math.multiplyExact(blockRows, columns)];
              Row row = new Row();
              IntFunction<Squares> task = block -> fill(block * blockRows, blockRows, values, row);
              return task;
            });
    double lost = 0;
    double all = 0;
    for (Squares block : squares) {
      lost += block.lost();
      all += block.all();
    }
    matrix.setRelativeError(lost == 0 ? 0 : Math.sqrt(lost / all));
  }

  private Squares fill(int first, int blockRows, float[] values, Row row) {
    int count = Math.min(blockRows, matrix.rows() - first);
    int columns = matrix.columns();
    source.readRows(first, count, values, 0);
    int bad = statistics.firstNonFinite(values, 0, count * columns);
    if (bad >= 0) {
      long index = (long) first * columns + bad;
      throw InvalidTensorException.notFinite(matrix.name(), index, values[bad]);
    }
    double lost = 0;
    for (int r = 0; r < count; r++) {
      row.encode(first + r, values, r * columns);
    }
    // In a loop of their own: in one body with the above, the compiler leaves vectors on the heap.
    for (int r = 0; r < count; r++) {
      lost += row.lost(first + r, values, r * columns);
    }
    double all = statistics.squaredDeviationSum(values, 0, count * columns, 0);
    return new Squares(lost, all);
  }

  /// One row's conversion, with its scratch memory.
  private final class Row {
    private final float[] stored = new float[matrix.columns()];

    /// Stores a row.
    void encode(int row, float[] values, int offset) {
      int columns = matrix.columns();
      long at = matrix.rowAt(row);
      MemorySegment to = matrix.codes();
      switch (matrix.format()) {
        case FLOAT32 -> MemorySegment.copy(values, offset, to, FLOAT, at, columns);
        case FLOAT16 -> elements.toFloat16(values, offset, columns, to, at);
        case BFLOAT16 -> elements.toBfloat16(values, offset, columns, to, at);
        case INT8 -> {
          RowScale scale = RowScale.int8(statistics.absMax(values, offset, columns));
          dense.encodeBytes(values, offset, columns, scale, to, at);
          matrix.setRowScale(row, scale.scale());
        }
        case INT4 -> dense.encodeNibbles(values, offset, columns, to, at);
      }
    }

    /// Σ (w − w′)² of a stored row.
    double lost(int row, float[] values, int offset) {
      int columns = matrix.columns();
      long at = matrix.rowAt(row);
      MemorySegment to = matrix.codes();
      dense.decode(matrix.format(), to, at, columns, stored, 0);
      if (matrix.hasRowScales()) {
        elements.scale(stored, 0, columns, matrix.rowScale(row));
      }
      for (int c = 0; c < columns; c++) {
        stored[c] = values[offset + c] - stored[c];
      }
      double lost = statistics.squaredDeviationSum(stored, 0, columns, 0);
      if (!Double.isFinite(lost)) {
        int bad = statistics.firstNonFinite(stored, 0, columns);
        throw new InvalidTensorException(
            matrix.name(),
            (long) row * columns + bad,
            "every value must be within the range of " + matrix.format(),
            Float.toString(values[offset + bad]),
            "Store it as BFLOAT16 or FLOAT32.");
      }
      return lost;
    }
  }
}

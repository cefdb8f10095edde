package org.bitnet4j.quant.metrics;

import java.util.Arrays;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.QuantizedTensor;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TensorSource;

/// Measures a quantized tensor against its original, some rows at a time.
public final class TensorComparison {
  private static final int CHUNK = 1 << 16;

  private TensorComparison() {}

  /// The error of the values that a tensor's codes stand for.
  ///
  /// @param original the values before
  /// @param quantized the tensor made from them
  /// @throws InvalidTensorException where the dimensions differ
  public static ErrorMetrics compare(TensorSource original, QuantizedTensor quantized) {
    ErrorStatistics statistics = new ErrorStatistics();
    addRows(original, quantized, 0, original.shape().rows(), statistics);
    return statistics.metrics();
  }

  /// Adds the error of some rows, as one piece of a comparison that several threads share.
  ///
  /// @param original the values before
  /// @param quantized the tensor made from them
  /// @param firstRow first row
  /// @param rowCount how many rows
  /// @param statistics receives the error
  /// @throws InvalidTensorException where the dimensions differ
  public static void addRows(
      TensorSource original,
      QuantizedTensor quantized,
      long firstRow,
      long rowCount,
      ErrorStatistics statistics) {
    TensorShape shape = original.shape();
    if (!Arrays.equals(shape.dimensions(), quantized.shape().dimensions())) {
      throw new InvalidTensorException(
          quantized.name(),
          -1,
          "dimensions must be those of the original " + shape,
          quantized.shape().toString(),
          "Compare a tensor with the one it was quantized from.");
    }
    int columns = shape.columns();
    int rowsAtOnce =
        (int) Math.clamp((long) CHUNK / Math.max(1, columns), 1, Math.max(1, rowCount));
    float[] before = new float[Math.multiplyExact(rowsAtOnce, columns)];
    float[] after = new float[before.length];
    for (long row = firstRow; row < firstRow + rowCount; row += rowsAtOnce) {
      int rows = (int) Math.min(rowsAtOnce, firstRow + rowCount - row);
      original.readRows(row, rows, before, 0);
      for (int r = 0; r < rows; r++) {
        quantized.dequantizeRow(row + r, after, r * columns);
      }
      statistics.add(before, 0, after, 0, rows * columns);
    }
  }
}

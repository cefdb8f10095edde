package org.bitnet4j.quant.activations;

import java.util.Arrays;
import java.util.Objects;
import org.bitnet4j.quant.config.QuantizationPrecision;

/// Integer codes of a matrix [rows = tokens, columns = features] with their scales: value = (code −
/// zero point) / scale.
///
/// Codes lie one per byte, row-major: signed without zero points, unsigned with them. Immutable, so
/// it may be shared between threads and by a cache.
public final class QuantizedActivations {
  private final int rows;
  private final int columns;
  private final QuantizationPrecision precision;
  private final ActivationGranularity granularity;
  private final byte[] codes;
  private final float[] scales;
  private final int[] zeroPoints;
  private final float[] ranges;
  private final long clipped;
  private final long saturated;

  /// Takes the arrays over without copying them.
  ///
  /// @param zeroPoints one per scale; empty where codes are signed
  QuantizedActivations(
      int rows,
      int columns,
      QuantizationPrecision precision,
      ActivationGranularity granularity,
      byte[] codes,
      float[] scales,
      int[] zeroPoints,
      float[] ranges,
      long clipped,
      long saturated) {
    this.rows = rows;
    this.columns = columns;
    this.precision = precision;
    this.granularity = granularity;
    this.codes = codes;
    this.scales = scales;
    this.zeroPoints = zeroPoints;
    this.ranges = ranges;
    this.clipped = clipped;
    this.saturated = saturated;
  }

  /// Number of tokens.
  public int rows() {
    return rows;
  }

  /// Number of features.
  public int columns() {
    return columns;
  }

  /// The grid of the codes.
  public QuantizationPrecision precision() {
    return precision;
  }

  /// What one scale covers.
  public ActivationGranularity granularity() {
    return granularity;
  }

  /// Whether codes are unsigned with a zero point.
  public boolean hasZeroPoints() {
    return zeroPoints.length > 0;
  }

  /// Number of scales.
  public int scaleCount() {
    return scales.length;
  }

  /// A scale s, by which values were multiplied: q = rint(x·s) + zero point. For b1.58 it is 127 /
  /// max(max|x|, 1e-5) of a token.
  ///
  /// @param index number of the scale: 0, the row or the column
  public float scale(int index) {
    return scales[index];
  }

  /// The range that a scale was made for: a magnitude for signed codes, maximum − minimum with zero
  /// points. Training passes it to `ActivationFakeQuantizer.forwardWithRanges`.
  ///
  /// @param index number of the scale: 0, the row or the column
  public float range(int index) {
    return ranges[index];
  }

  /// A zero point, 0 where codes are signed.
  ///
  /// @param index number of the scale
  public int zeroPoint(int index) {
    Objects.checkIndex(index, scales.length);
    return zeroPoints.length == 0 ? 0 : zeroPoints[index];
  }

  /// A code as a number.
  ///
  /// @param row its token
  /// @param column its feature
  public int code(int row, int column) {
    Objects.checkIndex(row, rows);
    Objects.checkIndex(column, columns);
    byte code = codes[row * columns + column];
    return hasZeroPoints() ? code & 0xFF : code;
  }

  /// A copy of the codes, row-major.
  public byte[] codes() {
    return codes.clone();
  }

  /// Copies the codes of a token.
  ///
  /// @param row the token
  /// @param target receives `columns` codes from `offset` on
  /// @param offset where to start in `target`
  public void copyRow(int row, byte[] target, int offset) {
    Objects.checkIndex(row, rows);
    System.arraycopy(codes, row * columns, target, offset, columns);
  }

  /// How many values lay beyond mean ± t·σ and were clamped to it.
  public long clipped() {
    return clipped;
  }

  /// How many values lay beyond the range and took its outermost code.
  public long saturated() {
    return saturated;
  }

  /// The values that the codes stand for, row-major, in float32.
  public float[] dequantize() {
    float[] values = new float[codes.length];
    for (int row = 0; row < rows; row++) {
      dequantizeRow(row, values, row * columns);
    }
    return values;
  }

  /// The values that the codes of a token stand for.
  ///
  /// @param row the token
  /// @param target receives `columns` values from `offset` on
  /// @param offset where to start in `target`
  public void dequantizeRow(int row, float[] target, int offset) {
    Objects.checkIndex(row, rows);
    Objects.checkFromIndexSize(offset, columns, target.length);
    for (int column = 0; column < columns; column++) {
      int scale = granularity.scaleOf(row, column);
      target[offset + column] = (code(row, column) - zeroPoint(scale)) / scales[scale];
    }
  }

  /// Bytes of codes, scales, ranges and zero points.
  long byteSize() {
    return codes.length + 8L * scales.length + 4L * zeroPoints.length;
  }

  /// The product of a row's codes with another's, exact in int32 for up to 2^17 columns of 8-bit
  /// codes.
  int dot(int row, QuantizedActivations other, int otherRow) {
    int sum = 0;
    int start = row * columns;
    int otherStart = otherRow * columns;
    for (int i = 0; i < columns; i++) {
      sum += codes[start + i] * other.codes[otherStart + i];
    }
    return sum;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof QuantizedActivations that
        && rows == that.rows
        && columns == that.columns
        && precision == that.precision
        && granularity == that.granularity
        && clipped == that.clipped
        && saturated == that.saturated
        && Arrays.equals(codes, that.codes)
        && Arrays.equals(scales, that.scales)
        && Arrays.equals(zeroPoints, that.zeroPoints);
  }

  @Override
  public int hashCode() {
    return Objects.hash(
        rows, columns, precision, granularity, Arrays.hashCode(codes), Arrays.hashCode(scales));
  }

  @Override
  public String toString() {
    return "QuantizedActivations["
        + rows
        + ", "
        + columns
        + "] "
        + precision
        + " per "
        + granularity;
  }
}

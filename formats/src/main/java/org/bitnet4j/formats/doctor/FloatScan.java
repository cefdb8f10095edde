package org.bitnet4j.formats.doctor;

import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TensorSource;
import org.jspecify.annotations.Nullable;

/// One pass over a float tensor.
final class FloatScan {
  private static final int CHUNK_VALUES = 1 << 16;

  private final TensorSource source;
  private final double @Nullable [] probe;
  private final double @Nullable [] columnEnergy;
  private final Magnitudes magnitudes;
  private final float @Nullable [] values;
  private long notFinite;
  private long firstNotFinite = -1;
  private long zeros;
  private long deadRows;
  private float largest;
  private double outputSquares;
  private long fingerprint;

  private FloatScan(TensorSource source, double @Nullable [] probe, boolean withColumns) {
    TensorShape shape = source.shape();
    this.source = source;
    this.probe = probe;
    this.columnEnergy = withColumns ? new double[shape.columns()] : null;
    this.magnitudes = new Magnitudes(source.elementType());
    this.values = shape.rank() == 1 ? new float[shape.columns()] : null;
  }

  /// Reads a tensor.
  ///
  /// @param source the tensor, at most [Scanner#MAX_COLUMNS] columns
  /// @param probe an input vector to multiply it with, if any
  /// @param withColumns whether the energy of each column is wanted
  static Measure.Floats measure(
      TensorSource source, double @Nullable [] probe, boolean withColumns) {
    FloatScan scan = new FloatScan(source, probe, withColumns);
    scan.readAll();
    TensorShape shape = source.shape();
    return new Measure.Floats(
        shape.elements(),
        scan.notFinite,
        scan.firstNotFinite,
        scan.zeros,
        scan.deadRows,
        scan.largest,
        scan.magnitudes.summary(),
        probe == null ? Double.NaN : Math.sqrt(scan.outputSquares / shape.rows()),
        scan.values == null ? null : Series.of(scan.values),
        scan.columnEnergy == null ? null : Series.of(scan.columnEnergy),
        scan.fingerprint);
  }

  private void readAll() {
    TensorShape shape = source.shape();
    int columns = shape.columns();
    int rowsPerChunk = Math.max(1, CHUNK_VALUES / Math.max(1, columns));
    float[] chunk = new float[Math.toIntExact(Math.min(rowsPerChunk, shape.rows()) * columns)];
    for (long row = 0; row < shape.rows(); row += rowsPerChunk) {
      int rows = (int) Math.min(rowsPerChunk, shape.rows() - row);
      source.readRows(row, rows, chunk, 0);
      for (int r = 0; r < rows; r++) {
        row(row + r, chunk, r * columns, columns);
      }
    }
    if (values != null) {
      System.arraycopy(chunk, 0, values, 0, values.length);
    }
  }

  private void row(long row, float[] chunk, int offset, int columns) {
    double dot = 0;
    int zerosOfRow = 0;
    long print = fingerprint;
    for (int column = 0; column < columns; column++) {
      float value = chunk[offset + column];
      print = print * 0x9E37_79B9_7F4A_7C15L + Float.floatToRawIntBits(value);
      if (value == 0) {
        zerosOfRow++;
      } else if (Float.isFinite(value)) {
        magnitudes.add(value);
        largest = Math.max(largest, Math.abs(value));
        if (probe != null) {
          dot += probe[column] * value;
        }
        if (columnEnergy != null) {
          columnEnergy[column] += (double) value * value;
        }
      } else {
        notFinite++;
        if (firstNotFinite < 0) {
          firstNotFinite = row * columns + column;
        }
      }
    }
    magnitudes.endRow();
    fingerprint = print;
    zeros += zerosOfRow;
    deadRows += zerosOfRow == columns && columns > 1 ? 1 : 0;
    outputSquares += dot * dot;
  }
}

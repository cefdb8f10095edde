package org.bitnet4j.formats.doctor;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.bitnet4j.formats.safetensors.SafetensorsFile;
import org.bitnet4j.formats.safetensors.SafetensorsTensor;
import org.bitnet4j.quant.Granularity;
import org.bitnet4j.quant.Scales;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TernaryTensor;
import org.jspecify.annotations.Nullable;

/// One pass over the codes of a ternary tensor.
final class TritScan {
  /// Weights of a block of I2_S; four lanes of 32.
  private static final int BLOCK = 128;

  private final int columns;
  private final double @Nullable [] probe;
  private final long[] codes = new long[4];
  private final int[] rowNonZero;
  private final int[] columnNonZero;
  private final int @Nullable [] lanes;
  private double tritSquares;
  private long fingerprint;

  private TritScan(TensorShape shape, double @Nullable [] probe, boolean withLanes) {
    this.columns = shape.columns();
    this.probe = probe;
    this.rowNonZero = new int[Math.toIntExact(shape.rows())];
    this.columnNonZero = new int[columns];
    this.lanes = withLanes ? new int[Math.multiplyExact(4, rowNonZero.length)] : null;
  }

  /// Reads a decoded tensor.
  ///
  /// @param tensor the tensor, at most [Scanner#MAX_ROWS] rows
  /// @param probe an input vector to multiply it with, if any
  /// @param withLanes whether the lanes of I2_S are wanted; columns must then be a multiple of 128
  static Measure.Trits measure(TernaryTensor tensor, double @Nullable [] probe, boolean withLanes) {
    TensorShape shape = tensor.shape();
    TritScan scan = new TritScan(shape, probe, withLanes);
    boolean oneScale = tensor.scales().granularity() instanceof Granularity.PerTensor;
    byte[] row = new byte[shape.columns()];
    float[] values = new float[probe == null || oneScale ? 0 : shape.columns()];
    double outputSquares = 0;
    for (int r = 0; r < scan.rowNonZero.length; r++) {
      tensor.readTrits(r, 0, row.length, row, 0);
      for (int c = 0; c < row.length; c++) {
        row[c]++;
      }
      scan.row(r, row);
      if (probe != null && !oneScale) {
        tensor.dequantizeRow(r, values, 0);
        double dot = 0;
        for (int c = 0; c < values.length; c++) {
          dot += probe[c] * values[c];
        }
        outputSquares += dot * dot;
      }
    }
    Scales scales = tensor.scales();
    double output =
        oneScale
            ? scan.tritRms() * (scales.count() == 0 ? 0 : Math.abs(scales.multiplier(0)))
            : probe == null ? Double.NaN : Math.sqrt(outputSquares / shape.rows());
    return scan.result(summary(scales.count(), scales::multiplier), output);
  }

  /// Reads a tensor in the packed layout of Hugging Face, code 3 and all: byte k of row r holds
  /// rows r, r+R, r+2R, r+3R of column k in bits 1–0, 3–2, 5–4, 7–6.
  ///
  /// @param packed file, tensor and scale
  /// @param shape dimensions of the matrix
  /// @param probe an input vector to multiply it with, if any
  static Measure.Trits measure(
      PatientTensor.QuarterRows packed, TensorShape shape, double @Nullable [] probe) {
    SafetensorsFile file = packed.file();
    SafetensorsTensor tensor = packed.tensor();
    TritScan scan = new TritScan(shape, probe, /* withLanes= */ false);
    int columns = shape.columns();
    long quarter = Math.ceilDiv(shape.rows(), 4L);
    byte[] stored = new byte[columns];
    byte[] row = new byte[columns];
    for (long r = 0; r < quarter; r++) {
      file.read(tensor, r * columns, ByteBuffer.wrap(stored));
      for (int lane = 0; lane < 4 && r + lane * quarter < shape.rows(); lane++) {
        for (int c = 0; c < columns; c++) {
          row[c] = (byte) ((stored[c] >> (2 * lane)) & 3);
        }
        scan.row((int) (r + lane * quarter), row);
      }
    }
    return scan.result(
        summary(packed.storedScale().size(), i -> (float) packed.storedScale().get((int) i)),
        scan.tritRms());
  }

  /// Multipliers by their numbers.
  @FunctionalInterface
  private interface Multipliers {
    float get(long group);
  }

  private static Measure.ScaleSummary summary(long count, Multipliers multipliers) {
    long notFinite = 0;
    long zeros = 0;
    long negative = 0;
    float minimum = Float.POSITIVE_INFINITY;
    float maximum = Float.NEGATIVE_INFINITY;
    for (long i = 0; i < count; i++) {
      float scale = multipliers.get(i);
      if (!Float.isFinite(scale)) {
        notFinite++;
        continue;
      }
      zeros += scale == 0 ? 1 : 0;
      negative += scale < 0 ? 1 : 0;
      minimum = Math.min(minimum, scale);
      maximum = Math.max(maximum, scale);
    }
    return new Measure.ScaleSummary(count, notFinite, zeros, negative, minimum, maximum);
  }

  private void row(int row, byte[] rowCodes) {
    int nonZero = 0;
    double dot = 0;
    long print = fingerprint;
    for (int c = 0; c < columns; c++) {
      int code = rowCodes[c];
      codes[code]++;
      int set = (code ^ 1) == 0 ? 0 : 1;
      nonZero += set;
      columnNonZero[c] += set;
      print = print * 0x9E37_79B9_7F4A_7C15L + code;
      if (probe != null) {
        dot += probe[c] * (code - 1);
      }
    }
    fingerprint = print;
    rowNonZero[row] = nonZero;
    tritSquares += dot * dot;
    if (lanes != null) {
      for (int c = 0; c < columns; c++) {
        lanes[4 * row + (c % BLOCK) / (BLOCK / 4)] += rowCodes[c] == 1 ? 0 : 1;
      }
    }
  }

  private double tritRms() {
    return probe == null ? Double.NaN : Math.sqrt(tritSquares / Math.max(1, rowNonZero.length));
  }

  private Measure.Trits result(Measure.ScaleSummary scales, double output) {
    long dead = Arrays.stream(rowNonZero).filter(count -> count == 0).count();
    return new Measure.Trits(
        new Measure.Codes(codes[0], codes[1], codes[2], codes[3]),
        dead,
        Series.of(rowNonZero),
        Series.of(columnNonZero),
        lanes == null ? null : Series.of(lanes),
        scales,
        output,
        tritRms(),
        fingerprint);
  }
}

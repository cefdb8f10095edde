package org.bitnet4j.formats.quantize;

import java.util.List;
import org.bitnet4j.formats.report.WeightHistogram;
import org.bitnet4j.quant.Granularity;
import org.bitnet4j.quant.IntegerTensor;
import org.bitnet4j.quant.QuantizedTensor;
import org.bitnet4j.quant.Scales;
import org.bitnet4j.quant.TensorSource;
import org.bitnet4j.quant.TernaryTensor;
import org.bitnet4j.quant.Workers;
import org.bitnet4j.quant.metrics.ErrorMetrics;
import org.bitnet4j.quant.metrics.ErrorStatistics;
import org.bitnet4j.quant.metrics.Histogram;

/// One more pass over the original weights: the error of their approximation, their distribution,
/// and where the threshold fell.
///
/// @param error error of the dequantized weights
/// @param weights distribution of the original weights
record TensorMeasurement(ErrorMetrics error, WeightHistogram weights) {
  private static final int CHUNK_ELEMENTS = 1 << 16;
  private static final int BINS = 81;

  /// Half of a histogram's range, in units of the scale: beyond 3.5·α only outliers lie.
  private static final double REACH = 3.5;

  private record Part(ErrorStatistics error, Histogram weights, float largestZero) {}

  static TensorMeasurement of(TensorSource source, QuantizedTensor quantized, Workers workers) {
    int columns = source.shape().columns();
    int rowsPerChunk = Math.max(1, CHUNK_ELEMENTS / Math.max(1, columns));
    int chunks = Math.toIntExact(Math.ceilDiv(source.shape().rows(), (long) rowsPerChunk));
    double limit = limit(quantized);
    List<Part> parts =
        workers.map(
            chunks,
            () -> {
              float[] original = new float[rowsPerChunk * columns];
              float[] row = new float[columns];
              return chunk -> {
                long first = (long) chunk * rowsPerChunk;
                int rows = (int) Math.min(rowsPerChunk, source.shape().rows() - first);
                source.readRows(first, rows, original, 0);
                return measure(quantized, first, rows, original, row, limit);
              };
            });
    ErrorStatistics error = new ErrorStatistics();
    Histogram weights = new Histogram(limit, BINS);
    float largestZero = 0;
    for (Part part : parts) {
      error.merge(part.error);
      weights.merge(part.weights);
      largestZero = Math.max(largestZero, part.largestZero);
    }
    boolean oneTernaryScale =
        quantized instanceof TernaryTensor
            && quantized.scales().granularity() instanceof Granularity.PerTensor
            && !quantized.scales().hasOffsets()
            && quantized.scales().count() == 1;
    return new TensorMeasurement(
        error.metrics(),
        WeightHistogram.of(
            weights,
            oneTernaryScale ? (double) largestZero : null,
            oneTernaryScale ? (double) quantized.scales().multiplier(0) : null));
  }

  private static Part measure(
      QuantizedTensor quantized,
      long first,
      int rows,
      float[] original,
      float[] row,
      double limit) {
    int columns = row.length;
    ErrorStatistics error = new ErrorStatistics();
    Histogram weights = new Histogram(limit, BINS);
    float largestZero = 0;
    for (int r = 0; r < rows; r++) {
      quantized.dequantizeRow(first + r, row, 0);
      error.add(original, r * columns, row, 0, columns);
      for (int c = 0; c < columns; c++) {
        if (row[c] == 0) {
          largestZero = Math.max(largestZero, Math.abs(original[r * columns + c]));
        }
      }
    }
    weights.add(original, 0, rows * columns);
    return new Part(error, weights, largestZero);
  }

  /// Half of the histogram's range: 3.5 mean ternary scales, or what the integer codes reach.
  private static double limit(QuantizedTensor quantized) {
    Scales scales = quantized.scales();
    double sum = 0;
    for (long group = 0; group < scales.count(); group++) {
      sum += scales.multiplier(group);
    }
    double mean = scales.count() == 0 ? 0 : sum / scales.count();
    double limit =
        switch (quantized) {
          case TernaryTensor ternary -> REACH * mean;
          case IntegerTensor integers -> mean * (1 << (integers.bits() - 1));
        };
    return limit > 0 ? limit : 1;
  }
}

package org.bitnet4j.quant.activations;

import org.bitnet4j.quant.config.QuantizationPrecision;

/// Turns values into codes once their ranges are known. Stateless.
final class ActivationEncoder {
  private static final int[] NO_ZERO_POINTS = {};

  private final QuantizationPrecision precision;
  private final CodeGrid grid;
  private final ActivationGranularity granularity;

  ActivationEncoder(
      QuantizationPrecision precision, CodeGrid grid, ActivationGranularity granularity) {
    this.precision = precision;
    this.grid = grid;
    this.granularity = granularity;
  }

  /// The b1.58 encoder: eight bits, a scale per token.
  static ActivationEncoder absmax8() {
    return new ActivationEncoder(
        QuantizationPrecision.EIGHT_BIT,
        CodeGrid.symmetric(QuantizationPrecision.EIGHT_BIT),
        ActivationGranularity.TOKEN);
  }

  /// Quantizes tokens by their own absolute maxima.
  QuantizedActivations encodeByAbsmax(float[] values, int rows, int columns) {
    float[] ranges = new float[rows];
    for (int row = 0; row < rows; row++) {
      ranges[row] = AbsPercentile.select(values, row * columns, columns, columns);
    }
    return encode(values, rows, columns, ranges, 0);
  }

  /// Quantizes by ranges of |x|, one per scale.
  QuantizedActivations encode(float[] values, int rows, int columns, float[] ranges, long clipped) {
    float[] scales = new float[ranges.length];
    for (int i = 0; i < scales.length; i++) {
      scales[i] = grid.scale(ranges[i]);
    }
    byte[] codes = new byte[values.length];
    long saturated = 0;
    for (int row = 0; row < rows; row++) {
      int start = row * columns;
      saturated +=
          switch (granularity) {
            case TENSOR -> encodeRow(values, start, columns, scales[0], ranges[0], codes);
            case TOKEN -> encodeRow(values, start, columns, scales[row], ranges[row], codes);
            case FEATURE -> encodeFeatures(values, start, columns, scales, ranges, codes);
          };
    }
    return new QuantizedActivations(
        rows,
        columns,
        precision,
        granularity,
        codes,
        scales,
        NO_ZERO_POINTS,
        ranges,
        clipped,
        saturated);
  }

  private int encodeRow(
      float[] values, int start, int columns, float scale, float range, byte[] codes) {
    if (grid.isInt8() && Kernels.BEST.absMax(values, start, columns) <= range) {
      Kernels.BEST.quantizeInt8(values, start, columns, scale, codes, start);
      return 0;
    }
    int saturated = 0;
    for (int i = start; i < start + columns; i++) {
      codes[i] = grid.encode(values[i], scale, 0);
      saturated += Math.abs(values[i]) > range ? 1 : 0;
    }
    return saturated;
  }

  private int encodeFeatures(
      float[] values, int start, int columns, float[] scales, float[] ranges, byte[] codes) {
    int saturated = 0;
    for (int column = 0; column < columns; column++) {
      float value = values[start + column];
      codes[start + column] = grid.encode(value, scales[column], 0);
      saturated += Math.abs(value) > ranges[column] ? 1 : 0;
    }
    return saturated;
  }

  /// Quantizes by minima ≤ 0 and maxima ≥ 0, one pair per scale, with zero points.
  QuantizedActivations encode(
      float[] values, int rows, int columns, float[] minima, float[] maxima, long clipped) {
    float[] scales = new float[minima.length];
    int[] zeroPoints = new int[minima.length];
    float[] ranges = new float[minima.length];
    for (int i = 0; i < scales.length; i++) {
      scales[i] = grid.scale(minima[i], maxima[i]);
      ranges[i] = maxima[i] - minima[i];
      zeroPoints[i] = grid.zeroPoint(minima[i], scales[i]);
    }
    byte[] codes = new byte[values.length];
    long saturated = 0;
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        int i = row * columns + column;
        int scale = granularity.scaleOf(row, column);
        codes[i] = grid.encode(values[i], scales[scale], zeroPoints[scale]);
        saturated += values[i] < minima[scale] || values[i] > maxima[scale] ? 1 : 0;
      }
    }
    return new QuantizedActivations(
        rows,
        columns,
        precision,
        granularity,
        codes,
        scales,
        zeroPoints,
        ranges,
        clipped,
        saturated);
  }
}

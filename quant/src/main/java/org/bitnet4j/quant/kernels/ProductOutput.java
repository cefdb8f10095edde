package org.bitnet4j.quant.kernels;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Where a product's sums go: as they are, or through the float epilogue.
///
/// With one multiplier per row or tensor, y = sum · (m · a) in float32, where m is the weight's
/// multiplier and a the token's; offsets add (μ · Σx) · a. With groups, the sums of a row's groups
/// times their multipliers are added in double, in order, and the total is multiplied by a. A bias
/// is added last.
final class ProductOutput {
  private int @Nullable [] ints;
  private float @Nullable [] floats;
  private float @Nullable [] bias;
  private int offset;
  private int stride;

  void toInts(int[] out, int outOffset, int outStride) {
    ints = out;
    floats = null;
    bias = null;
    offset = outOffset;
    stride = outStride;
  }

  void toFloats(float @Nullable [] added, float[] out, int outOffset, int outStride) {
    ints = null;
    floats = out;
    bias = added;
    offset = outOffset;
    stride = outStride;
  }

  /// Lets the arrays go.
  void clear() {
    ints = null;
    floats = null;
    bias = null;
  }

  /// Whether sums must be handed over segment by segment.
  boolean scalesSegments(TernaryMatrix matrix) {
    return floats != null && matrix.segments() > 1;
  }

  /// Adds the sums of one segment, times their multipliers.
  ///
  /// @param sums sums of rows
  /// @param from index of the first
  /// @param scaled running totals of the rows
  /// @param row the first row
  /// @param count number of rows
  void addSegment(
      TernaryMatrix matrix,
      ProductInput input,
      int token,
      int segment,
      int[] sums,
      int from,
      double[] scaled,
      int row,
      int count) {
    if (matrix.hasOffsets()) {
      int inputs = segmentSum(matrix, input, token, segment);
      for (int i = 0; i < count; i++) {
        scaled[from + i] += (double) matrix.offset(segment, row + i) * inputs;
      }
    }
    for (int i = 0; i < count; i++) {
      scaled[from + i] += (double) matrix.multiplier(segment, row + i) * sums[from + i];
    }
  }

  /// Writes rows whose segments are all added.
  void writeScaled(
      TernaryMatrix matrix,
      ProductInput input,
      int token,
      double[] scaled,
      int from,
      int row,
      int count) {
    float[] out = Objects.requireNonNull(floats);
    int at = offset + token * stride + row;
    float multiplier = input.multiplier(token);
    for (int i = 0; i < count; i++) {
      out[at + i] = (float) (scaled[from + i] * multiplier);
    }
    addBias(out, at, row, count);
  }

  /// Writes rows from their sums over all columns.
  void write(
      TernaryMatrix matrix,
      ProductInput input,
      int token,
      int[] sums,
      int from,
      int row,
      int count) {
    int at = offset + token * stride + row;
    float[] out = floats;
    if (out == null) {
      System.arraycopy(sums, from, Objects.requireNonNull(ints), at, count);
      return;
    }
    float multiplier = input.multiplier(token);
    if (matrix.segments() == 0) {
      Arrays.fill(out, at, at + count, 0f);
    } else if (matrix.hasOneMultiplier()) {
      float factor = matrix.multiplier(0, row) * multiplier;
      for (int i = 0; i < count; i++) {
        out[at + i] = sums[from + i] * factor;
      }
    } else {
      for (int i = 0; i < count; i++) {
        out[at + i] = sums[from + i] * (matrix.multiplier(0, row + i) * multiplier);
      }
    }
    if (matrix.hasOffsets()) {
      int inputs = segmentSum(matrix, input, token, 0);
      for (int i = 0; i < count; i++) {
        out[at + i] += matrix.offset(0, row + i) * inputs * multiplier;
      }
    }
    addBias(out, at, row, count);
  }

  private void addBias(float[] out, int at, int row, int count) {
    float[] added = bias;
    if (added != null) {
      for (int i = 0; i < count; i++) {
        out[at + i] += added[row + i];
      }
    }
  }

  private static int segmentSum(TernaryMatrix matrix, ProductInput input, int token, int segment) {
    int[] sums = input.segmentSums(matrix.layout().segmentColumns());
    return sums[token * matrix.segments() + segment];
  }
}

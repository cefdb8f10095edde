package org.bitnet4j.quant.activations;

import org.jspecify.annotations.Nullable;

/// Queries, keys or values as rows of one head of one token: in floating point, or as int8 codes
/// with a scale per row and what they stand for.
final class AttentionOperand {
  private final float[] values;
  private final int headDim;
  private final @Nullable QuantizedActivations codes;

  private AttentionOperand(float[] values, int headDim, @Nullable QuantizedActivations codes) {
    this.values = values;
    this.headDim = headDim;
    this.codes = codes;
  }

  static AttentionOperand of(float[] values, int rows, int headDim, boolean quantize) {
    if (!quantize) {
      return new AttentionOperand(values, headDim, null);
    }
    QuantizedActivations codes = ActivationEncoder.absmax8().encodeByAbsmax(values, rows, headDim);
    return new AttentionOperand(codes.dequantize(), headDim, codes);
  }

  /// The product of a row with one of another operand: over int8 exact in int32, then scaled in
  /// double; else in double, in index order.
  double dot(int row, AttentionOperand other, int otherRow) {
    QuantizedActivations left = codes;
    QuantizedActivations right = other.codes;
    if (left != null && right != null) {
      return left.dot(row, right, otherRow) / ((double) left.scale(row) * right.scale(otherRow));
    }
    int start = row * headDim;
    int otherStart = otherRow * headDim;
    double sum = 0;
    for (int i = 0; i < headDim; i++) {
      sum += (double) values[start + i] * other.values[otherStart + i];
    }
    return sum;
  }

  /// Adds a row, times a weight, to `sums`.
  void addWeighted(int row, double weight, double[] sums) {
    int start = row * headDim;
    for (int i = 0; i < headDim; i++) {
      sums[i] += weight * values[start + i];
    }
  }
}

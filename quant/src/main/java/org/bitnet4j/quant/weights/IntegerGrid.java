package org.bitnet4j.quant.weights;

import org.bitnet4j.quant.kernels.TernaryKernels;

/// Codes clamp(rint(w/scale) + zeroPoint, lowest, highest).
///
/// @param scale step of the grid; 0 for a group of zeros
/// @param zeroPoint the code of 0
/// @param lowest smallest code
/// @param highest largest code
/// @param unsigned whether a stored code is an unsigned byte
record IntegerGrid(float scale, int zeroPoint, int lowest, int highest, boolean unsigned)
    implements Grid {

  /// Symmetric b-bit codes ±(2^(b−1) − 1) that reach the largest magnitude; at two bits −2..1 with
  /// the mean magnitude as the step, because the largest would leave most codes unused.
  static IntegerGrid symmetric(int bits, GroupValues values) {
    if (bits == 2) {
      return new IntegerGrid((float) values.meanMagnitude(), 0, -2, 1, false);
    }
    int highest = (1 << (bits - 1)) - 1;
    double largest = Math.max(-(double) values.minimum(), values.maximum());
    return new IntegerGrid((float) (largest / highest), 0, -highest, highest, false);
  }

  /// Codes 0..2^b − 1 from the minimum to the maximum, zero always among them.
  static IntegerGrid asymmetric(int bits, GroupValues values) {
    int highest = (1 << bits) - 1;
    double minimum = values.minimum();
    float scale = (float) ((values.maximum() - minimum) / highest);
    int zeroPoint = scale == 0 ? 0 : Math.clamp((long) Math.rint(-minimum / scale), 0, highest);
    return new IntegerGrid(scale, zeroPoint, 0, highest, true);
  }

  @Override
  public void encode(
      TernaryKernels kernels, float[] values, int offset, int count, byte[] codes, int codeOffset) {
    for (int i = 0; i < count; i++) {
      double steps = scale == 0 ? 0 : Math.rint(values[offset + i] / scale);
      codes[codeOffset + i] = (byte) Math.clamp(steps + zeroPoint, lowest, highest);
    }
  }
}

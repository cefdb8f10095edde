package org.bitnet4j.quant.kernels;

/// How a group of weights becomes four-bit codes: w ≈ code · scale, code in −8..7.
///
/// The element of the largest magnitude fixes the sign of the scale, so that it gets a code near
/// −8, of which there is one more than on the other side. Of some divisors of that element the one
/// is taken whose codes leave the least squared error after the best scale for them, Σ wq / Σ q².
final class GroupCode {
  static final int LOWEST = -8;
  static final int HIGHEST = 7;

  /// Below, a loop's products of scales with powers of two could underflow: such a group, of
  /// weights below 10^−26, is stored as zeros.
  private static final double LEAST = 0x1p-90;

  /// What the largest element is divided by to get a scale. Sixty instead of four, and 8 alone,
  /// would leave an error of 0.0898 and 0.0935 instead of 0.0905, relative to normally distributed
  /// weights.
  static final double[] DIVISORS = {7.0, 7.7, 8.4, 9.2};

  private GroupCode() {}

  /// The scale of a group, a bfloat16 as float32; 0 for a group of zeros.
  static float scale(float[] w, int offset, int count) {
    float largest = 0;
    for (int i = offset; i < offset + count; i++) {
      largest = Math.abs(w[i]) > Math.abs(largest) ? w[i] : largest;
    }
    if (largest == 0) {
      return 0;
    }
    double best = -1;
    double scale = 0;
    for (double divisor : DIVISORS) {
      double inverse = -divisor / largest;
      double products = 0;
      double squares = 0;
      for (int i = offset; i < offset + count; i++) {
        double code = Math.max(LOWEST, Math.min(HIGHEST, Math.rint(w[i] * inverse)));
        products += w[i] * code;
        squares += code * code;
      }
      // Σ (w − s·q)² with the best s is Σ w² − (Σ wq)² / Σ q².
      double explained = products * products / squares;
      if (explained > best) {
        best = explained;
        scale = products / squares;
      }
    }
    return stored(scale);
  }

  /// A scale as it is stored: a bfloat16 as float32.
  static float stored(double scale) {
    return Math.abs(scale) < LEAST ? 0 : Bfloat16.toFloat(Bfloat16.of((float) scale));
  }

  /// The code of a weight under a scale of its group.
  static int code(float w, float scale) {
    // In double, where the quotient of two subnormal numbers is right too.
    double code = scale == 0 ? 0 : Math.rint((double) w / scale);
    return (int) Math.max(LOWEST, Math.min(HIGHEST, code));
  }
}

package org.bitnet4j.quant.kernels;

/// The exponential function of all paths: one sequence of float32 operations, within 1 ulp.
///
/// eˣ = 2ⁿ · eʳ with n = rint(x · log₂e) and r = x − n · ln 2, |r| ≤ 0.3466, ln 2 in two parts of
/// which the first times n is exact. eʳ = 1 + (r + r² · p(r)); p has degree 4, the minimax fit to
/// (eʳ − 1 − r) / r², 0.05 ulp off at most. 2ⁿ is multiplied in two halves, so that subnormal
/// results are rounded once.
final class Exponential {
  /// Below the logarithm of half of the least subnormal, 2⁻¹⁵⁰: eˣ rounds to 0.
  static final float LEAST = -104f;

  /// Above the logarithm of the greatest float32: eˣ overflows.
  static final float MOST = 89f;

  static final float LOG2_E = 0x1.715476p+0f;

  /// 1.5 · 2^23: adding it to |x| < 2^22 rounds half to even and leaves rint(x), in two's
  /// complement, in the low bits of the mantissa.
  static final float ROUNDER = 12_582_912f;

  static final int ROUNDER_BITS = 0x4B40_0000;

  /// ln 2 to 15 bits, and the rest.
  static final float LN2_HIGH = 0x1.62e4p-1f;

  static final float LN2_LOW = 0x1.7f7d1cp-20f;

  static final float C2 = 0x1.fffffcp-2f;
  static final float C3 = 0x1.555492p-3f;
  static final float C4 = 0x1.5558bp-5f;
  static final float C5 = 0x1.12398ap-7f;
  static final float C6 = 0x1.6a4d14p-10f;

  private Exponential() {}

  /// eˣ.
  static float exp(float x) {
    // Written so that NaN stays what it is.
    float clamped = x < LEAST ? LEAST : x > MOST ? MOST : x;
    float shifted = Math.fma(clamped, LOG2_E, ROUNDER);
    float n = shifted - ROUNDER;
    float r = Math.fma(n, -LN2_LOW, Math.fma(n, -LN2_HIGH, clamped));
    float p = Math.fma(r, C6, C5);
    p = Math.fma(p, r, C4);
    p = Math.fma(p, r, C3);
    p = Math.fma(p, r, C2);
    float y = Math.fma(r * r, p, r) + 1f;
    int power = Float.floatToRawIntBits(shifted) - ROUNDER_BITS;
    int half = power >> 1;
    return y * powerOfTwo(half) * powerOfTwo(power - half);
  }

  /// 2ⁿ for n in \[−126, 127\].
  private static float powerOfTwo(int n) {
    return Float.intBitsToFloat((n + 127) << 23);
  }
}

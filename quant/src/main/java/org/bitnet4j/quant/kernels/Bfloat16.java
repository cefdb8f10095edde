package org.bitnet4j.quant.kernels;

/// The upper half of binary32.
final class Bfloat16 {
  private static final int INFINITY_BITS = 0x7F80_0000;

  private Bfloat16() {}

  /// A value rounded half to even; NaN becomes a quiet NaN of the same sign.
  static short of(float value) {
    int bits = Float.floatToRawIntBits(value);
    if ((bits & 0x7FFF_FFFF) > INFINITY_BITS) {
      return (short) ((bits >>> 16) | 0x0040);
    }
    // Half of the last place less one, and one more where the last bit is odd: ties go to even.
    return (short) ((bits + 0x7FFF + ((bits >>> 16) & 1)) >>> 16);
  }

  static float toFloat(short half) {
    return Float.intBitsToFloat(half << 16);
  }
}

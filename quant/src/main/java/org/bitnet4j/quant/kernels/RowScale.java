package org.bitnet4j.quant.kernels;

/// How a row becomes int8 codes: code = rint(x · inverse), x ≈ code · scale.
///
/// @param scale max|x| / 127
/// @param inverse 127 / max|x|
record RowScale(float scale, float inverse) {
  /// Below, the inverse would overflow: such a row is stored as zeros.
  private static final float LEAST = 0x1p-119f;

  /// The scale of a row.
  ///
  /// @param most max|x| of the row, finite
  static RowScale int8(float most) {
    return new RowScale(scaleOf(most), inverseOf(most));
  }

  /// max|x| / 127, without an object.
  static float scaleOf(float most) {
    return most < LEAST ? 0 : most / 127;
  }

  /// 127 / max|x|, without an object.
  static float inverseOf(float most) {
    return most < LEAST ? 0 : 127 / most;
  }

  /// The code of a value, in \[−127, 127\].
  static byte code(float x, float inverse) {
    return (byte) Math.rint(x * inverse);
  }
}

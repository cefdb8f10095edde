package org.bitnet4j.quant.weights;

/// A closed interval of weights; [#ALL] where nothing is cut off.
///
/// @param low smallest value inside
/// @param high largest value inside
record ValueRange(float low, float high) {
  static final ValueRange ALL = new ValueRange(Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY);

  /// mean ± width·σ.
  static ValueRange around(double mean, double deviation, double width) {
    return new ValueRange((float) (mean - width * deviation), (float) (mean + width * deviation));
  }

  boolean isAll() {
    return low == Float.NEGATIVE_INFINITY && high == Float.POSITIVE_INFINITY;
  }

  boolean contains(float value) {
    return value >= low && value <= high;
  }

  /// Clamps values in place and counts those that were outside.
  long clamp(float[] values, int offset, int count) {
    if (isAll()) {
      return 0;
    }
    long outside = 0;
    for (int i = offset; i < offset + count; i++) {
      float value = values[i];
      if (value < low) {
        values[i] = low;
        outside++;
      } else if (value > high) {
        values[i] = high;
        outside++;
      }
    }
    return outside;
  }

  /// Copies the values inside to `target` from 0 on and returns their number.
  int copyInside(float[] values, int offset, int count, float[] target) {
    int inside = 0;
    for (int i = offset; i < offset + count; i++) {
      float value = values[i];
      target[inside] = value;
      inside += contains(value) ? 1 : 0;
    }
    return inside;
  }
}

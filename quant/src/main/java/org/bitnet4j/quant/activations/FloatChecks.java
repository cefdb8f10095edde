package org.bitnet4j.quant.activations;

import org.bitnet4j.quant.InvalidTensorException;

/// Refusals of activations that cannot be quantized.
final class FloatChecks {
  private FloatChecks() {}

  /// Refuses negative dimensions and a count of values that is not their product.
  static void requireShape(String layer, float[] values, long rows, long columns) {
    if (rows < 0 || columns < 0 || rows * columns != values.length) {
      throw new InvalidTensorException(
          layer,
          -1,
          "value count must be rows * columns = " + rows + " * " + columns,
          Integer.toString(values.length),
          "Pass as many values as the shape holds.");
    }
  }

  /// Refuses NaN and infinities.
  static void requireFinite(String layer, float[] values) {
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        throw new InvalidTensorException(
            layer,
            i,
            "every activation must be finite",
            Float.toString(values[i]),
            "Look for an overflow in the layers before: no scale can hold such a value.");
      }
    }
  }
}

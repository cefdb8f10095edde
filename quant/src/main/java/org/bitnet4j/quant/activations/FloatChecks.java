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
    int index = Kernels.BEST.firstNonFinite(values, 0, values.length);
    if (index >= 0) {
      throw new InvalidTensorException(
          layer,
          index,
          "every activation must be finite",
          Float.toString(values[index]),
          "Look for an overflow in the layers before: no scale can hold such a value.");
    }
  }
}

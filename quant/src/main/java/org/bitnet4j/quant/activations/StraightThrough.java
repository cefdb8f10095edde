package org.bitnet4j.quant.activations;

/// Fake quantization for training: the forward pass sees what the codes stand for, the gradient
/// passes as if nothing had happened (straight-through estimator, arXiv 1308.3432).
public final class StraightThrough {
  private final ActivationQuantizer quantizer;

  StraightThrough(ActivationQuantizer quantizer) {
    this.quantizer = quantizer;
  }

  /// Quantizes and dequantizes: exactly what inference would compute with. A step of its layer, as
  /// every call of the quantizer is.
  ///
  /// @param layer name of the layer
  /// @param values `rows · columns` values, row-major; not changed
  /// @param rows tokens
  /// @param columns features
  public float[] forward(String layer, float[] values, int rows, int columns) {
    return quantizer.quantize(layer, values, rows, columns).dequantize();
  }

  /// The gradient by the input of [#forward], given that by its output: the same, copied.
  ///
  /// @param outputGradient gradient by each output value
  public float[] backward(float[] outputGradient) {
    return outputGradient.clone();
  }
}

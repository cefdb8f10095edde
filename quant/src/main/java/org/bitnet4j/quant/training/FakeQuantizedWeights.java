package org.bitnet4j.quant.training;

import org.bitnet4j.quant.QuantizedTensor;
import org.bitnet4j.quant.TensorSource;

/// The forward pass of one weight matrix: what the layer multiplies with, and the tensor behind it.
/// Owns the tensor's off-heap memory.
public final class FakeQuantizedWeights implements AutoCloseable {
  private final TensorSource weights;
  private final Quantization.Result quantized;
  private final double lambda;
  private final float[] values;

  FakeQuantizedWeights(
      TensorSource weights, Quantization.Result quantized, double lambda, float[] values) {
    this.weights = weights;
    this.quantized = quantized;
    this.lambda = lambda;
    this.values = values;
  }

  /// The effective weights w + λ(ŵ − w), row-major; ŵ itself where λ = 1. Not a copy.
  public float[] values() {
    return values;
  }

  /// The tensor whose dequantized values ŵ are, learned scales included: packing it exports exactly
  /// what this pass has seen.
  public QuantizedTensor tensor() {
    return quantized.tensor();
  }

  TensorSource weights() {
    return weights;
  }

  Quantization.ClipRange clip() {
    return quantized.clip();
  }

  double lambda() {
    return lambda;
  }

  /// Releases the tensor.
  @Override
  public void close() {
    quantized.tensor().close();
  }
}

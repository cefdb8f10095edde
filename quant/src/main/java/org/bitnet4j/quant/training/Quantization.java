package org.bitnet4j.quant.training;

import org.bitnet4j.quant.QuantizedTensor;
import org.bitnet4j.quant.TensorSource;
import org.bitnet4j.quant.config.WeightQuantizationConfig;
import org.bitnet4j.quant.weights.QuantizedWeights;
import org.bitnet4j.quant.weights.WeightQuantizer;

/// The quantizer that training looks through: the very function that makes an exported file, so
/// that exported codes are those of the last forward pass.
@FunctionalInterface
public interface Quantization {
  /// The quantizer that exports use.
  ///
  /// @param config what to do
  /// @throws org.bitnet4j.quant.config.ConfigValidationException where it has errors
  static Quantization of(WeightQuantizationConfig config) {
    WeightQuantizer quantizer = WeightQuantizer.of(config);
    return weights -> {
      QuantizedWeights quantized = quantizer.quantize(weights);
      return new Result(quantized.tensor(), quantized.clip()::contains);
    };
  }

  /// Quantizes a matrix.
  ///
  /// @param weights values w
  /// @return a tensor of the same dimensions, owned by the caller, and what was clipped
  Result quantize(TensorSource weights);

  /// What became of a matrix.
  ///
  /// @param tensor codes and scales
  /// @param clip which weights `clipThreshold` left as they were
  record Result(QuantizedTensor tensor, ClipRange clip) {}

  /// The interval outside which `clipThreshold` clamped the weights of a scale group.
  @FunctionalInterface
  interface ClipRange {
    /// Nothing is clamped.
    ClipRange ALL = (group, weight) -> true;

    /// Whether a weight lies in the interval, its ends included.
    ///
    /// @param group number of the scale group
    /// @param weight value w before quantization
    boolean contains(long group, float weight);
  }
}

package org.bitnet4j.models.forward;

import org.bitnet4j.quant.activations.CalibrationArtefact;
import org.bitnet4j.quant.config.ActivationQuantizationConfig;
import org.jspecify.annotations.Nullable;

/// What happens to the inputs of linear layers.
public sealed interface ActivationPolicy {
  /// What the model was trained with: absmax int8 per token before ternary weights of a b1.58 model
  /// (arXiv 2402.17764), else nothing.
  record AsTrained() implements ActivationPolicy {}

  /// They stay floats; before ternary weights as 24-bit fixed point, relative to the token's
  /// largest value, in exact sums.
  record Exact() implements ActivationPolicy {}

  /// Quantized as configured, before ternary and float weights alike; attention too where the
  /// configuration switches it on.
  ///
  /// @param config how
  /// @param calibration frozen ranges for STATIC without a warm-up
  record Configured(ActivationQuantizationConfig config, @Nullable CalibrationArtefact calibration)
      implements ActivationPolicy {
    /// Without frozen ranges.
    ///
    /// @param config how
    public Configured(ActivationQuantizationConfig config) {
      this(config, null);
    }
  }
}

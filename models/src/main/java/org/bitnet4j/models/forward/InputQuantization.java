package org.bitnet4j.models.forward;

import org.bitnet4j.quant.activations.ActivationQuantizer;
import org.bitnet4j.quant.config.ActivationQuantizationConfig;
import org.bitnet4j.quant.config.QuantizationPrecision;
import org.bitnet4j.quant.config.QuantizationStrategy;

/// How the inputs of products are quantized: an [ActivationPolicy] put to work.
sealed interface InputQuantization {
  /// Not at all.
  record None() implements InputQuantization {}

  /// Absmax int8 per token, the fast path.
  ///
  /// @param dense whether before float weights too
  record Absmax(boolean dense) implements InputQuantization {}

  /// By a quantizer with its state, before float weights too.
  ///
  /// @param quantizer it
  record Configured(ActivationQuantizer quantizer) implements InputQuantization {}

  /// What a policy means for a model.
  ///
  /// @param quantizes whether the model was trained with quantized activations
  static InputQuantization of(ActivationPolicy policy, boolean quantizes) {
    return switch (policy) {
      case ActivationPolicy.AsTrained() -> quantizes ? new Absmax(false) : new None();
      case ActivationPolicy.Exact() -> new None();
      case ActivationPolicy.Configured(var config, var calibration) -> {
        ActivationQuantizer quantizer =
            calibration == null
                ? ActivationQuantizer.of(config)
                : ActivationQuantizer.of(config, calibration);
        yield isAbsmax(config) ? new Absmax(true) : new Configured(quantizer);
      }
    };
  }

  /// Whether a configuration gives the codes of b1.58 and nobody wants its log or its cache.
  private static boolean isAbsmax(ActivationQuantizationConfig config) {
    QuantizationStrategy strategy = config.base().strategy();
    return config.base().precision() == QuantizationPrecision.EIGHT_BIT
        && (strategy == QuantizationStrategy.DYNAMIC || strategy == QuantizationStrategy.SYMMETRIC)
        && config.perToken()
        && config.outlierPercentile() == 100
        && config.base().clipThreshold() == null
        && !config.enableCaching();
  }
}

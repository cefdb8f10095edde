package org.bitnet4j.models.architecture;

/// How the frequencies of a rotary embedding are changed for longer contexts.
public sealed interface RopeScaling {
  /// Not at all.
  record None() implements RopeScaling {}

  /// Positions divided by a factor (arXiv 2306.15595).
  ///
  /// @param factor the divisor
  record Linear(double factor) implements RopeScaling {}

  /// Low frequencies divided by a factor, high ones kept, those between blended, as in Llama 3.1.
  ///
  /// @param factor the divisor of low frequencies
  /// @param lowFrequencyFactor wavelengths above `originalContext` over this are low
  /// @param highFrequencyFactor wavelengths below `originalContext` over this are high
  /// @param originalContext tokens of the context in training
  record Llama3(
      double factor, double lowFrequencyFactor, double highFrequencyFactor, int originalContext)
      implements RopeScaling {}

  /// YaRN (arXiv 2309.00071): low frequencies divided by a factor, high ones kept, a ramp between,
  /// and rotated values multiplied by a constant.
  ///
  /// @param factor the divisor of low frequencies
  /// @param originalContext tokens of the context in training
  /// @param betaFast rotations over that context above which a frequency is kept
  /// @param betaSlow rotations below which it is divided
  /// @param attentionFactor what cosine and sine are multiplied by
  record Yarn(
      double factor, int originalContext, double betaFast, double betaSlow, double attentionFactor)
      implements RopeScaling {}
}

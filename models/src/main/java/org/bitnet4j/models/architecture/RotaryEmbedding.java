package org.bitnet4j.models.architecture;

/// A rotary position embedding (arXiv 2104.09864): pair i of a head, elements i and i + d/2, is
/// turned by position · θ^(−2i/d).
///
/// @param theta θ, the base
/// @param dimensions d, even
/// @param scaling how frequencies are changed for longer contexts
public record RotaryEmbedding(double theta, int dimensions, RopeScaling scaling) {

  /// The angle of each pair per position, d/2 values, in double by correctly rounded functions, so
  /// the same on every machine.
  public double[] frequencies() {
    double[] frequencies = new double[dimensions / 2];
    for (int i = 0; i < frequencies.length; i++) {
      frequencies[i] = scaled(i, 1 / StrictMath.pow(theta, 2.0 * i / dimensions));
    }
    return frequencies;
  }

  /// What cosine and sine are multiplied by.
  public double magnitude() {
    return scaling instanceof RopeScaling.Yarn yarn ? yarn.attentionFactor() : 1;
  }

  private double scaled(int pair, double frequency) {
    return switch (scaling) {
      case RopeScaling.None() -> frequency;
      case RopeScaling.Linear(double factor) -> frequency / factor;
      case RopeScaling.Llama3 llama -> blended(llama, frequency);
      case RopeScaling.Yarn yarn -> ramped(yarn, pair, frequency);
    };
  }

  private static double blended(RopeScaling.Llama3 llama, double frequency) {
    double turns = llama.originalContext() * frequency / (2 * StrictMath.PI);
    double kept =
        (turns - llama.lowFrequencyFactor())
            / (llama.highFrequencyFactor() - llama.lowFrequencyFactor());
    return mixed(frequency, llama.factor(), Math.clamp(kept, 0.0, 1.0));
  }

  private double ramped(RopeScaling.Yarn yarn, int pair, double frequency) {
    double first = Math.max(0, Math.floor(pairOfTurns(yarn, yarn.betaFast())));
    double last = Math.min(dimensions - 1.0, Math.ceil(pairOfTurns(yarn, yarn.betaSlow())));
    // The reference widens an empty ramp by this much.
    double width = last == first ? 0.001 : last - first;
    return mixed(frequency, yarn.factor(), 1 - Math.clamp((pair - first) / width, 0.0, 1.0));
  }

  /// The pair, in fractions, that turns so many times over the original context.
  private double pairOfTurns(RopeScaling.Yarn yarn, double turns) {
    return dimensions
        * StrictMath.log(yarn.originalContext() / (turns * 2 * StrictMath.PI))
        / (2 * StrictMath.log(theta));
  }

  private static double mixed(double frequency, double factor, double kept) {
    return (1 - kept) * frequency / factor + kept * frequency;
  }
}

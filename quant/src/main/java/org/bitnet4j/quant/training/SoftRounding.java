package org.bitnet4j.quant.training;

/// Rounding with a slope: ⌊x⌋ + ½ + ½·tanh((x − ⌊x⌋ − ½)/T) / tanh(½/T) for a temperature T.
///
/// Continuously differentiable and strictly monotonic in exact arithmetic, with every integer and
/// every half as a fixed point. T → 0 is rounding to the nearest integer (halves stay in the
/// middle), T → ∞ is the identity. Computed with [StrictMath]: the same bits on every machine.
///
/// @param temperature T in (0, 10]
public record SoftRounding(double temperature) {
  /// Refuses a temperature out of range.
  public SoftRounding {
    if (!(temperature > 0 && temperature <= 10)) {
      throw new IllegalArgumentException(
          "temperature must be in (0, 10], got [" + temperature + "]");
    }
  }

  /// The softly rounded value.
  ///
  /// @param x finite
  public double round(double x) {
    double floor = Math.floor(x);
    double fraction = x - floor;
    double step =
        StrictMath.tanh((fraction - 0.5) / temperature) / StrictMath.tanh(0.5 / temperature);
    return floor + (0.5 + 0.5 * step);
  }

  /// The slope at x: sech²((x − ⌊x⌋ − ½)/T) / (2T·tanh(½/T)), not negative.
  ///
  /// @param x finite
  public double derivative(double x) {
    double fraction = x - Math.floor(x);
    // 1/cosh² and not 1 − tanh², which loses all digits where tanh is close to 1.
    double cosh = StrictMath.cosh((fraction - 0.5) / temperature);
    return 1 / (cosh * cosh) / (2 * temperature * StrictMath.tanh(0.5 / temperature));
  }
}

package org.bitnet4j.quant.training;

/// The int8 grid with soft rounding R over values that share one scale s: x̂ = R(x·s)/s, and its
/// derivative. In double throughout, so that the derivative can be checked numerically.
///
/// @param rounding R
record SoftGrid(SoftRounding rounding) {
  /// Range below which the scale no longer grows (arXiv 2402.17764).
  static final double MINIMUM_RANGE = 1e-5;

  static final int LOWEST = -127;
  static final int HIGHEST = 127;

  static double scale(double range) {
    return HIGHEST / Math.max(range, MINIMUM_RANGE);
  }

  static double absMax(double[] x) {
    double max = 0;
    for (double value : x) {
      max = Math.max(max, Math.abs(value));
    }
    return max;
  }

  /// x̂ of one value under a fixed scale.
  double reproduce(double x, double scale) {
    return rounding.round(Math.clamp(x * scale, LOWEST, HIGHEST)) / scale;
  }

  /// ∂x̂/∂x of one value under a fixed scale: R′(x·s), zero where x·s is clamped.
  double slope(double x, double scale) {
    double steps = x * scale;
    return steps < LOWEST || steps > HIGHEST ? 0 : rounding.derivative(steps);
  }

  /// Values of one scale group, the scale taken from their own absolute maximum.
  double[] forward(double[] x) {
    double scale = scale(absMax(x));
    double[] values = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      values[i] = rounding.round(x[i] * scale) / scale;
    }
    return values;
  }

  /// Gradient of a loss with respect to x for g = dL/dx̂, the way through the scale included:
  ///
  /// ```
  /// dL/dx_j = g_j·R′(x_j·s) + [j is the largest]·ds/dx_j·Σ_i g_i·(R′(x_i·s)·x_i/s − R(x_i·s)/s²)
  /// ```
  ///
  /// with ds/dx_j = −s·sign(x_j)/abs x_j, and 0 below the minimum range. Of several values of
  /// largest magnitude the first one carries the scale.
  double[] backward(double[] x, double[] g) {
    double range = absMax(x);
    double scale = scale(range);
    double[] gradient = new double[x.length];
    double scaleGradient = 0;
    int largest = -1;
    for (int i = 0; i < x.length; i++) {
      double steps = x[i] * scale;
      double slope = rounding.derivative(steps);
      gradient[i] = g[i] * slope;
      scaleGradient += g[i] * (slope * x[i] - rounding.round(steps) / scale) / scale;
      if (largest < 0 && Math.abs(x[i]) == range) {
        largest = i;
      }
    }
    if (range > MINIMUM_RANGE) {
      gradient[largest] -= scaleGradient * Math.signum(x[largest]) * scale / range;
    }
    return gradient;
  }
}

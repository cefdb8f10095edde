package org.bitnet4j.quant.training;

import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.config.ActivationQuantizationConfig;
import org.bitnet4j.quant.config.QuantizationPrecision;
import org.bitnet4j.quant.config.QuantizationStrategy;
import org.jspecify.annotations.Nullable;

/// Fake int8 quantization of activations: x̂ = q/s with s = 127/max(range, 1e-5) and codes q.
///
/// - Without `smoothQuantization`: q = clamp(rint(x·s), −128, 127), exactly as inference computes
///   it (arXiv 2402.17764); the gradient passes straight through, and is zero where x was clamped.
/// - With it: q = R(clamp(x·s)) with [SoftRounding] R of the configured temperature; the gradient
///   is the true derivative, the way through a range taken from x included.
public final class ActivationFakeQuantizer {
  private final ActivationQuantizationConfig config;
  private final @Nullable SoftGrid soft;

  private ActivationFakeQuantizer(ActivationQuantizationConfig config) {
    this.config = config;
    this.soft =
        config.smoothQuantization() ? new SoftGrid(new SoftRounding(config.temperature())) : null;
  }

  /// A fake quantizer for one configuration.
  ///
  /// @param config reads `qatEnabled`, `perToken`, `smoothQuantization` and `temperature`
  /// @throws TrainingRefusedException where `qatEnabled` is off, or the grid is not symmetric int8
  public static ActivationFakeQuantizer of(ActivationQuantizationConfig config) {
    TrainingRefusedException.requireQat(config.base());
    if (config.base().precision() != QuantizationPrecision.EIGHT_BIT
        || config.base().strategy() == QuantizationStrategy.ASYMMETRIC) {
      throw new TrainingRefusedException(
          "activations must be on a symmetric EIGHT_BIT grid for training",
          config.base().precision() + " " + config.base().strategy(),
          "Set that precision, and SYMMETRIC or DYNAMIC.");
    }
    return new ActivationFakeQuantizer(config);
  }

  /// Forward pass, ranges being the largest magnitude of each row (`perToken`) or of all values.
  ///
  /// @param x activations, row-major; not copied
  /// @param rows tokens
  /// @param columns features
  /// @throws TrainingRefusedException where the configuration takes ranges from elsewhere: a
  ///   percentile, a running mean or a calibration
  public FakeQuantizedActivations forward(float[] x, int rows, int columns) {
    if (config.outlierPercentile() != 100) {
      throw new TrainingRefusedException(
          "outlierPercentile must be 100 where a range is the largest magnitude",
          Double.toString(config.outlierPercentile()),
          "Pass the percentiles to forwardWithRanges.");
    }
    if (!config.perToken() && config.base().strategy() != QuantizationStrategy.SYMMETRIC) {
      throw new TrainingRefusedException(
          "strategy must be SYMMETRIC, or perToken true, where ranges come from the input",
          config.base().strategy().toString(),
          "Pass the running or calibrated ranges to forwardWithRanges.");
    }
    checkFinite(x, rows, columns);
    int groups = config.perToken() ? rows : 1;
    float[] ranges = new float[groups];
    for (int i = 0; i < x.length; i++) {
      int group = groups == 1 ? 0 : i / columns;
      ranges[group] = Math.max(ranges[group], Math.abs(x[i]));
    }
    return pass(x, rows, columns, ranges, true);
  }

  /// Forward pass with given ranges, which are constants to the gradient.
  ///
  /// @param x activations, row-major; not copied
  /// @param rows tokens
  /// @param columns features
  /// @param ranges largest magnitude ≥ 0 that each scale covers: one per row with `perToken`, one
  ///   per column with `perChannel` and STATIC, otherwise one
  public FakeQuantizedActivations forwardWithRanges(
      float[] x, int rows, int columns, float[] ranges) {
    checkFinite(x, rows, columns);
    int groups = config.perToken() ? rows : perFeature() ? columns : 1;
    if (ranges.length != groups) {
      throw new IllegalArgumentException(
          "ranges must be one per scale (" + groups + "), got [" + ranges.length + "]");
    }
    for (float range : ranges) {
      if (!(range >= 0 && range <= Float.MAX_VALUE)) {
        throw new IllegalArgumentException(
            "a range must be at least 0 and finite, got [" + range + "]");
      }
    }
    return pass(x, rows, columns, ranges.clone(), false);
  }

  private boolean perFeature() {
    return !config.perToken()
        && config.base().perChannel()
        && config.base().strategy() == QuantizationStrategy.STATIC;
  }

  private int groupOf(int index, int columns, boolean ownRanges) {
    if (config.perToken()) {
      return index / columns;
    }
    return !ownRanges && perFeature() ? index % columns : 0;
  }

  private FakeQuantizedActivations pass(
      float[] x, int rows, int columns, float[] ranges, boolean ownRanges) {
    float[] values = new float[x.length];
    if (soft != null && ownRanges) {
      int size = config.perToken() ? columns : x.length;
      for (int start = 0; start < x.length; start += size) {
        store(soft.forward(slice(x, start, size)), values, start);
      }
    } else {
      for (int i = 0; i < x.length; i++) {
        values[i] = reproduce(x[i], ranges[groupOf(i, columns, ownRanges)]);
      }
    }
    return new FakeQuantizedActivations(x, rows, columns, ranges, ownRanges, values);
  }

  private float reproduce(float x, float range) {
    if (soft != null) {
      return (float) soft.reproduce(x, SoftGrid.scale(range));
    }
    float scale = scale(range);
    return (float) Math.clamp(Math.rint(x * scale), SoftGrid.LOWEST, SoftGrid.HIGHEST) / scale;
  }

  /// The scale of inference, in float32.
  private static float scale(float range) {
    return SoftGrid.HIGHEST / Math.max(range, (float) SoftGrid.MINIMUM_RANGE);
  }

  /// Backward pass.
  ///
  /// @param forward the forward pass of this quantizer that the loss was computed from
  /// @param outputGradient g = dL/dx̂, row-major, one per activation
  /// @return dL/dx, row-major
  public float[] backward(FakeQuantizedActivations forward, float[] outputGradient) {
    float[] x = forward.inputs();
    if (outputGradient.length != x.length) {
      throw new IllegalArgumentException(
          "output gradient must have one value per activation ("
              + x.length
              + "), got ["
              + outputGradient.length
              + "]");
    }
    float[] gradient = new float[x.length];
    if (soft != null && forward.ownRanges()) {
      int size = config.perToken() ? forward.columns() : x.length;
      for (int start = 0; start < x.length; start += size) {
        store(
            soft.backward(slice(x, start, size), slice(outputGradient, start, size)),
            gradient,
            start);
      }
      return gradient;
    }
    for (int i = 0; i < x.length; i++) {
      float range = forward.ranges()[groupOf(i, forward.columns(), forward.ownRanges())];
      gradient[i] = (float) (outputGradient[i] * slope(x[i], range, forward.ownRanges()));
    }
    return gradient;
  }

  private double slope(float x, float range, boolean ownRange) {
    if (soft != null) {
      return soft.slope(x, SoftGrid.scale(range));
    }
    float steps = x * scale(range);
    // A range of its own covers every value: what lies past ±127 then is rounding of the product.
    return ownRange || (steps >= SoftGrid.LOWEST && steps <= SoftGrid.HIGHEST) ? 1 : 0;
  }

  private static void checkFinite(float[] x, int rows, int columns) {
    if (rows < 0 || columns < 0 || (long) rows * columns != x.length) {
      throw new IllegalArgumentException(
          "activations must have rows x columns values, got ["
              + x.length
              + " for "
              + rows
              + " x "
              + columns
              + "]");
    }
    for (int i = 0; i < x.length; i++) {
      if (!Float.isFinite(x[i])) {
        throw new InvalidTensorException(
            "activations",
            i,
            "every value must be finite",
            Float.toString(x[i]),
            "Look for overflow in the layer before.");
      }
    }
  }

  private static double[] slice(float[] values, int start, int count) {
    double[] slice = new double[count];
    for (int i = 0; i < count; i++) {
      slice[i] = values[start + i];
    }
    return slice;
  }

  private static void store(double[] values, float[] target, int start) {
    for (int i = 0; i < values.length; i++) {
      target[start + i] = (float) values[i];
    }
  }
}

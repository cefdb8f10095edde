package org.bitnet4j.quant.training;

import org.bitnet4j.quant.Granularity;
import org.bitnet4j.quant.IntegerTensor;
import org.bitnet4j.quant.QuantizedTensor;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TensorSource;
import org.bitnet4j.quant.TernaryTensor;
import org.bitnet4j.quant.config.WeightQuantizationConfig;
import org.jspecify.annotations.Nullable;

/// Fake quantization of weights with straight-through gradients.
///
/// Forward, with codes c and zero point z of the exporter's own function of w, scale α and offset μ
/// of a weight's group, and warm-up λ:
///
/// ```
/// ŵ = α·(c − z) + μ        w̃ = w + λ(ŵ − w)
/// ```
///
/// Backward, for g = dL/dw̃:
///
/// - **Weights**: rounding, threshold and statistics are passed straight through (Bengio et al.,
///   arXiv 1308.3432), as b1.58 does: dL/dw = g. Where `clipThreshold` clamped w, ŵ does not depend
///   on w at all, and the quantized path is blocked (the saturated estimator of arXiv 1602.02830):
///   dL/dw = (1 − λ)·g. `freezeWeights` makes every dL/dw zero.
/// - **Scales** with `learnableScales`: ∂ŵ/∂α = c − z exactly, because codes come from w and not
///   from the learned α (as in arXiv 1612.01064). The gradient is multiplied with the gradient
///   scale of LSQ, 1/√(N·Q), where N is the number of weights of the group and Q the largest code
///   (arXiv 1902.08153, section 2.2): dL/dα = λ·Σg·(c − z)/√(N·Q). Frozen weights leave it as is.
public final class FakeQuantizer {
  private final boolean learnableScales;
  private final boolean freezeWeights;
  private final Quantization quantization;

  private FakeQuantizer(WeightQuantizationConfig config, Quantization quantization) {
    this.learnableScales = config.learnableScales();
    this.freezeWeights = config.freezeWeights();
    this.quantization = quantization;
  }

  /// A fake quantizer for one configuration.
  ///
  /// @param config reads `qatEnabled`, `learnableScales` and `freezeWeights`
  /// @param quantization the exporter's function for the same configuration
  /// @throws TrainingRefusedException where `qatEnabled` is off
  public static FakeQuantizer of(WeightQuantizationConfig config, Quantization quantization) {
    TrainingRefusedException.requireQat(config.base());
    return new FakeQuantizer(config, quantization);
  }

  /// Forward pass with the scales that the exporter's function gives; they are also what learnable
  /// scales start from.
  ///
  /// @param weights values w; must not change until the backward pass is over
  /// @param lambda warm-up in [0, 1]; 1 for full quantization
  public FakeQuantizedWeights forward(TensorSource weights, double lambda) {
    return forward(weights, null, lambda);
  }

  /// Forward pass with learned scales.
  ///
  /// @param weights values w; must not change until the backward pass is over
  /// @param scales α per scale group, finite
  /// @param lambda warm-up in [0, 1]; 1 for full quantization
  /// @throws TrainingRefusedException where `learnableScales` is off
  public FakeQuantizedWeights forwardWithScales(
      TensorSource weights, float[] scales, double lambda) {
    if (!learnableScales) {
      throw new TrainingRefusedException(
          "learnableScales must be true to pass scales",
          "false",
          "Set it, or leave scales to the quantizer.");
    }
    return forward(weights, scales, lambda);
  }

  private FakeQuantizedWeights forward(
      TensorSource weights, float @Nullable [] scales, double lambda) {
    if (!(lambda >= 0 && lambda <= 1)) {
      throw new IllegalArgumentException("lambda must be in [0, 1], got [" + lambda + "]");
    }
    Quantization.Result result = quantization.quantize(weights);
    boolean done = false;
    try {
      if (scales != null) {
        replaceScales(result.tensor(), scales);
      }
      float[] values = blend(weights, result.tensor(), lambda);
      done = true;
      return new FakeQuantizedWeights(weights, result, lambda, values);
    } finally {
      if (!done) {
        result.tensor().close();
      }
    }
  }

  private static void replaceScales(QuantizedTensor tensor, float[] scales) {
    if (scales.length != tensor.scales().count()) {
      throw new IllegalArgumentException(
          "scales must be one per scale group ("
              + tensor.scales().count()
              + "), got ["
              + scales.length
              + "]");
    }
    for (int group = 0; group < scales.length; group++) {
      if (!Float.isFinite(scales[group])) {
        throw new IllegalArgumentException(
            "scale "
                + group
                + " must be finite, got ["
                + scales[group]
                + "]. Lower the learning rate, or clip gradients.");
      }
      tensor.scales().setMultiplier(group, scales[group]);
    }
  }

  private static float[] blend(TensorSource weights, QuantizedTensor tensor, double lambda) {
    TensorShape shape = tensor.shape();
    int columns = shape.columns();
    float[] values = new float[Math.toIntExact(shape.elements())];
    float[] row = new float[columns];
    for (int r = 0; r < shape.rows(); r++) {
      tensor.dequantizeRow(r, values, r * columns);
      if (lambda < 1) {
        weights.readRows(r, 1, row, 0);
        for (int c = 0; c < columns; c++) {
          double w = row[c];
          values[r * columns + c] = (float) (w + lambda * (values[r * columns + c] - w));
        }
      }
    }
    return values;
  }

  /// Backward pass.
  ///
  /// @param forward the forward pass of this quantizer that the loss was computed from
  /// @param outputGradient g = dL/dw̃, row-major, one per weight
  public WeightGradients backward(FakeQuantizedWeights forward, float[] outputGradient) {
    if (outputGradient.length != forward.values().length) {
      throw new IllegalArgumentException(
          "output gradient must have one value per weight ("
              + forward.values().length
              + "), got ["
              + outputGradient.length
              + "]");
    }
    return new WeightGradients(
        freezeWeights ? new float[outputGradient.length] : weightGradient(forward, outputGradient),
        learnableScales ? scaleGradient(forward, outputGradient) : new float[0]);
  }

  private static float[] weightGradient(FakeQuantizedWeights forward, float[] outputGradient) {
    float[] gradient = outputGradient.clone();
    QuantizedTensor tensor = forward.tensor();
    Granularity granularity = tensor.scales().granularity();
    int columns = tensor.shape().columns();
    float[] row = new float[columns];
    for (int r = 0; r < tensor.shape().rows(); r++) {
      forward.weights().readRows(r, 1, row, 0);
      for (int c = 0; c < columns; c++) {
        if (!forward.clip().contains(granularity.groupOf(r, c, columns), row[c])) {
          gradient[r * columns + c] = (float) ((1 - forward.lambda()) * gradient[r * columns + c]);
        }
      }
    }
    return gradient;
  }

  private static float[] scaleGradient(FakeQuantizedWeights forward, float[] outputGradient) {
    QuantizedTensor tensor = forward.tensor();
    Granularity granularity = tensor.scales().granularity();
    int columns = tensor.shape().columns();
    int groups = Math.toIntExact(tensor.scales().count());
    double[] sums = new double[groups];
    long[] sizes = new long[groups];
    int[] steps = new int[columns];
    for (int r = 0; r < tensor.shape().rows(); r++) {
      readSteps(tensor, r, steps);
      for (int c = 0; c < columns; c++) {
        int group = (int) granularity.groupOf(r, c, columns);
        sums[group] += (double) outputGradient[r * columns + c] * steps[c];
        sizes[group]++;
      }
    }
    float[] gradient = new float[groups];
    for (int group = 0; group < groups; group++) {
      gradient[group] =
          (float)
              (forward.lambda()
                  * sums[group]
                  / Math.sqrt((double) sizes[group] * largestCode(tensor)));
    }
    return gradient;
  }

  /// The factors c − z of the scales in one row.
  private static void readSteps(QuantizedTensor tensor, int row, int[] steps) {
    int columns = steps.length;
    switch (tensor) {
      case TernaryTensor ternary -> {
        byte[] trits = new byte[columns];
        ternary.readTrits(row, 0, columns, trits, 0);
        for (int c = 0; c < columns; c++) {
          steps[c] = trits[c];
        }
      }
      case IntegerTensor integer -> {
        Granularity granularity = integer.scales().granularity();
        for (int c = 0; c < columns; c++) {
          steps[c] =
              integer.code((long) row * columns + c)
                  - integer.zeroPoint(granularity.groupOf(row, c, columns));
        }
      }
    }
  }

  private static int largestCode(QuantizedTensor tensor) {
    return switch (tensor) {
      case TernaryTensor ignored -> 1;
      case IntegerTensor integer ->
          (1 << (integer.hasZeroPoints() ? integer.bits() : integer.bits() - 1)) - 1;
    };
  }
}

package org.bitnet4j.quant.training;

import java.util.ArrayList;
import java.util.List;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.config.WeightQuantizationConfig;
import org.jspecify.annotations.Nullable;

/// What one training step does round its optimizer: clips the global gradient norm before, decays
/// weights apart from the gradient afterwards. Pure functions: arguments stay as they are.
///
/// @param freezeWeights weights do not move, decay included
/// @param weightDecay decay λ ≥ 0, 0 for none
/// @param gradientClip largest global norm, positive; absent for no clipping
public record UpdateRule(boolean freezeWeights, double weightDecay, @Nullable Double gradientClip) {

  /// Refuses values out of range.
  public UpdateRule {
    if (!(weightDecay >= 0) || weightDecay == Double.POSITIVE_INFINITY) {
      throw new IllegalArgumentException(
          "weightDecay must be at least 0 and finite, got [" + weightDecay + "]");
    }
    if (gradientClip != null && !(gradientClip > 0)) {
      throw new IllegalArgumentException(
          "gradientClip must be positive, got [" + gradientClip + "]");
    }
  }

  /// The rule of a configuration.
  ///
  /// @param config reads `qatEnabled`, `freezeWeights`, `weightDecay` and `gradientClip`
  /// @throws TrainingRefusedException where `qatEnabled` is off
  public static UpdateRule of(WeightQuantizationConfig config) {
    TrainingRefusedException.requireQat(config.base());
    Double decay = config.weightDecay();
    return new UpdateRule(config.freezeWeights(), decay == null ? 0 : decay, config.gradientClip());
  }

  /// The Euclidean norm of all gradients together, √Σg², summed in list order.
  ///
  /// @param gradients one array per parameter
  /// @throws InvalidTensorException for a NaN or infinite gradient
  public static double globalNorm(List<float[]> gradients) {
    double sum = 0;
    for (int p = 0; p < gradients.size(); p++) {
      float[] gradient = gradients.get(p);
      for (int i = 0; i < gradient.length; i++) {
        if (!Float.isFinite(gradient[i])) {
          throw new InvalidTensorException(
              "gradient " + p,
              i,
              "every value must be finite",
              Float.toString(gradient[i]),
              "Lower the learning rate, or skip this step.");
        }
        sum += (double) gradient[i] * gradient[i];
      }
    }
    return Math.sqrt(sum);
  }

  /// Gradients of which the global norm is at most `gradientClip`: all multiplied with clip / norm
  /// where it is larger, copies as they are where it is not (arXiv 1211.5063).
  ///
  /// @param gradients one array per parameter
  /// @throws InvalidTensorException for a NaN or infinite gradient
  public List<float[]> clip(List<float[]> gradients) {
    double norm = globalNorm(gradients);
    double factor = gradientClip == null || norm <= gradientClip ? 1 : gradientClip / norm;
    List<float[]> clipped = new ArrayList<>(gradients.size());
    for (float[] gradient : gradients) {
      clipped.add(scaled(gradient, factor));
    }
    return clipped;
  }

  /// Weights after one step with decoupled decay, w − η·λ·w − η·u (AdamW, arXiv 1711.05101); a copy
  /// of them where they are frozen.
  ///
  /// @param weights w
  /// @param update direction u of the optimizer, as long as `weights`
  /// @param learningRate η ≥ 0
  public float[] step(float[] weights, float[] update, double learningRate) {
    if (update.length != weights.length) {
      throw new IllegalArgumentException(
          "update must be as long as the weights ("
              + weights.length
              + "), got ["
              + update.length
              + "]");
    }
    if (!(learningRate >= 0) || learningRate == Double.POSITIVE_INFINITY) {
      throw new IllegalArgumentException(
          "learningRate must be at least 0 and finite, got [" + learningRate + "]");
    }
    float[] moved = weights.clone();
    if (freezeWeights) {
      return moved;
    }
    for (int i = 0; i < moved.length; i++) {
      double w = weights[i];
      moved[i] = (float) (w - learningRate * weightDecay * w - learningRate * update[i]);
    }
    return moved;
  }

  private static float[] scaled(float[] values, double factor) {
    float[] scaled = values.clone();
    if (factor != 1) {
      for (int i = 0; i < scaled.length; i++) {
        scaled[i] = (float) (scaled[i] * factor);
      }
    }
    return scaled;
  }
}

package org.bitnet4j.quant.training;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.bitnet4j.quant.EffectProbe;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TensorSource;
import org.bitnet4j.quant.config.ActivationQuantizationConfig;
import org.bitnet4j.quant.config.WeightQuantizationConfig;

/// For each configuration field that only training reads, what a user can observe of it.
public final class TrainingFieldEffects {
  private static final TensorSource WEIGHTS =
      TensorSource.of(
          "w",
          TensorShape.of(2, 4),
          new float[] {0.9f, -0.1f, 0.4f, -1.3f, 0.2f, 0.7f, -0.6f, 0.05f});
  private static final float[] GRADIENT = {0.5f, -1, 2, 0.25f, -0.75f, 1, -0.1f, 3};
  private static final float[] ACTIVATIONS = {0.33f, -1.7f, 0.9f, 0.04f, 2.5f, -0.61f};

  private TrainingFieldEffects() {}

  /// A probe for each field of a weight configuration that only training reads, by path.
  public static Map<String, EffectProbe<WeightQuantizationConfig>> weightProbes() {
    return Map.of(
        "base.qatEnabled",
        new EffectProbe<>(
            TrainingConfigs.weights(false, false, false, null, null),
            TrainingConfigs.weights(true, false, false, null, null),
            TrainingFieldEffects::offered),
        "learnableScales",
        new EffectProbe<>(
            TrainingConfigs.weights(true, false, false, null, null),
            TrainingConfigs.weights(true, true, false, null, null),
            config -> Arrays.toString(gradients(config).scales())),
        "freezeWeights",
        new EffectProbe<>(
            TrainingConfigs.weights(true, true, false, null, null),
            TrainingConfigs.weights(true, true, true, null, null),
            config -> Arrays.toString(gradients(config).weights())),
        "weightDecay",
        new EffectProbe<>(
            TrainingConfigs.weights(true, false, false, null, null),
            TrainingConfigs.weights(true, false, false, 0.1, null),
            config -> Arrays.toString(UpdateRule.of(config).step(GRADIENT, new float[8], 0.5))),
        "gradientClip",
        new EffectProbe<>(
            TrainingConfigs.weights(true, false, false, null, null),
            TrainingConfigs.weights(true, false, false, null, 1.0),
            config -> Arrays.toString(UpdateRule.of(config).clip(List.of(GRADIENT)).getFirst())));
  }

  /// A probe for each field of an activation configuration that only training reads, by path.
  public static Map<String, EffectProbe<ActivationQuantizationConfig>> activationProbes() {
    return Map.of(
        "smoothQuantization",
        new EffectProbe<>(
            TrainingConfigs.activations(true, true, false, 1),
            TrainingConfigs.activations(true, true, true, 1),
            TrainingFieldEffects::forward),
        "temperature",
        new EffectProbe<>(
            TrainingConfigs.activations(true, true, true, 1),
            TrainingConfigs.activations(true, true, true, 0.1),
            TrainingFieldEffects::forward));
  }

  private static String offered(WeightQuantizationConfig config) {
    try {
      FakeQuantizer quantizer = FakeQuantizer.of(config, Quantization.of(config));
      try (FakeQuantizedWeights forward = quantizer.forward(WEIGHTS, 1)) {
        return Arrays.toString(forward.values());
      }
    } catch (TrainingRefusedException refusal) {
      return refusal.toString();
    }
  }

  private static WeightGradients gradients(WeightQuantizationConfig config) {
    FakeQuantizer quantizer = FakeQuantizer.of(config, Quantization.of(config));
    try (FakeQuantizedWeights forward = quantizer.forward(WEIGHTS, 1)) {
      return quantizer.backward(forward, GRADIENT);
    }
  }

  private static String forward(ActivationQuantizationConfig config) {
    return Arrays.toString(ActivationFakeQuantizer.of(config).forward(ACTIVATIONS, 2, 3).values());
  }
}

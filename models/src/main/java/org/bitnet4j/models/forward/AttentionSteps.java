package org.bitnet4j.models.forward;

import org.bitnet4j.quant.config.AttentionQuantizationConfig;
import org.jspecify.annotations.Nullable;

/// What quantization does to the scores and probabilities of one query and head, as
/// [org.bitnet4j.quant.activations.QuantizedAttention] documents; it works on float32 rows in
/// place. Stateless.
final class AttentionSteps {
  /// No step at all: plain attention that never touches what the mask hides.
  static final AttentionSteps NONE =
      new AttentionSteps(
          new AttentionQuantizationConfig(
              false, false, false, false, false, null, /* causalOptimization= */ true, null));

  private static final double LEVELS = 255;

  private final AttentionQuantizationConfig config;

  private AttentionSteps(AttentionQuantizationConfig config) {
    this.config = config;
  }

  /// The steps of a configuration, none where it is absent.
  static AttentionSteps of(@Nullable AttentionQuantizationConfig config) {
    if (config == null) {
      return NONE;
    }
    config.validate();
    return new AttentionSteps(config);
  }

  AttentionQuantizationConfig config() {
    return config;
  }

  /// Clamps scores to ± the threshold.
  ///
  /// @return how many lay beyond
  int clip(float[] scores, int offset, int count) {
    Double threshold = config.scoreClipThreshold();
    if (threshold == null) {
      return 0;
    }
    float limit = threshold.floatValue();
    int clipped = 0;
    for (int i = offset; i < offset + count; i++) {
      if (Math.abs(scores[i]) > limit) {
        scores[i] = Math.clamp(scores[i], -limit, limit);
        clipped++;
      }
    }
    return clipped;
  }

  /// Drops probabilities below the threshold, never the largest, and renormalises the others.
  ///
  /// @param dropped counts them, and adds up what they were
  void drop(float[] probabilities, int offset, int count, Dropped dropped) {
    Double threshold = config.sparsityThreshold();
    if (threshold == null) {
      return;
    }
    float smallest = Math.min(threshold.floatValue(), maximum(probabilities, offset, count));
    double kept = 0;
    for (int i = offset; i < offset + count; i++) {
      if (probabilities[i] < smallest) {
        dropped.mass += probabilities[i];
        dropped.count++;
        probabilities[i] = 0;
      } else {
        kept += probabilities[i];
      }
    }
    for (int i = offset; i < offset + count; i++) {
      probabilities[i] = (float) (probabilities[i] / kept);
    }
  }

  /// What was dropped of one row or more.
  static final class Dropped {
    private int count;
    private double mass;

    int count() {
      return count;
    }

    double mass() {
      return mass;
    }

    void reset() {
      count = 0;
      mass = 0;
    }
  }

  /// Puts probabilities on a grid of 255 steps of the row's largest, and renormalises them.
  void quantize(float[] probabilities, int offset, int count) {
    if (!config.quantizeScores()) {
      return;
    }
    double perCode = LEVELS / maximum(probabilities, offset, count);
    long sum = 0;
    for (int i = offset; i < offset + count; i++) {
      double code = Math.rint(probabilities[i] * perCode);
      probabilities[i] = (float) code;
      sum += (long) code;
    }
    for (int i = offset; i < offset + count; i++) {
      probabilities[i] = (float) ((double) probabilities[i] / sum);
    }
  }

  private static float maximum(float[] x, int offset, int count) {
    float maximum = x[offset];
    for (int i = offset + 1; i < offset + count; i++) {
      maximum = Math.max(maximum, x[i]);
    }
    return maximum;
  }
}

package org.bitnet4j.quant.activations;

import static org.assertj.core.api.Assertions.assertThat;

import org.bitnet4j.quant.config.QuantizationStrategy;
import org.bitnet4j.quant.training.ActivationFakeQuantizer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The forward pass of training, given the ranges of this package, is what inference computes.
@Tag("kernels")
class TrainingAgreementTest {
  @ParameterizedTest
  @EnumSource
  void trainingSeesWhatInferenceComputes(QuantizationStrategy strategy) {
    for (boolean perToken : new boolean[] {false, true}) {
      if (strategy == QuantizationStrategy.ASYMMETRIC
          || (strategy == QuantizationStrategy.STATIC && perToken)) {
        continue; // the one is not trained with, the other contradicts itself
      }
      var quantizer =
          Configs.of(strategy).perToken(perToken).perChannel(true).qat(true).warmup(1).quantizer();
      for (Activations kind : Activations.values()) {
        float[] values = kind.values(3, 8 * 50);
        var quantized = quantizer.quantize(kind.name(), values, 8, 50);
        float[] ranges = new float[quantized.scaleCount()];
        for (int i = 0; i < ranges.length; i++) {
          ranges[i] = quantized.range(i);
        }
        float[] trained =
            ActivationFakeQuantizer.of(quantizer.config())
                .forwardWithRanges(values, 8, 50, ranges)
                .values();
        for (int i = 0; i < trained.length; i++) {
          trained[i] += 0f; // a code has no sign of zero
        }
        assertThat(trained).isEqualTo(quantized.dequantize());
      }
    }
  }
}

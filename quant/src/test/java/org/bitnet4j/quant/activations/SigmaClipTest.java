package org.bitnet4j.quant.activations;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Clipping to mean ± t·σ comes first, by row or by call, and is counted.
@Tag("kernels")
class SigmaClipTest {
  @Test
  void theInputIsNotChanged() {
    float[] values = Activations.OUTLIERS.values(1, 1000);
    var quantized =
        Configs.symmetric().clip(1).percentile(90).quantizer().quantize(values, 10, 100);
    assertThat(values).isEqualTo(Activations.OUTLIERS.values(1, 1000));
    assertThat(quantized.clipped()).isPositive();
  }

  @Test
  void valuesBeyondSigmaAreClampedAndCounted() {
    float[] values = new float[100];
    for (int i = 0; i < 100; i++) {
      values[i] = i % 2 == 0 ? 1 : -1;
    }
    values[98] = 101;
    var perTensor = Configs.symmetric().clip(2).quantizer().quantize(values, 2, 50);
    var perToken = Configs.symmetric().clip(2).perToken(true).quantizer().quantize(values, 2, 50);

    assertThat(perTensor.clipped()).isEqualTo(1);
    assertThat(perTensor.scale(0)).isEqualTo(127f / bound(values, 0, 100));
    assertThat(perTensor.code(1, 48)).isEqualTo(127);
    assertThat(perToken.clipped()).isEqualTo(1);
    assertThat(perToken.scale(0)).isEqualTo(127);
    assertThat(perToken.scale(1)).isEqualTo(127f / bound(values, 50, 100));
  }

  /// Mean + 2σ.
  private static float bound(float[] values, int from, int to) {
    double mean = 0;
    for (int i = from; i < to; i++) {
      mean += (double) values[i] / (to - from);
    }
    double variance = 0;
    for (int i = from; i < to; i++) {
      variance += Math.pow(values[i] - mean, 2) / (to - from);
    }
    return (float) (mean + 2 * Math.sqrt(variance));
  }
}

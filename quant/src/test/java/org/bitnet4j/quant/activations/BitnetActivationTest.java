package org.bitnet4j.quant.activations;

import static org.assertj.core.api.Assertions.assertThat;

import org.bitnet4j.quant.config.ActivationQuantizationConfig;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// `bitnet()` is the formula of b1.58, to the bit, over more than 10⁶ values.
@Tag("kernels")
class BitnetActivationTest {
  private static final int COLUMNS = 641;
  private static final int ROWS = 260;

  @ParameterizedTest
  @EnumSource
  void everyCodeAndScaleIsTheFormula(Activations kind) {
    float[] values = kind.values(7, ROWS * COLUMNS);

    var quantized =
        ActivationQuantizer.of(ActivationQuantizationConfig.bitnet())
            .quantize(values, ROWS, COLUMNS);

    byte[] expected = new byte[values.length];
    float[] scales = new float[ROWS];
    for (int row = 0; row < ROWS; row++) {
      scales[row] = reference(values, row * COLUMNS, expected);
      assertThat(quantized.scale(row)).isEqualTo(scales[row]);
      assertThat(quantized.zeroPoint(row)).isZero();
    }
    assertThat(quantized.codes()).isEqualTo(expected);
    assertThat(quantized.saturated()).isZero();
    float[] dequantized = quantized.dequantize();
    for (int i = 0; i < values.length; i++) {
      assertThat(dequantized[i]).isEqualTo(expected[i] / scales[i / COLUMNS]);
    }
  }

  /// The text of the formula, a token at a time: s = 127 / max(max|x|, 1e-5), q = clamp(rint(x·s),
  /// −128, 127).
  private static float reference(float[] x, int start, byte[] q) {
    float absmax = 0;
    for (int i = start; i < start + COLUMNS; i++) {
      absmax = Math.max(absmax, Math.abs(x[i]));
    }
    float s = 127f / Math.max(absmax, 1e-5f);
    for (int i = start; i < start + COLUMNS; i++) {
      double rounded = Math.rint(x[i] * s);
      q[i] = (byte) (int) Math.max(-128, Math.min(127, rounded));
    }
    return s;
  }

  @Test
  void tiesGoToTheEvenCode() {
    float[] values = {127, 0.5f, 1.5f, 2.5f, -0.5f, -1.5f, -2.5f, 126.5f, -126.5f, -127};

    var quantized =
        ActivationQuantizer.of(ActivationQuantizationConfig.bitnet()).quantize(values, 1, 10);

    assertThat(quantized.codes()).containsExactly(127, 0, 2, 2, 0, -2, -2, 126, -126, -127);
  }

  @Test
  void aTokenBelowTheFloorKeepsAFiniteScale() {
    float[] values = {0, -0f, Float.MIN_VALUE, 1e-6f, 0, 0, 0, 0};

    var quantized =
        ActivationQuantizer.of(ActivationQuantizationConfig.bitnet()).quantize(values, 2, 4);

    assertThat(quantized.scale(0)).isEqualTo(127f / 1e-5f);
    assertThat(quantized.scale(1)).isEqualTo(127f / 1e-5f);
    assertThat(quantized.codes()).containsExactly(0, 0, 0, 13, 0, 0, 0, 0);
  }

  @Test
  void aTokenDoesNotDependOnItsNeighbours() {
    float[] values = Activations.OUTLIERS.values(3, 40 * 96);
    var quantizer = ActivationQuantizer.of(ActivationQuantizationConfig.bitnet());
    var together = quantizer.quantize(values, 40, 96);

    for (int row = 0; row < 40; row++) {
      float[] token = java.util.Arrays.copyOfRange(values, row * 96, (row + 1) * 96);
      var alone = quantizer.quantize(token, 1, 96);
      byte[] codes = new byte[96];
      together.copyRow(row, codes, 0);
      assertThat(codes).isEqualTo(alone.codes());
      assertThat(together.scale(row)).isEqualTo(alone.scale(0));
    }
  }
}

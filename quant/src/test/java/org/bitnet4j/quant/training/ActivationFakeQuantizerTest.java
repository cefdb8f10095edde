package org.bitnet4j.quant.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.config.ActivationQuantizationConfig;
import org.bitnet4j.quant.config.QuantizationStrategy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ActivationFakeQuantizerTest {
  private static float[] gaussian(int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static double[] gaussianDoubles(int count, long seed) {
    return new SplittableRandom(seed).doubles(count, -3, 3).toArray();
  }

  private static ActivationFakeQuantizer quantizer(boolean perToken, boolean smooth, double t) {
    return ActivationFakeQuantizer.of(TrainingConfigs.activations(true, perToken, smooth, t));
  }

  @ParameterizedTest
  @CsvSource({"true,1,7", "true,5,16", "false,5,16", "true,0,3", "true,3,0", "false,0,0"})
  void hardForwardIsTheReferenceFormula(boolean perToken, int rows, int columns) {
    float[] x = gaussian(rows * columns, 1);
    float[] values = quantizer(perToken, false, 1).forward(x, rows, columns).values();
    for (int i = 0; i < x.length; i++) {
      float max = 0;
      for (int j = 0; j < x.length; j++) {
        if (!perToken || i / columns == j / columns) {
          max = Math.max(max, Math.abs(x[j]));
        }
      }
      float s = 127f / Math.max(max, 1e-5f);
      assertThat(values[i]).isEqualTo((float) Math.clamp(Math.rint(x[i] * s), -128, 127) / s);
    }
  }

  @Test
  void hardGradientPassesStraightThrough() {
    float[] x = gaussian(40, 2);
    float[] g = gaussian(40, 3);
    ActivationFakeQuantizer hard = quantizer(true, false, 1);
    assertThat(hard.backward(hard.forward(x, 4, 10), g)).containsExactly(g);
  }

  @Test
  void valuesBeyondAGivenRangeAreClampedAndBlockTheGradient() {
    float[] x = {0.5f, -3, 1, -1, 1.01f, 0};
    float[] g = {1, 2, 3, 4, 5, 6};
    for (boolean smooth : new boolean[] {false, true}) {
      ActivationFakeQuantizer perTensor = quantizer(false, smooth, 10);
      FakeQuantizedActivations forward = perTensor.forwardWithRanges(x, 2, 3, new float[] {1});
      assertThat(forward.values()[1]).isCloseTo(-1f, within(0f));
      assertThat(forward.values()[4]).isEqualTo(1);
      float[] gradient = perTensor.backward(forward, g);
      assertThat(gradient[1]).isZero();
      assertThat(gradient[4]).isZero();
      for (int i : new int[] {0, 2, 3, 5}) {
        assertThat(gradient[i]).isCloseTo(g[i], within(smooth ? 0.02f : 0));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.05, 0.1, 0.5, 1, 10})
  void softGradientIsTheDifferenceQuotient(double temperature) {
    SoftGrid grid = new SoftGrid(new SoftRounding(temperature));
    double[] x = gaussianDoubles(12, 4);
    double[] g = gaussianDoubles(12, 5);
    double[] gradient = grid.backward(x, g);
    double step = 1e-7;
    for (int j = 0; j < x.length; j++) {
      double quotient = (loss(grid, x, g, j, step) - loss(grid, x, g, j, -step)) / (2 * step);
      assertThat(gradient[j]).isCloseTo(quotient, within(1e-5 * (1 + Math.abs(quotient))));
    }
  }

  private static double loss(SoftGrid grid, double[] x, double[] g, int moved, double by) {
    double[] shifted = x.clone();
    shifted[moved] += by;
    double[] values = grid.forward(shifted);
    double loss = 0;
    for (int i = 0; i < values.length; i++) {
      loss += g[i] * values[i];
    }
    return loss;
  }

  @Test
  void softGradientUnderAFixedScaleIsTheDifferenceQuotient() {
    SoftGrid grid = new SoftGrid(new SoftRounding(0.2));
    for (double x : gaussianDoubles(50, 6)) {
      double step = 1e-7;
      double quotient = (grid.reproduce(x + step, 40) - grid.reproduce(x - step, 40)) / (2 * step);
      assertThat(grid.slope(x, 40)).isCloseTo(quotient, within(1e-5));
    }
    assertThat(grid.slope(10, 40)).isZero();
    assertThat(grid.slope(-10, 40)).isZero();
  }

  @Test
  void softPassesAreTheGridRowByRow() {
    int rows = 3;
    int columns = 5;
    float[] x = gaussian(rows * columns, 7);
    float[] g = gaussian(rows * columns, 8);
    SoftGrid grid = new SoftGrid(new SoftRounding(0.3));
    ActivationFakeQuantizer soft = quantizer(true, true, 0.3);
    FakeQuantizedActivations forward = soft.forward(x, rows, columns);
    float[] gradient = soft.backward(forward, g);
    for (int row = 0; row < rows; row++) {
      double[] xs = new double[columns];
      double[] gs = new double[columns];
      for (int c = 0; c < columns; c++) {
        xs[c] = x[row * columns + c];
        gs[c] = g[row * columns + c];
      }
      for (int c = 0; c < columns; c++) {
        assertThat(forward.values()[row * columns + c]).isEqualTo((float) grid.forward(xs)[c]);
        assertThat(gradient[row * columns + c]).isEqualTo((float) grid.backward(xs, gs)[c]);
      }
    }
  }

  @Test
  void coldSoftForwardIsTheHardOne() {
    float[] x = gaussian(200, 9);
    float[] hard = quantizer(true, false, 1).forward(x, 4, 50).values();
    float[] soft = quantizer(true, true, 1e-6).forward(x, 4, 50).values();
    for (int i = 0; i < x.length; i++) {
      assertThat(soft[i]).isCloseTo(hard[i], within(1e-6f));
    }
  }

  @Test
  void allZeroRows() {
    for (boolean smooth : new boolean[] {false, true}) {
      ActivationFakeQuantizer quantizer = quantizer(true, smooth, 0.5);
      FakeQuantizedActivations forward = quantizer.forward(new float[6], 2, 3);
      assertThat(forward.values()).containsOnly(0f);
      float[] gradient = quantizer.backward(forward, new float[] {1, 1, 1, 1, 1, 1});
      assertThat(gradient).doesNotContain(Float.NaN);
    }
  }

  @Test
  void calibratedFeaturesHaveRangesOfTheirOwn() {
    ActivationFakeQuantizer perFeature =
        ActivationFakeQuantizer.of(
            TrainingConfigs.activations(
                QuantizationStrategy.STATIC, true, true, false, 100, false, 1));
    float[] x = {0.5f, 50, 1, 100};
    assertThat(perFeature.forwardWithRanges(x, 2, 2, new float[] {1, 100}).values())
        .usingComparatorWithPrecision(1e-4f)
        .containsExactly(64 / 127f, 6400 / 127f, 1, 100);
    assertThatThrownBy(() -> perFeature.forward(x, 2, 2))
        .isInstanceOf(TrainingRefusedException.class)
        .hasMessageContaining("[STATIC]");
  }

  @Test
  void refusals() {
    assertThatThrownBy(
            () -> ActivationFakeQuantizer.of(TrainingConfigs.activations(false, true, true, 1)))
        .isInstanceOf(TrainingRefusedException.class);
    ActivationQuantizationConfig asymmetric =
        TrainingConfigs.activations(
            QuantizationStrategy.ASYMMETRIC, false, true, true, 100, true, 1);
    assertThatThrownBy(() -> ActivationFakeQuantizer.of(asymmetric))
        .isInstanceOf(TrainingRefusedException.class)
        .hasMessageContaining("ASYMMETRIC");
    ActivationFakeQuantizer percentile =
        ActivationFakeQuantizer.of(
            TrainingConfigs.activations(
                QuantizationStrategy.SYMMETRIC, false, true, true, 99.9, true, 1));
    assertThatThrownBy(() -> percentile.forward(new float[4], 2, 2))
        .isInstanceOf(TrainingRefusedException.class)
        .hasMessageContaining("[99.9]");
    ActivationFakeQuantizer plain = quantizer(true, false, 1);
    assertThatThrownBy(() -> plain.forward(new float[] {1, Float.NaN}, 1, 2))
        .isInstanceOf(InvalidTensorException.class);
    assertThatThrownBy(() -> plain.forward(new float[3], 2, 2))
        .hasMessageContaining("[3 for 2 x 2]");
    assertThatThrownBy(() -> plain.forwardWithRanges(new float[4], 2, 2, new float[] {1}))
        .hasMessageContaining("(2), got [1]");
    assertThatThrownBy(() -> plain.forwardWithRanges(new float[4], 2, 2, new float[] {1, -1}))
        .hasMessageContaining("[-1.0]");
    FakeQuantizedActivations forward = plain.forward(new float[4], 2, 2);
    assertThatThrownBy(() -> plain.backward(forward, new float[3]))
        .hasMessageContaining("(4), got [3]");
  }
}

package org.bitnet4j.quant.activations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.TreeMap;
import org.bitnet4j.quant.config.ConfigValidationException;
import org.bitnet4j.quant.config.QuantizationPrecision;
import org.bitnet4j.quant.config.QuantizationStrategy;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Each cell of the table strategy × perToken × perChannel, against its formula.
@Tag("kernels")
class StrategyTableTest {
  private static final int ROWS = 5;
  private static final int COLUMNS = 48;

  private static float[] rowsOfDifferentRange(long seed) {
    float[] values = Activations.GAUSSIAN.values(seed, ROWS * COLUMNS);
    for (int i = 0; i < values.length; i++) {
      values[i] = values[i] * (1 + i / COLUMNS) + 0.25f;
    }
    return values;
  }

  private static float absmax(float[] values, int from, int to) {
    float maximum = 0;
    for (int i = from; i < to; i++) {
      maximum = Math.max(maximum, Math.abs(values[i]));
    }
    return maximum;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void symmetricPerTensorTakesTheRangeOfTheCall(boolean perChannel) {
    var quantizer = Configs.symmetric().perChannel(perChannel).quantizer();
    for (long seed = 0; seed < 3; seed++) {
      float[] values = rowsOfDifferentRange(seed);
      var quantized = quantizer.quantize(values, ROWS, COLUMNS);
      assertThat(quantized.granularity()).isEqualTo(ActivationGranularity.TENSOR);
      assertThat(quantized.scaleCount()).isEqualTo(1);
      assertThat(quantized.hasZeroPoints()).isFalse();
      assertThat(quantized.scale(0)).isEqualTo(127f / absmax(values, 0, values.length));
      assertThat(quantized.range(0)).isEqualTo(absmax(values, 0, values.length));
      assertSymmetricCodes(quantized, values);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"SYMMETRIC", "DYNAMIC"})
  void symmetricAndDynamicPerTokenTakeTheRangeOfTheRow(QuantizationStrategy strategy) {
    var quantizer = Configs.of(strategy).perToken(true).warmup(2).quantizer();
    for (long seed = 0; seed < 4; seed++) {
      float[] values = rowsOfDifferentRange(seed);
      var quantized = quantizer.quantize(values, ROWS, COLUMNS);
      assertThat(quantized.granularity()).isEqualTo(ActivationGranularity.TOKEN);
      for (int row = 0; row < ROWS; row++) {
        float range = absmax(values, row * COLUMNS, (row + 1) * COLUMNS);
        assertThat(quantized.scale(row)).isEqualTo(127f / range);
      }
      assertSymmetricCodes(quantized, values);
    }
  }

  private static void assertSymmetricCodes(QuantizedActivations quantized, float[] values) {
    for (int i = 0; i < values.length; i++) {
      int row = i / COLUMNS;
      float scale = quantized.scale(quantized.granularity().scaleOf(row, i % COLUMNS));
      double expected = Math.max(-127, Math.min(127, Math.rint(values[i] * scale)));
      assertThat(quantized.code(row, i % COLUMNS)).isEqualTo((int) expected);
    }
  }

  @ParameterizedTest
  @CsvSource({"EIGHT_BIT,255,false", "EIGHT_BIT,255,true", "FOUR_BIT,15,true", "TWO_BIT,3,false"})
  void asymmetricMapsMinimumAndMaximumWithAnIntegerZeroPoint(
      QuantizationPrecision precision, int highest, boolean perToken) {
    var quantizer =
        Configs.of(QuantizationStrategy.ASYMMETRIC)
            .precision(precision)
            .perToken(perToken)
            .quantizer();
    for (Activations kind : Activations.values()) {
      if (kind == Activations.EXTREMES) {
        continue; // half a step of that range exceeds every tolerance below
      }
      float[] values = kind.values(11, ROWS * COLUMNS);
      var quantized = quantizer.quantize(values, ROWS, COLUMNS);
      assertThat(quantized.hasZeroPoints()).isTrue();
      float[] back = quantized.dequantize();
      for (int i = 0; i < values.length; i++) {
        int row = i / COLUMNS;
        int from = perToken ? row * COLUMNS : 0;
        int to = perToken ? from + COLUMNS : values.length;
        float minimum = 0;
        float maximum = 0;
        for (int j = from; j < to; j++) {
          minimum = Math.min(minimum, values[j]);
          maximum = Math.max(maximum, values[j]);
        }
        int scale = perToken ? row : 0;
        double step = Math.max((double) maximum - minimum, 1e-5) / highest;
        assertThat(quantized.range(scale)).isEqualTo(maximum - minimum);
        assertThat(1 / (double) quantized.scale(scale)).isCloseTo(step, within(step * 1e-6));
        assertThat(quantized.zeroPoint(scale))
            .isEqualTo((int) Math.rint(-(double) minimum * quantized.scale(scale)));
        assertThat(quantized.code(row, i % COLUMNS)).isBetween(0, highest);
        // Rounding value and zero point costs half a step each at most, at the ends of the range.
        assertThat((double) back[i]).isCloseTo(values[i], within(step * 1.001));
        if (values[i] == 0) {
          assertThat(back[i]).isZero();
        }
      }
    }
  }

  private static org.assertj.core.data.Offset<Double> within(double tolerance) {
    return org.assertj.core.data.Offset.offset(tolerance);
  }

  @Test
  void asymmetricSpendsNoCodeOnAbsentNegatives() {
    float[] values = Activations.POSITIVE.values(5, 4096);
    var symmetric = Configs.symmetric().quantizer().quantize(values, 1, 4096);
    var asymmetric =
        Configs.of(QuantizationStrategy.ASYMMETRIC).quantizer().quantize(values, 1, 4096);
    assertThat(asymmetric.zeroPoint(0)).isZero();
    assertThat(squaredError(asymmetric, values))
        .isLessThan(squaredError(symmetric, values) / 3); // half the step: a quarter of the error
  }

  @Test
  void asymmetricHoldsTheWholeFloatRange() {
    float[] values = {-Float.MAX_VALUE, Float.MAX_VALUE, 0, 1};
    var quantized = Configs.of(QuantizationStrategy.ASYMMETRIC).quantizer().quantize(values, 1, 4);
    assertThat(quantized.code(0, 0)).isZero();
    assertThat(quantized.code(0, 1)).isEqualTo(255);
    assertThat(quantized.code(0, 2)).isEqualTo(quantized.zeroPoint(0));
  }

  private static double squaredError(QuantizedActivations quantized, float[] values) {
    float[] back = quantized.dequantize();
    double sum = 0;
    for (int i = 0; i < values.length; i++) {
      sum += Math.pow(back[i] - (double) values[i], 2);
    }
    return sum;
  }

  @Test
  void dynamicPerTensorTakesTheRunningRangeAndSaturatesBeyondIt() {
    var quantizer = Configs.of(QuantizationStrategy.DYNAMIC).decay(0.5).quantizer();
    quantizer.quantize(new float[] {1}, 1, 1);

    var second = quantizer.quantize(new float[] {4, -4, 1, -3}, 2, 2);

    float running = (float) ((4 + 0.5 * 1) / 1.5);
    assertThat(second.scale(0)).isEqualTo(127f / running);
    assertThat(second.codes())
        .containsExactly(
            127, -127, (byte) Math.rint(127f / running), (byte) Math.rint(-3 * (127f / running)));
    assertThat(second.saturated()).isEqualTo(2);
  }

  @Test
  void staticPerTensorTakesTheFrozenRange() {
    var quantizer =
        ActivationQuantizer.of(
            Configs.of(QuantizationStrategy.STATIC).build(), artefact(false, 4, 2f));
    for (float maximum : new float[] {0.5f, 1, 8}) {
      var quantized = quantizer.quantize("a", new float[] {maximum, -maximum, 1, 0}, 1, 4);
      assertThat(quantized.granularity()).isEqualTo(ActivationGranularity.TENSOR);
      assertThat(quantized.scale(0)).isEqualTo(63.5f);
      assertThat(quantized.saturated()).isEqualTo(maximum > 2 ? 2 : 0);
    }
  }

  @Test
  void staticPerChannelTakesTheFrozenRangeOfEachFeature() {
    var quantizer =
        ActivationQuantizer.of(
            Configs.of(QuantizationStrategy.STATIC).perChannel(true).build(),
            artefact(true, 3, 1f, 10f, 100f));

    var quantized = quantizer.quantize("a", new float[] {1, 10, 100, -2, 5, 0.5f}, 2, 3);

    assertThat(quantized.granularity()).isEqualTo(ActivationGranularity.FEATURE);
    assertThat(quantized.scaleCount()).isEqualTo(3);
    assertThat(quantized.codes()).containsExactly(127, 127, 127, -127, 64, 1);
    assertThat(quantized.saturated()).isEqualTo(1);
    assertThat(quantized.dequantize()[5]).isEqualTo(1 / (127f / 100f));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void staticPerTokenIsRefused(boolean perChannel) {
    var config =
        Configs.of(QuantizationStrategy.STATIC)
            .perToken(true)
            .perChannel(perChannel)
            .warmup(3)
            .build();
    assertThatThrownBy(() -> ActivationQuantizer.of(config))
        .isInstanceOf(ConfigValidationException.class)
        .hasMessageContaining("perToken");
  }

  @ParameterizedTest
  @EnumSource
  void symmetricGridsHoldTheirCodesAndReachBothEnds(QuantizationPrecision precision) {
    var quantizer = Configs.symmetric().precision(precision).quantizer();
    int[] ends =
        switch (precision) {
          case ONE_BIT, TERNARY_1_58 -> new int[] {-1, 1};
          case TWO_BIT -> new int[] {-2, 1};
          case FOUR_BIT -> new int[] {-7, 7};
          case EIGHT_BIT -> new int[] {-127, 127};
        };
    float[] values = Activations.GAUSSIAN.values(1, 5000);
    values[10] = 6;
    values[11] = -6;
    int[] codes = new int[5000];
    var quantized = quantizer.quantize(values, 1, 5000);
    for (int i = 0; i < codes.length; i++) {
      codes[i] = quantized.code(0, i);
    }
    Arrays.sort(codes);
    assertThat(codes[0]).isEqualTo(ends[0]);
    assertThat(codes[codes.length - 1]).isEqualTo(ends[1]);
    assertThat(quantized.precision()).isEqualTo(precision);
    assertThat(quantized.dequantize()[11]).isLessThanOrEqualTo(-6);
  }

  @Test
  void oneBitIsTheSignWithZeroPositive() {
    var quantized =
        Configs.symmetric()
            .precision(QuantizationPrecision.ONE_BIT)
            .quantizer()
            .quantize(new float[] {0, -0f, 2, -1, 1e-30f, -1e-30f}, 1, 6);
    assertThat(quantized.codes()).containsExactly(1, 1, 1, -1, 1, -1);
    assertThat(quantized.dequantize()).containsExactly(2, 2, 2, -2, 2, -2);
  }

  @ParameterizedTest
  @EnumSource(names = {"EIGHT_BIT", "FOUR_BIT"})
  void errorIsAtMostHalfAStepWithinTheRange(QuantizationPrecision precision) {
    for (Activations kind : Activations.values()) {
      float[] values = kind.values(2, 3000);
      var quantized =
          Configs.symmetric().precision(precision).quantizer().quantize(values, 30, 100);
      float[] back = quantized.dequantize();
      double step = 1 / (double) quantized.scale(0);
      for (int i = 0; i < values.length; i++) {
        assertThat(Math.abs(back[i] - (double) values[i])).isLessThanOrEqualTo(0.5001 * step);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"ONE_BIT", "TERNARY_1_58"})
  void gridsWithoutRoomForAZeroPointRefuseAsymmetric(QuantizationPrecision precision) {
    var config = Configs.of(QuantizationStrategy.ASYMMETRIC).precision(precision).build();
    assertThatThrownBy(() -> ActivationQuantizer.of(config))
        .isInstanceOf(ConfigValidationException.class)
        .hasMessageContaining("zero point");
  }

  private static CalibrationArtefact artefact(boolean perChannel, int columns, float... ranges) {
    var layers = new TreeMap<String, LayerCalibration>();
    layers.put("a", new LayerCalibration(columns, 10, 0, ranges));
    return new CalibrationArtefact(100, null, 42, perChannel, layers);
  }
}

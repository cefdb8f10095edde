package org.bitnet4j.quant.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.SplittableRandom;
import org.bitnet4j.quant.Granularity;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TensorSource;
import org.bitnet4j.quant.TernaryTensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ErrorStatisticsTest {
  private static float[] gaussian(int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static ErrorMetrics measure(float[] original, float[] reproduction) {
    ErrorStatistics statistics = new ErrorStatistics();
    statistics.add(original, 0, reproduction, 0, original.length);
    return statistics.metrics();
  }

  @Test
  void matchesExactArithmetic() {
    float[] x = gaussian(1001, 1);
    float[] y = gaussian(1001, 2);
    BigDecimal xx = BigDecimal.ZERO;
    BigDecimal yy = BigDecimal.ZERO;
    BigDecimal xy = BigDecimal.ZERO;
    BigDecimal ee = BigDecimal.ZERO;
    BigDecimal max = BigDecimal.ZERO;
    for (int i = 0; i < x.length; i++) {
      BigDecimal a = new BigDecimal(x[i]);
      BigDecimal b = new BigDecimal(y[i]);
      BigDecimal error = a.subtract(b);
      xx = xx.add(a.multiply(a));
      yy = yy.add(b.multiply(b));
      xy = xy.add(a.multiply(b));
      ee = ee.add(error.multiply(error));
      max = max.max(error.abs());
    }
    ErrorMetrics metrics = measure(x, y);
    MathContext precise = MathContext.DECIMAL128;
    assertThat(metrics.count()).isEqualTo(1001);
    assertThat(metrics.mse())
        .isCloseTo(ee.divide(BigDecimal.valueOf(1001), precise).doubleValue(), within(1e-12));
    assertThat(metrics.sqnrDb())
        .isCloseTo(10 * Math.log10(xx.divide(ee, precise).doubleValue()), within(1e-10));
    assertThat(metrics.cosine())
        .isCloseTo(xy.divide(xx.multiply(yy).sqrt(precise), precise).doubleValue(), within(1e-12));
    assertThat(metrics.maxError()).isCloseTo(max.doubleValue(), within(1e-12));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 64, 999})
  void piecesOfAnySizeGiveTheSameBits(int piece) {
    float[] x = gaussian(1000, 3);
    float[] y = gaussian(1000, 4);
    ErrorStatistics pieces = new ErrorStatistics();
    for (int i = 0; i < x.length; i += piece) {
      pieces.add(x, i, y, i, Math.min(piece, x.length - i));
    }
    assertThat(pieces.metrics()).isEqualTo(measure(x, y));
  }

  @Test
  void mergingEqualsAddingUpToRounding() {
    float[] x = gaussian(1000, 5);
    float[] y = gaussian(1000, 6);
    ErrorStatistics left = new ErrorStatistics();
    left.add(x, 0, y, 0, 301);
    ErrorStatistics right = new ErrorStatistics();
    right.add(x, 301, y, 301, 699);
    left.merge(right);
    ErrorMetrics merged = left.metrics();
    ErrorMetrics whole = measure(x, y);
    assertThat(merged.count()).isEqualTo(whole.count());
    assertThat(merged.mse()).isCloseTo(whole.mse(), within(1e-13));
    assertThat(merged.sqnrDb()).isCloseTo(whole.sqnrDb(), within(1e-11));
    assertThat(merged.cosine()).isCloseTo(whole.cosine(), within(1e-13));
    assertThat(merged.maxError()).isEqualTo(whole.maxError());
  }

  @Test
  void nothingToCompareIsPerfect() {
    ErrorMetrics empty = new ErrorMetrics(0, 0, Double.POSITIVE_INFINITY, 1, 0);
    assertThat(new ErrorStatistics().metrics()).isEqualTo(empty);
    assertThat(measure(new float[5], new float[5]))
        .isEqualTo(new ErrorMetrics(5, 0, Double.POSITIVE_INFINITY, 1, 0));
  }

  @Test
  void oneSideZeroIsDefined() {
    float[] ones = {1, -1, 1};
    assertThat(measure(ones, new float[3])).isEqualTo(new ErrorMetrics(3, 1, 0, 0, 1));
    assertThat(measure(new float[3], ones))
        .isEqualTo(new ErrorMetrics(3, 1, Double.NEGATIVE_INFINITY, 0, 1));
  }

  @Test
  void exactReproductionHasNoNoise() {
    float[] x = gaussian(100, 7);
    assertThat(measure(x, x).sqnrDb()).isEqualTo(Double.POSITIVE_INFINITY);
    assertThat(measure(x, x).cosine()).isCloseTo(1, within(1e-15));
  }

  @Test
  void scaleInvariance() {
    float[] x = gaussian(100, 8);
    float[] y = gaussian(100, 9);
    ErrorMetrics plain = measure(x, y);
    for (float power : new float[] {0x1p-90f, 0x1p100f}) {
      float[] scaledX = new float[x.length];
      float[] scaledY = new float[x.length];
      for (int i = 0; i < x.length; i++) {
        scaledX[i] = x[i] * power;
        scaledY[i] = y[i] * power;
      }
      ErrorMetrics scaled = measure(scaledX, scaledY);
      assertThat(scaled.sqnrDb()).isCloseTo(plain.sqnrDb(), within(1e-9));
      assertThat(scaled.cosine()).isCloseTo(plain.cosine(), within(1e-12));
      assertThat(scaled.maxError()).isEqualTo(plain.maxError() * power);
    }
  }

  @Test
  void notANumberIsNotHidden() {
    ErrorMetrics metrics = measure(new float[] {1, Float.NaN}, new float[] {1, 1});
    assertThat(metrics.mse()).isNaN();
    assertThat(metrics.sqnrDb()).isNaN();
    assertThat(metrics.cosine()).isNaN();
    assertThat(metrics.maxError()).isNaN();
  }

  @Test
  void rangesAreChecked() {
    ErrorStatistics statistics = new ErrorStatistics();
    assertThatThrownBy(() -> statistics.add(new float[3], 1, new float[3], 0, 3))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThat(statistics.metrics().count()).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3, 64, 70_000})
  void comparesATensorRowByRow(int columns) {
    int rows = 5;
    float[] values = gaussian(rows * columns, columns);
    TensorShape shape = TensorShape.of(rows, columns);
    try (TernaryTensor tensor =
        TernaryTensor.allocate("w", shape, new Granularity.PerRow(), true)) {
      byte[] trits = new byte[columns];
      for (int row = 0; row < rows; row++) {
        for (int c = 0; c < columns; c++) {
          trits[c] = (byte) Math.clamp(Math.rint(values[row * columns + c]), -1, 1);
        }
        tensor.writeRow(row, trits, 0);
        if (columns > 0) {
          tensor.scales().setMultiplier(row, 1 + row / 8f);
          tensor.scales().setOffset(row, row / 16f);
        }
      }
      float[] dequantized = new float[values.length];
      for (int row = 0; row < rows; row++) {
        tensor.dequantizeRow(row, dequantized, row * columns);
      }
      assertThat(TensorComparison.compare(TensorSource.of("w", shape, values), tensor))
          .isEqualTo(measure(values, dequantized));
    }
  }

  @Test
  void comparesOnlyTensorsOfOneShape() {
    try (TernaryTensor tensor =
        TernaryTensor.allocate("w", TensorShape.of(2, 3), new Granularity.PerRow(), false)) {
      TensorSource other = TensorSource.of("w", TensorShape.of(3, 2), new float[6]);
      assertThatThrownBy(() -> TensorComparison.compare(other, tensor))
          .isInstanceOf(InvalidTensorException.class)
          .hasMessageContaining("[3, 2]")
          .hasMessageContaining("[[2, 3]]");
    }
  }

  /// The table of the Gaussian oracle in the specification, from 2^20 seeded samples.
  @Test
  void reproducesTheGaussianOracle() {
    float[] w = gaussian(1 << 20, 10);
    double absSum = 0;
    for (float value : w) {
      absSum += Math.abs(value);
    }
    float gamma = (float) (absSum / w.length);
    float[] dequantized = new float[w.length];
    long zeros = 0;
    for (int i = 0; i < w.length; i++) {
      float trit = (float) Math.clamp(Math.rint(w[i] / gamma), -1, 1);
      zeros += trit == 0 ? 1 : 0;
      dequantized[i] = gamma * trit;
    }
    ErrorMetrics metrics = measure(w, dequantized);
    assertThat(metrics.sqnrDb()).isCloseTo(5.79, within(0.02));
    assertThat(metrics.mse()).isCloseTo(0.2634, within(0.002));
    assertThat(metrics.cosine()).isCloseTo(0.887, within(0.001));
    long nonzero = w.length - zeros;
    TritStatistics trits = new TritStatistics(nonzero / 2, zeros, nonzero - nonzero / 2);
    assertThat(trits.zeroShare()).isCloseTo(0.310, within(0.002));
    assertThat(trits.entropyBits()).isCloseTo(1.583, within(0.001));
  }
}

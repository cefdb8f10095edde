package org.bitnet4j.quant.activations;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bitnet4j.quant.config.QuantizationStrategy;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// The percentile is the one that sorting finds.
@Tag("kernels")
class AbsPercentileTest {
  private static float bySorting(float[] values, long rank) {
    float[] sorted = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      sorted[i] = Math.abs(values[i]);
    }
    Arrays.sort(sorted);
    return sorted[(int) rank - 1];
  }

  @ParameterizedTest
  @EnumSource
  void everyRankIsTheSortedOne(Activations kind) {
    for (int count : new int[] {1, 2, 3, 17, 255, 256, 257, 1000}) {
      float[] values = kind.values(count, count + 5);
      float[] part = Arrays.copyOfRange(values, 5, count + 5);
      for (long rank = 1; rank <= count; rank += 1 + count / 40) {
        assertThat(AbsPercentile.select(values, 5, count, rank)).isEqualTo(bySorting(part, rank));
      }
      assertThat(AbsPercentile.select(values, 5, count, count)).isEqualTo(bySorting(part, count));
    }
  }

  @ParameterizedTest
  @EnumSource
  void rowsCountAsOneArray(Activations kind) {
    float[] all = kind.values(9, 60 * 37);
    List<float[]> rows = new ArrayList<>();
    for (int row = 0; row < 60; row++) {
      rows.add(Arrays.copyOfRange(all, row * 37, (row + 1) * 37));
    }
    for (long rank : new long[] {1, 2, 1110, 2218, 2219, 2220}) {
      assertThat(AbsPercentile.select(rows, rank)).isEqualTo(bySorting(all, rank));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "100,1,1",
    "100,1000,1000",
    "99.9,1000,999",
    "99.9,1001,1000",
    "99.9,10,10",
    "50,4,2",
    "50,5,3",
    "0.001,10,1",
    "33.3,1000,333",
    "7.7,1000,77",
    "99.99,2147483647,2147268899"
  })
  void rankIsTheCeilingInDecimal(double percentile, long count, long rank) {
    assertThat(AbsPercentile.rank(percentile, count)).isEqualTo(rank);
  }

  @ParameterizedTest
  @EnumSource
  void theScaleIsThatOfThePercentile(Activations kind) {
    float[] values = kind.values(21, 20 * 250);
    var perToken = Configs.symmetric().percentile(99.6).perToken(true).quantizer();
    var perTensor = Configs.of(QuantizationStrategy.SYMMETRIC).percentile(99.6).quantizer();
    float whole = bySorting(values, 4980);
    assertThat(perTensor.quantize(values, 20, 250).scale(0))
        .isEqualTo(127f / Math.max(whole, 1e-5f));
    var tokens = perToken.quantize(values, 20, 250);
    long beyond = 0;
    for (int row = 0; row < 20; row++) {
      float[] token = Arrays.copyOfRange(values, row * 250, (row + 1) * 250);
      float range = bySorting(token, 249);
      assertThat(tokens.scale(row)).isEqualTo(127f / Math.max(range, 1e-5f));
      for (float value : token) {
        beyond += Math.abs(value) > range ? 1 : 0;
      }
    }
    assertThat(tokens.saturated()).isEqualTo(beyond);
  }

  @Test
  void valuesAboveThePercentileSaturate() {
    float[] values = new float[100];
    Arrays.fill(values, 1);
    values[3] = 50;
    values[8] = -50;
    var quantized = Configs.symmetric().percentile(98).quantizer().quantize(values, 1, 100);
    assertThat(quantized.code(0, 3)).isEqualTo(127);
    assertThat(quantized.code(0, 8)).isEqualTo(-127);
    assertThat(quantized.saturated()).isEqualTo(2);
  }

  @Test
  void aZeroPointedRangeIsHeldWithinThePercentile() {
    float[] values = new float[100];
    for (int i = 0; i < values.length; i++) {
      values[i] = i % 2 == 0 ? 1 : -0.5f;
    }
    values[0] = 50;
    values[1] = -50;
    var quantized =
        Configs.of(QuantizationStrategy.ASYMMETRIC)
            .percentile(98)
            .quantizer()
            .quantize(values, 1, 100);
    assertThat(quantized.scale(0)).isEqualTo(255f / 2f);
    assertThat(quantized.saturated()).isEqualTo(2);
    assertThat(quantized.code(0, 0)).isEqualTo(255);
    assertThat(quantized.code(0, 1)).isZero();
  }
}

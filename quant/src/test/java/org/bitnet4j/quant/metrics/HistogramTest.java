package org.bitnet4j.quant.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HistogramTest {
  private static Histogram of(double limit, int bins, float... values) {
    Histogram histogram = new Histogram(limit, bins);
    histogram.add(values, 0, values.length);
    return histogram;
  }

  @Test
  void edgesBelongToTheBinTheyOpen() {
    Histogram histogram = of(2, 4, -2, -1, -0.0f, 0, 1, 1.9999999f, 2);
    assertThat(histogram.counts()).containsExactly(1, 1, 2, 3);
    assertThat(histogram.lowerEdge(0)).isEqualTo(-2);
    assertThat(histogram.lowerEdge(2)).isZero();
    assertThat(histogram.lowerEdge(4)).isEqualTo(2);
  }

  @Test
  void valuesOutsideAreCountedApart() {
    Histogram histogram =
        of(1, 3, Float.NEGATIVE_INFINITY, -1.0000001f, -1, 0, 1, 1.5f, Float.MAX_VALUE);
    assertThat(histogram.underflow()).isEqualTo(2);
    assertThat(histogram.overflow()).isEqualTo(2);
    assertThat(histogram.counts()).containsExactly(1, 1, 1);
    assertThat(histogram.total()).isEqualTo(7);
  }

  @ParameterizedTest
  @CsvSource({"1,1", "0.1,7", "3,64", "1e30,9", "1e-38,2"})
  void everyValueLiesBetweenTheEdgesOfItsBin(double limit, int bins) {
    SplittableRandom random = new SplittableRandom(bins);
    Histogram all = new Histogram(limit, bins);
    for (int i = 0; i < 500; i++) {
      float value = (float) ((2 * random.nextDouble() - 1) * limit * 1.2);
      Histogram one = of(limit, bins, value);
      all.merge(one);
      assertThat(one.total()).isEqualTo(1);
      double slack = limit * 1e-12;
      for (int bin = 0; bin < bins; bin++) {
        if (one.counts()[bin] == 1) {
          assertThat((double) value)
              .isBetween(one.lowerEdge(bin) - slack, one.lowerEdge(bin + 1) + slack);
        }
      }
    }
    assertThat(all.total()).isEqualTo(500);
    assertThat(all.underflow()).isPositive();
    assertThat(all.overflow()).isPositive();
  }

  @Test
  void refusesWhatIsNoNumber() {
    assertThatThrownBy(() -> of(1, 2, 0, Float.NaN)).hasMessageContaining("[NaN] at [1]");
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY})
  void refusesAnEmptyRange(double limit) {
    assertThatThrownBy(() -> new Histogram(limit, 2)).hasMessageContaining("[" + limit + "]");
  }

  @Test
  void mergesOnlyItsLike() {
    assertThatThrownBy(() -> new Histogram(1, 2).merge(new Histogram(1, 3)))
        .hasMessageContaining("[1.0 in 3]");
    assertThatThrownBy(() -> new Histogram(1, 0)).hasMessageContaining("[0]");
  }

  @Test
  void sizesComeFromRealBytes() {
    SizeStatistics sizes = new SizeStatistics(1000, 4000, 250).plus(new SizeStatistics(0, 0, 6));
    assertThat(sizes.bitsPerWeight()).isEqualTo(2.048);
    assertThat(sizes.ratio()).isEqualTo(15.625);
    assertThat(SizeStatistics.NONE.bitsPerWeight()).isZero();
    assertThat(SizeStatistics.NONE.ratio()).isEqualTo(1);
    assertThatThrownBy(() -> new SizeStatistics(1, 1, -1)).hasMessageContaining("[1, 1, -1]");
  }
}

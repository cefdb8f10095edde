package org.bitnet4j.quant.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SoftRoundingTest {
  @ParameterizedTest
  @ValueSource(doubles = {1e-6, 0.01, 0.1, 0.5, 1, 10})
  void integersAndHalvesAreFixedPoints(double temperature) {
    SoftRounding rounding = new SoftRounding(temperature);
    for (int k = -130; k <= 130; k++) {
      assertThat(rounding.round(k)).isEqualTo(k);
      assertThat(rounding.round(k + 0.5)).isEqualTo(k + 0.5);
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e-6, 0.01, 0.1, 0.5, 1, 10})
  void neverFalls(double temperature) {
    SoftRounding rounding = new SoftRounding(temperature);
    double before = Double.NEGATIVE_INFINITY;
    for (int i = -3000; i <= 3000; i++) {
      double value = rounding.round(i / 1000.0);
      assertThat(value).isGreaterThanOrEqualTo(before - 1e-15);
      assertThat(value).isBetween(Math.floor(i / 1000.0), Math.ceil(i / 1000.0) + 0.0);
      before = value;
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.05, 0.1, 0.5, 1, 10})
  void derivativeIsTheDifferenceQuotient(double temperature) {
    SoftRounding rounding = new SoftRounding(temperature);
    SplittableRandom random = new SplittableRandom(1);
    double step = 1e-6;
    for (int i = 0; i < 500; i++) {
      // Integers too, where the pieces meet and the second derivative jumps.
      double x = i % 5 == 0 ? random.nextInt(-128, 128) : random.nextDouble(-128, 128);
      double quotient = (rounding.round(x + step) - rounding.round(x - step)) / (2 * step);
      assertThat(rounding.derivative(x))
          .isCloseTo(quotient, within(1e-6 / (temperature * temperature) + 1e-6));
    }
  }

  @Test
  void coldLimitIsHardRounding() {
    SoftRounding rounding = new SoftRounding(1e-6);
    SplittableRandom random = new SplittableRandom(2);
    for (int i = 0; i < 1000; i++) {
      double x = random.nextDouble(-128, 128);
      if (Math.abs(x - Math.floor(x) - 0.5) > 1e-4) {
        assertThat(rounding.round(x)).isEqualTo(Math.rint(x));
        assertThat(rounding.derivative(x)).isZero();
      }
    }
    assertThat(rounding.derivative(0.5)).isCloseTo(0.5e6, within(1e-6));
  }

  @Test
  void hotLimitIsTheIdentity() {
    SoftRounding rounding = new SoftRounding(10);
    for (int i = -100; i <= 100; i++) {
      assertThat(rounding.round(i / 7.0)).isCloseTo(i / 7.0, within(1e-3));
      assertThat(rounding.derivative(i / 7.0)).isCloseTo(1, within(1e-2));
    }
  }

  @Test
  void bitsAreTheSameEverywhere() {
    assertThat(new SoftRounding(0.1).round(0.4)).isEqualTo(0.1191683441310959);
    assertThat(new SoftRounding(0.3).derivative(2.25)).isEqualTo(0.9567775275958234);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, 10.001, Double.NaN, Double.POSITIVE_INFINITY})
  void refusesTemperaturesOutOfRange(double temperature) {
    assertThatThrownBy(() -> new SoftRounding(temperature))
        .hasMessageContaining("[" + temperature + "]");
  }
}

package org.bitnet4j.formats.huggingface;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

final class ScaleConventionTest {
  @Test
  void multipliersAreStoredAsTheyAre() {
    for (float gamma : new float[] {0f, 1.555f, Float.MIN_VALUE, Float.MAX_VALUE}) {
      ScaleConvention.Stored stored = ScaleConvention.MULTIPLY.stored(gamma);
      assertThat(stored).isEqualTo(new ScaleConvention.Stored(gamma, false));
      assertThat(ScaleConvention.MULTIPLY.multiplier(stored.value())).isEqualTo(gamma);
    }
  }

  /// No float32 near 1/γ is better than the stored one, and `rounded` tells whether it is exact.
  @Test
  void reciprocalsGiveTheMultiplierBackWhereAFloatDoes() {
    Random random = new Random(11);
    int rounded = 0;
    int helped = 0;
    int count = 100_000;
    for (int i = 0; i < count; i++) {
      float gamma = (float) Math.exp(random.nextDouble() * 12 - 10);
      ScaleConvention.Stored stored = ScaleConvention.DIVIDE.stored(gamma);
      float nearest = 1f / gamma;
      boolean exists = false;
      for (int step = -2; step <= 2; step++) {
        exists |= 1f / Float.intBitsToFloat(Float.floatToIntBits(nearest) + step) == gamma;
      }
      assertThat(stored.rounded()).as("%s", gamma).isEqualTo(!exists);
      float back = ScaleConvention.DIVIDE.multiplier(stored.value());
      if (exists) {
        assertThat(back).isEqualTo(gamma);
        helped += stored.value() == nearest ? 0 : 1;
      } else {
        assertThat(Math.abs(back - gamma)).isLessThanOrEqualTo(Math.ulp(gamma));
        rounded++;
      }
    }
    assertThat(rounded).isBetween(count / 100, count / 3);
    assertThat(helped).as("neighbours taken").isNotNegative();
  }
}

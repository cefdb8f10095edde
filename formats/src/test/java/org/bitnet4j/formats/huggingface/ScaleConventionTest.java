package org.bitnet4j.formats.huggingface;

import static org.assertj.core.api.Assertions.assertThat;

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

  /// Every γ of a binade: `rounded` tells whether it comes back, and where it does not, no
  /// neighbour of the stored scale would have done.
  @Test
  void reciprocalsGiveTheMultiplierBackWhereAnyFloatDoes() {
    int rounded = 0;
    for (int fraction = 0; fraction < 1 << 23; fraction++) {
      float gamma = Float.intBitsToFloat(0x3C800000 | fraction); // from 2^-6 to 2^-5
      ScaleConvention.Stored stored = ScaleConvention.DIVIDE.stored(gamma);
      float back = ScaleConvention.DIVIDE.multiplier(stored.value());
      if ((back != gamma) != stored.rounded() || Math.abs(back - gamma) > Math.ulp(gamma)) {
        throw new AssertionError(gamma + " comes back as " + back + " from " + stored);
      }
      if (stored.rounded()) {
        rounded++;
        int bits = Float.floatToIntBits(stored.value());
        for (int step = -2; step <= 2; step++) {
          if (1f / Float.intBitsToFloat(bits + step) == gamma) {
            throw new AssertionError(gamma + " has a better scale than " + stored);
          }
        }
      }
    }
    assertThat(rounded).isBetween(1 << 20, 1 << 21); // 1,439,258 in [1, 2)
  }
}

package org.bitnet4j.models.forward;

import static org.assertj.core.api.Assertions.assertThat;

import org.bitnet4j.models.architecture.RopeScaling;
import org.bitnet4j.models.architecture.RotaryEmbedding;
import org.junit.jupiter.api.Test;

/// Cosines and sines are those of the whole angle, at the end of long contexts too.
final class RotaryTableTest {
  @Test
  void anglesAreTurnedBackExactly() {
    RotaryEmbedding rotary = new RotaryEmbedding(10_000, 64, new RopeScaling.None());
    double[] frequencies = rotary.frequencies();
    RotaryTable table = new RotaryTable(rotary, 3);
    for (int position : new int[] {0, 1, 7, 1000, 32_767, 131_071, 1_000_000}) {
      for (int token = 0; token < 3; token++) {
        table.fill(token, position + token);
        for (int i = 0; i < frequencies.length; i++) {
          double angle = (position + token) * frequencies[i];
          assertThat(table.cos()[table.at(token) + i]).isEqualTo((float) StrictMath.cos(angle));
          assertThat(table.sin()[table.at(token) + i]).isEqualTo((float) StrictMath.sin(angle));
        }
      }
    }
  }
}

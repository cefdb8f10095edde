package org.bitnet4j.quant.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.bitnet4j.quant.Granularity;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TernaryTensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TritStatisticsTest {
  @ParameterizedTest
  @CsvSource({"0,4", "4,0", "1,1", "3,5", "7,64", "2,65537", "1,131073"})
  void countsWhatAPlainLoopCounts(int rows, int columns) {
    SplittableRandom random = new SplittableRandom(rows * 31L + columns);
    long[] counts = new long[3];
    try (TernaryTensor tensor =
        TernaryTensor.allocate(
            "w", TensorShape.of(rows, columns), new Granularity.PerTensor(), false)) {
      byte[] trits = new byte[columns];
      for (int row = 0; row < rows; row++) {
        for (int c = 0; c < columns; c++) {
          int code = random.nextInt(10) < 5 ? 1 : random.nextInt(3);
          counts[code]++;
          trits[c] = (byte) (code - 1);
        }
        tensor.writeRow(row, trits, 0);
      }
      TritStatistics whole = TritStatistics.of(tensor);
      assertThat(whole).isEqualTo(new TritStatistics(counts[0], counts[1], counts[2]));
      assertThat(whole.count()).isEqualTo((long) rows * columns);
      TritStatistics merged = TritStatistics.NONE;
      for (int row = rows - 1; row >= 0; row--) {
        merged = merged.plus(TritStatistics.ofRows(tensor, row, 1));
      }
      assertThat(merged).isEqualTo(whole);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0,0,0,0,0",
    "5,0,0,0,0",
    "0,7,0,1,0",
    "1,0,1,0,1",
    "1,2,1,0.5,1.5",
    "1,1,1,0.3333333333333333,1.584962500721156"
  })
  void entropyAndZeroShare(long negative, long zero, long positive, double share, double entropy) {
    TritStatistics trits = new TritStatistics(negative, zero, positive);
    assertThat(trits.zeroShare()).isCloseTo(share, within(1e-15));
    assertThat(trits.entropyBits()).isCloseTo(entropy, within(1e-14));
    assertThat(Double.doubleToRawLongBits(trits.entropyBits())).isNotNegative();
  }

  @Test
  void refusesNegativeCounts() {
    assertThatThrownBy(() -> new TritStatistics(0, -1, 0)).hasMessageContaining("[0, -1, 0]");
  }
}

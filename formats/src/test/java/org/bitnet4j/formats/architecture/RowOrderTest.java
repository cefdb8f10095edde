package org.bitnet4j.formats.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RowOrderTest {
  @Test
  void interleavesTheHalvesOfAHead() {
    RowOrder order = new RowOrder(2, 6);
    assertThat(LongStream.range(0, 12).map(order::huggingFaceRow))
        .containsExactly(0L, 3L, 1L, 4L, 2L, 5L, 6L, 9L, 7L, 10L, 8L, 11L);
    assertThat(LongStream.range(0, 12).map(order::ggufRow))
        .containsExactly(0L, 2L, 4L, 1L, 3L, 5L, 6L, 8L, 10L, 7L, 9L, 11L);
  }

  /// Reshape to [heads, 2, d/2], swap the last two axes, flatten: as llama.cpp's converter does it.
  @ParameterizedTest
  @CsvSource({"1,2", "1,64", "3,2", "4,10", "5,128", "12,256"})
  void isTheSwapOfAxesOfTheConverter(int heads, int headDim) {
    RowOrder order = new RowOrder(heads, headDim);
    int half = headDim / 2;
    long[] swapped = new long[heads * headDim];
    for (int head = 0; head < heads; head++) {
      for (int part = 0; part < 2; part++) {
        for (int i = 0; i < half; i++) {
          swapped[(head * half + i) * 2 + part] = ((long) head * 2 + part) * half + i;
        }
      }
    }
    assertThat(order.rows()).isEqualTo(swapped.length);
    for (int row = 0; row < swapped.length; row++) {
      assertThat(order.huggingFaceRow(row)).isEqualTo(swapped[row]);
      assertThat(order.ggufRow(order.huggingFaceRow(row))).isEqualTo(row);
      assertThat(order.huggingFaceRow(order.ggufRow(row))).isEqualTo(row);
    }
  }

  @Test
  void leavesRowsInPlace() {
    RowOrder identity = RowOrder.identity();
    assertThat(identity.isIdentity()).isTrue();
    assertThat(new RowOrder(1, 2).isIdentity()).isFalse();
    assertThat(identity.ggufRow(1L << 40)).isEqualTo(1L << 40);
    assertThat(identity.huggingFaceRow(7)).isEqualTo(7);
  }

  @ParameterizedTest
  @CsvSource({"-1,2", "1,-2", "1,3", "0,2", "2,0"})
  void refusesWhatIsNoOrder(int heads, int headDim) {
    assertThatThrownBy(() -> new RowOrder(heads, headDim))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @CsvSource({"-1", "8", "9223372036854775807"})
  void refusesRowsThatAreNotThere(long row) {
    RowOrder order = new RowOrder(2, 4);
    assertThatThrownBy(() -> order.ggufRow(row)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> order.huggingFaceRow(row))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }
}

package org.bitnet4j.quant.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Random;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TernaryTensor;
import org.bitnet4j.quant.Workers;
import org.bitnet4j.quant.layout.LayoutSamples.Structure;
import org.bitnet4j.quant.packing.MalformedPackingException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CodeCensusTest {
  static List<TernaryLayout> twoBitLayouts() {
    return TernaryLayout.all().stream().filter(CodeCensus::canCount).toList();
  }

  @ParameterizedTest
  @MethodSource("twoBitLayouts")
  void countsAreThoseOfTheTritsInTheTensorAndInEachRow(TernaryLayout layout) {
    int rows = 12;
    // One row longer than what is read at a time.
    int columns = 8960;
    byte[] trits = LayoutSamples.trits(Structure.RUNS, rows * columns, 4);
    try (Workers workers = Workers.of(1);
        TernaryTensor tensor = LayoutSamples.tensor(trits, rows, columns, 1f)) {
      byte[] stored = new byte[(int) layout.bytes(tensor.shape())];
      layout.encode(tensor, MemorySegment.ofArray(stored), workers);
      CodeCensus census = CodeCensus.of(layout, tensor.shape(), MemorySegment.ofArray(stored));
      long[] all = new long[4];
      for (int row = 0; row < rows; row++) {
        long[] wanted = new long[4];
        for (int c = 0; c < columns; c++) {
          wanted[trits[row * columns + c] + 1]++;
        }
        assertThat(census.ofRow(row)).as("row %d", row).isEqualTo(wanted);
        for (int code = 0; code < 4; code++) {
          all[code] += wanted[code];
        }
      }
      for (int code = 0; code < 4; code++) {
        assertThat(census.count(code)).isEqualTo(all[code]);
        assertThat(census.share(code)).isEqualTo((double) all[code] / trits.length);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("twoBitLayouts")
  void codeThreeIsCountedWhereDecodingRefusesIt(TernaryLayout layout) {
    TensorShape shape = TensorShape.of(4, 256);
    byte[] stored = new byte[(int) layout.bytes(shape)];
    new Random(5).nextBytes(stored);
    MemorySegment memory = MemorySegment.ofArray(stored);
    CodeCensus census = CodeCensus.of(layout, shape, memory);
    assertThat(census.count(3)).isPositive();
    assertThat(census.count(0) + census.count(1) + census.count(2) + census.count(3))
        .isEqualTo(shape.elements());
    long threes = 0;
    for (int row = 0; row < 4; row++) {
      threes += census.ofRow(row)[3];
    }
    assertThat(threes).isEqualTo(census.count(3));
    try (Workers workers = Workers.of(1)) {
      assertThatThrownBy(() -> layout.decode("t", shape, memory, workers).close())
          .isInstanceOf(MalformedPackingException.class);
    }
  }

  /// Rows of the flattened tensor that begin and end inside blocks, and inside bytes.
  @Test
  void rowsThatStraddleBlocksAreCounted() {
    TernaryLayout layout = TernaryLayout.find("I2_S").orElseThrow();
    TensorShape flat = TensorShape.of(33, 128);
    TensorShape straddling = TensorShape.of(128, 33);
    byte[] trits = LayoutSamples.trits(Structure.DENSE, 33 * 128, 6);
    byte[] stored = new byte[(int) layout.bytes(flat)];
    try (Workers workers = Workers.of(1);
        TernaryTensor tensor = LayoutSamples.tensor(trits, 33, 128, 1f)) {
      layout.encode(tensor, MemorySegment.ofArray(stored), workers);
    }
    CodeCensus census = CodeCensus.of(layout, straddling, MemorySegment.ofArray(stored));
    for (int row = 0; row < 128; row++) {
      long[] wanted = new long[4];
      for (int c = 0; c < 33; c++) {
        wanted[trits[row * 33 + c] + 1]++;
      }
      assertThat(census.ofRow(row)).isEqualTo(wanted);
    }
  }

  @Test
  void base3LayoutsHaveNoCodesToCount() {
    TernaryLayout layout = TernaryLayout.find("TQ1_0").orElseThrow();
    assertThat(CodeCensus.canCount(layout)).isFalse();
    assertThatThrownBy(() ->
            CodeCensus.of(layout, TensorShape.of(1, 256), MemorySegment.ofArray(new byte[54])))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[TQ1_0]");
  }
}

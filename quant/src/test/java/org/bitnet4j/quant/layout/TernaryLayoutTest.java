package org.bitnet4j.quant.layout;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.bitnet4j.quant.TensorHash;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TernaryTensor;
import org.bitnet4j.quant.Workers;
import org.bitnet4j.quant.layout.LayoutSamples.Structure;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TernaryLayoutTest {
  private static final int[][] SHAPES = {{4, 256}, {8, 1024}, {12, 768}, {260, 2560}, {4, 33_024}};

  static List<TernaryLayout> layouts() {
    return TernaryLayout.all();
  }

  @ParameterizedTest
  @MethodSource("layouts")
  void aTensorComesBackWithItsHashForAnyNumberOfThreads(TernaryLayout layout) {
    try (Workers one = Workers.of(1);
        Workers three = Workers.of(3)) {
      for (int[] shape : SHAPES) {
        for (Structure structure : Structure.values()) {
          byte[] trits = LayoutSamples.trits(structure, shape[0] * shape[1], 3);
          try (TernaryTensor tensor = LayoutSamples.tensor(trits, shape[0], shape[1], 0.0625f)) {
            byte[] stored = new byte[(int) layout.bytes(tensor.shape())];
            byte[] again = new byte[stored.length];
            assertThat(layout.encode(tensor, MemorySegment.ofArray(stored), one))
                .isEqualTo(ScaleRounding.EXACT);
            layout.encode(tensor, MemorySegment.ofArray(again), three);
            assertThat(again).isEqualTo(stored);
            for (Workers workers : List.of(one, three)) {
              try (TernaryTensor back =
                  layout.decode("t", tensor.shape(), MemorySegment.ofArray(stored), workers)) {
                assertThat(LayoutSamples.trits(back)).isEqualTo(trits);
                assertThat(TensorHash.of(back)).isEqualTo(TensorHash.of(tensor));
              }
            }
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("layouts")
  void sizesAreThoseOfTheTable(TernaryLayout layout) {
    TensorShape shape = TensorShape.of(512, 2560);
    long elements = shape.elements();
    long wanted =
        switch (layout.name()) {
          case "I2_S", "I2_S_ARM", "I2_S_4ROW" -> elements / 4 + 32;
          case "TQ1_0" -> elements / 256 * 54;
          case "TQ2_0" -> elements / 256 * 66;
          case "Q2_0" -> elements / 64 * 18;
          case "Q2_0_G128", "PQ2_0" -> elements / 128 * 34;
          case "PTQ1_0" -> elements / 128 * 28;
          case "IQ1_BN" -> 512 * 2 + elements / 64 * 13;
          case "IQ2_BN", "IQ2_BN_R4" -> 512 * 4 + elements / 4;
          default -> throw new AssertionError(layout.name());
        };
    assertThat(layout.bytes(shape)).isEqualTo(wanted);
    assertThat(TernaryLayout.find(layout.name())).containsSame(layout);
  }
}

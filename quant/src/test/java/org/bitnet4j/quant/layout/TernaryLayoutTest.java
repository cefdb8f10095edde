package org.bitnet4j.quant.layout;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.bitnet4j.quant.Granularity;
import org.bitnet4j.quant.TensorHash;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TernaryTensor;
import org.bitnet4j.quant.Workers;
import org.bitnet4j.quant.layout.LayoutSamples.Structure;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class TernaryLayoutTest {
  private static final int[][] SHAPES = {{4, 256}, {12, 768}, {64, 2560}, {4, 33_024}};

  static List<TernaryLayout> layouts() {
    return LayoutSamples.blockLayouts();
  }

  private static byte[] encode(TernaryLayout layout, TernaryTensor tensor, Workers workers) {
    byte[] stored = new byte[(int) layout.bytes(tensor.shape())];
    layout.encode(tensor, MemorySegment.ofArray(stored), workers);
    return stored;
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
            byte[] stored = encode(layout, tensor, one);
            assertThat(encode(layout, tensor, three)).isEqualTo(stored);
            for (Workers workers : List.of(one, three)) {
              try (TernaryTensor back =
                  layout.decode("t", tensor.shape(), MemorySegment.ofArray(stored), workers)) {
                assertThat(LayoutSamples.trits(back)).isEqualTo(trits);
                assertThat(back.codes().mismatch(tensor.codes())).isEqualTo(-1);
                assertThat(TensorHash.of(back)).isEqualTo(TensorHash.of(tensor));
              }
            }
          }
        }
      }
    }
  }

  /// Four rows of each column may have any number of columns.
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 31, 33, 63, 127, 131, 8191, 8193, 16_387})
  void fourRowsOfAnyNumberOfColumnsComeBack(int columns) {
    TernaryLayout layout = TernaryLayout.find("I2_S_4ROW").orElseThrow();
    byte[] trits = LayoutSamples.trits(Structure.DENSE, 8 * columns, columns);
    try (Workers workers = Workers.of(2);
        TernaryTensor tensor = LayoutSamples.tensor(trits, 8, columns, -3f)) {
      byte[] stored = encode(layout, tensor, workers);
      try (TernaryTensor back =
          layout.decode("t", tensor.shape(), MemorySegment.ofArray(stored), workers)) {
        assertThat(back.codes().mismatch(tensor.codes())).isEqualTo(-1);
        assertThat(back.scales().multiplier(0)).isEqualTo(-3f);
      }
    }
  }

  /// The bytes of the flattened tensor do not depend on its rows.
  @ParameterizedTest
  @CsvSource({
    "I2_S, 16, 8640",
    "I2_S, 128, 33",
    "I2_S, 256, 3",
    "I2_S_ARM, 64, 5",
    "I2_S_ARM, 2, 96"
  })
  void rowsThatStraddleBlocksAreRead(String name, int rows, int columns) {
    TernaryLayout layout = TernaryLayout.find(name).orElseThrow();
    TensorShape straddling = TensorShape.of(rows, columns);
    assertThat(layout.readable(straddling)).isTrue();
    assertThat(layout.refusal(straddling)).isPresent();
    byte[] trits = LayoutSamples.trits(Structure.DENSE, rows * columns, 8);
    try (Workers workers = Workers.of(2);
        TernaryTensor flat = LayoutSamples.tensor(trits, 1, rows * columns, 0.5f);
        TernaryTensor wanted = LayoutSamples.tensor(trits, rows, columns, 0.5f)) {
      byte[] stored = encode(layout, flat, workers);
      try (TernaryTensor found =
          layout.decode("t", straddling, MemorySegment.ofArray(stored), workers)) {
        assertThat(found.codes().mismatch(wanted.codes())).isEqualTo(-1);
        assertThat(TensorHash.of(found)).isEqualTo(TensorHash.of(wanted));
      }
    }
  }

  static Stream<Granularity> granularities() {
    return Stream.of(
        new Granularity.PerTensor(), new Granularity.PerRow(), new Granularity.PerGroup(256));
  }

  /// Through any two layouts that can hold its multipliers, a tensor keeps its hash.
  @ParameterizedTest
  @MethodSource("granularities")
  void everyPairOfLayoutsKeepsTheHash(Granularity granularity) {
    byte[] trits = LayoutSamples.trits(Structure.DENSE, 8 * 1024, 9);
    try (Workers workers = Workers.of(1);
        TernaryTensor tensor = LayoutSamples.tensor(trits, 8, 1024, granularity)) {
      TensorHash hash = TensorHash.of(tensor);
      List<TernaryLayout> able =
          layouts().stream()
              .filter(
                  layout -> layout.granularity().groups(tensor.shape()) >= tensor.scales().count())
              .toList();
      assertThat(able).hasSizeGreaterThanOrEqualTo(6);
      for (TernaryLayout first : able) {
        byte[] one = encode(first, tensor, workers);
        try (TernaryTensor between =
            first.decode("t", tensor.shape(), MemorySegment.ofArray(one), workers)) {
          assertThat(between.scales().granularity()).isEqualTo(granularity);
          for (TernaryLayout second : able) {
            byte[] two = encode(second, between, workers);
            assertThat(two).isEqualTo(encode(second, tensor, workers));
            try (TernaryTensor after =
                second.decode("t", tensor.shape(), MemorySegment.ofArray(two), workers)) {
              assertThat(TensorHash.of(after)).as("%s, %s", first, second).isEqualTo(hash);
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

  @Test
  void unknownNamesAreNotFound() {
    assertThat(TernaryLayout.find("i2_s")).isEmpty();
    assertThat(TernaryLayout.all()).hasSize(14);
    assertThat(LayoutSamples.blockLayouts()).hasSize(12);
  }

  /// Where single trits lie, from the formats' documents: element index, byte and value of a tensor
  /// of zero trits with one +1, in which the byte of zero trits is 0x55.
  @ParameterizedTest
  @CsvSource({
    "I2_S, 0, 0, 0x95",
    "I2_S, 33, 1, 0x65",
    "I2_S, 127, 31, 0x56",
    "I2_S, 128, 32, 0x95",
    "I2_S_ARM, 17, 1, 0x65",
    "I2_S_ARM, 64, 16, 0x95",
    "I2_S_4ROW, 5, 5, 0x95",
    "I2_S_4ROW, 257, 1, 0x65",
    "I2_S_4ROW, 1026, 258, 0x95",
    "TQ2_0, 0, 0, 0x56",
    "TQ2_0, 33, 1, 0x59",
    "TQ2_0, 128, 32, 0x56",
    "TQ2_0, 256, 66, 0x56",
    "Q2_0, 5, 3, 0x59",
    "Q2_0, 64, 20, 0x56",
    "Q2_0_G128, 64, 18, 0x56",
    "PQ2_0, 131, 36, 0x95",
    "IQ2_BN, 17, 5, 0x59",
    "IQ2_BN, 256, 72, 0x56",
    "IQ2_BN_R4, 4, 16, 0x59",
    "IQ2_BN_R4, 16, 32, 0x56",
    "IQ2_BN_R4, 257, 21, 0x56",
    "IQ2_BN_R4, 1024, 288, 0x56"
  })
  void singleTritsLieWhereTheDocumentsSay(String name, int element, int at, String value) {
    TernaryLayout layout = TernaryLayout.find(name).orElseThrow();
    byte[] trits = new byte[8 * 256];
    trits[element] = 1;
    try (Workers workers = Workers.of(1);
        TernaryTensor tensor = LayoutSamples.tensor(trits, 8, 256, 1f);
        TernaryTensor zeros = LayoutSamples.tensor(new byte[8 * 256], 8, 256, 1f)) {
      byte[] stored = encode(layout, tensor, workers);
      byte[] without = encode(layout, zeros, workers);
      assertThat(Arrays.mismatch(stored, without)).isEqualTo(at);
      assertThat(without[at]).isEqualTo((byte) 0x55);
      assertThat(stored[at]).isEqualTo((byte) (int) Integer.decode(value));
      stored[at] = without[at];
      assertThat(stored).isEqualTo(without);
    }
  }
}

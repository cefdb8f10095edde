package org.bitnet4j.quant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TernaryTensorTest {
  private static final List<Granularity> GRANULARITIES =
      List.of(
          new Granularity.PerTensor(),
          new Granularity.PerRow(),
          new Granularity.PerGroup(1),
          new Granularity.PerGroup(7),
          new Granularity.PerGroup(4096));

  private static byte[] trits(int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    byte[] trits = new byte[count];
    for (int i = 0; i < count; i++) {
      trits[i] = (byte) (random.nextInt(3) - 1);
    }
    return trits;
  }

  private static TernaryTensor tensor(
      byte[] trits, int rows, int columns, Granularity granularity, boolean offsets) {
    TernaryTensor tensor =
        TernaryTensor.allocate("t", TensorShape.of(rows, columns), granularity, offsets);
    for (int row = 0; row < rows; row++) {
      tensor.writeRow(row, trits, row * columns);
    }
    return tensor;
  }

  @ParameterizedTest
  @CsvSource({"1,1", "3,4", "5,7", "2,130", "17,33", "1,0", "0,9"})
  void keepsTritsAndScales(int rows, int columns) {
    byte[] trits = trits(rows * columns, 31L * rows + columns);
    for (Granularity granularity : GRANULARITIES) {
      try (TernaryTensor tensor = tensor(trits, rows, columns, granularity, true)) {
        for (long group = 0; group < tensor.scales().count(); group++) {
          tensor.scales().setMultiplier(group, group + 0.5f);
          tensor.scales().setOffset(group, (float) -group);
        }
        byte[] read = new byte[columns];
        float[] values = new float[columns];
        for (int row = 0; row < rows; row++) {
          tensor.readTrits(row, 0, columns, read, 0);
          tensor.dequantizeRow(row, values, 0);
          for (int c = 0; c < columns; c++) {
            assertThat(read[c]).isEqualTo(trits[row * columns + c]);
            long group = granularity.groupOf(row, c, columns);
            assertThat(values[c]).isEqualTo((group + 0.5f) * read[c] - group);
          }
        }
      }
    }
  }

  @Test
  void refusesWhatIsNoTrit() {
    try (TernaryTensor tensor =
        TernaryTensor.allocate("t", TensorShape.of(1, 2), new Granularity.PerTensor(), false)) {
      assertThatThrownBy(() -> tensor.writeRow(0, new byte[] {0, 2}, 0))
          .isInstanceOf(InvalidTensorException.class)
          .hasMessageContaining("a trit must be -1, 0 or +1, got [2]");
    }
  }

  @Test
  void codesHashIsShaOverOneByteCodes() throws Exception {
    byte[] trits = trits(5 * 9, 3);
    MessageDigest sha = MessageDigest.getInstance("SHA-256");
    for (byte trit : trits) {
      sha.update((byte) (trit + 1));
    }
    byte[] codes = sha.digest();
    sha.update(codes);
    sha.update(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(0.75f).array());
    String tritHash = HexFormat.of().formatHex(sha.digest());
    for (Granularity granularity : GRANULARITIES) {
      try (TernaryTensor tensor = tensor(trits, 5, 9, granularity, false)) {
        for (long group = 0; group < tensor.scales().count(); group++) {
          tensor.scales().setMultiplier(group, 0.75f);
        }
        TensorHash hash = TensorHash.of(tensor);
        assertThat(hash.codesHash()).isEqualTo(HexFormat.of().formatHex(codes));
        assertThat(hash.tritHash()).as("equal multipliers count once").isEqualTo(tritHash);
      }
    }
  }

  @Test
  void tritHashSeesRowsThroughGroupsAndEveryMultiplier() {
    byte[] trits = trits(4 * 8, 5);
    try (TernaryTensor rows = tensor(trits, 4, 8, new Granularity.PerRow(), false);
        TernaryTensor groups = tensor(trits, 4, 8, new Granularity.PerGroup(2), false)) {
      for (int row = 0; row < 4; row++) {
        rows.scales().setMultiplier(row, row + 1);
        for (int g = 0; g < 4; g++) {
          groups.scales().setMultiplier(row * 4 + g, row + 1);
        }
      }
      assertThat(TensorHash.of(groups)).isEqualTo(TensorHash.of(rows));
      groups.scales().setMultiplier(15, Math.nextUp(4f));
      assertThat(TensorHash.of(groups).tritHash()).isNotEqualTo(TensorHash.of(rows).tritHash());
      assertThat(TensorHash.of(groups).codesHash()).isEqualTo(TensorHash.of(rows).codesHash());
    }
  }

  @Test
  void modelHashIgnoresTheOrderOfTensors() {
    assertThat(TensorHash.ofModel(Map.of("a", "1", "b", "2")))
        .isEqualTo(TensorHash.ofModel(new java.util.TreeMap<>(Map.of("b", "2", "a", "1"))))
        .isNotEqualTo(TensorHash.ofModel(Map.of("a", "2", "b", "1")));
  }

  @Test
  void integerTensorsKeepCodesAndZeroPoints() {
    try (IntegerTensor tensor =
        IntegerTensor.allocate(
            "i", TensorShape.of(2, 3), 4, new Granularity.PerRow(), false, true)) {
      tensor.writeRow(1, new byte[] {0, 15, 7}, 0);
      tensor.scales().setMultiplier(1, 0.5f);
      tensor.setZeroPoint(1, 7);
      float[] values = new float[3];
      tensor.dequantizeRow(1, values, 0);
      assertThat(values).containsExactly(-3.5f, 4f, 0f);
      assertThatThrownBy(() -> tensor.setZeroPoint(0, 16))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void workersKeepTaskOrderAndReportTheFirstFailure() {
    try (Workers workers = Workers.of(4)) {
      assertThat(workers.map(1000, i -> i * i)).hasSize(1000).element(31).isEqualTo(961);
      assertThatThrownBy(() ->
              workers.map(
                  100,
                  i -> {
                    if (i >= 40) {
                      throw new IllegalArgumentException("task " + i);
                    }
                    return i;
                  }))
          .hasMessage("task 40");
    }
  }

  @Test
  void namesFromFilesArePrintedEscaped() {
    assertThat(Printable.line("a\nb\u001b[31m\u202e")).isEqualTo("a\\u000ab\\u001b[31m\\u202e");
    assertThat(Printable.line("x".repeat(1000))).hasSize(401).endsWith("…");
  }

  /// Groups of 12 columns, stored as such or as finer ones.
  @ParameterizedTest
  @CsvSource({"1", "2", "3", "4", "6"})
  void hashDoesNotDependOnHowFinelyEqualMultipliersAreStored(int size) {
    byte[] trits = trits(3 * 50, 4);
    Granularity coarse = new Granularity.PerGroup(12);
    Granularity fine = new Granularity.PerGroup(size);
    try (TernaryTensor one = tensor(trits, 3, 50, coarse, false);
        TernaryTensor other = tensor(trits, 3, 50, fine, false)) {
      for (int row = 0; row < 3; row++) {
        for (int column = 0; column < 50; column++) {
          float multiplier = 1 + coarse.groupOf(row, column, 50) % 4;
          one.scales().setMultiplier(coarse.groupOf(row, column, 50), multiplier);
          other.scales().setMultiplier(fine.groupOf(row, column, 50), multiplier);
        }
      }
      assertThat(TensorHash.of(other)).isEqualTo(TensorHash.of(one));
      assertThat(
              fine.coarsest(
                  other.shape(),
                  group -> Float.floatToRawIntBits(other.scales().multiplier(group))))
          .isEqualTo(coarse);
      other.scales().setMultiplier(0, 9);
      assertThat(TensorHash.of(other)).isNotEqualTo(TensorHash.of(one));
    }
  }
}

package org.bitnet4j.formats.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import java.util.stream.Stream;
import org.bitnet4j.quant.ElementType;
import org.bitnet4j.quant.Granularity;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TernaryTensor;
import org.bitnet4j.quant.layout.ScaleRounding;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DequantizedTritsTest {
  private static float value(short bits) {
    return Float.intBitsToFloat(bits << 16);
  }

  private static float rounded(float value, ElementType type) {
    return type == ElementType.F16
        ? Float.float16ToFloat(Float.floatToFloat16(value))
        : value(StoredFloats.nearestBfloat16(value));
  }

  private static TernaryTensor random(int rows, int columns, Granularity granularity) {
    TernaryTensor tensor =
        TernaryTensor.allocate("w", TensorShape.of(rows, columns), granularity, false);
    Random random = new Random(31L * rows + columns);
    byte[] trits = new byte[columns];
    for (int row = 0; row < rows; row++) {
      double zeros = random.nextDouble();
      for (int c = 0; c < columns; c++) {
        trits[c] = (byte) (random.nextDouble() < zeros ? 0 : random.nextBoolean() ? 1 : -1);
      }
      tensor.writeRow(row, trits, 0);
    }
    for (long group = 0; group < tensor.scales().count(); group++) {
      tensor.scales().setMultiplier(group, random.nextFloat() + 0.01f);
    }
    return tensor;
  }

  /// The definition: no bfloat16 is nearer, and of two as near the even one is taken.
  @Test
  void takesTheNearestAndOfTwoTheEven() {
    Random random = new Random(5);
    for (int i = 0; i < 10_000; i++) {
      int bits = random.nextInt();
      if (i % 4 == 0) {
        bits = (bits & 0xFFFF_0000) | 0x8000; // halfway
      }
      float exact = Float.intBitsToFloat(bits);
      short found = StoredFloats.nearestBfloat16(exact);
      if (!Float.isFinite(exact) || (bits & 0x7FFF_0000) == 0x7F7F_0000) {
        continue; // next to the largest
      }
      int low = bits >>> 16;
      BigDecimal down = distance(exact, value((short) low));
      BigDecimal up = distance(exact, value((short) (low + 1)));
      int order = down.compareTo(up);
      int wanted = order < 0 || (order == 0 && (low & 1) == 0) ? low : low + 1;
      assertThat(found).as("bits %08x", bits).isEqualTo((short) wanted);
    }
  }

  private static BigDecimal distance(float a, float b) {
    return new BigDecimal(a).subtract(new BigDecimal(b)).abs();
  }

  static Stream<Arguments> shapes() {
    return Stream.of(
            new int[] {1, 1},
            new int[] {3, 5},
            new int[] {4, 64},
            new int[] {7, 130},
            new int[] {2, 4099},
            new int[] {530, 1000},
            new int[] {0, 4},
            new int[] {4, 0})
        .flatMap(shape ->
            Stream.of(
                    new Granularity.PerTensor(),
                    new Granularity.PerRow(),
                    new Granularity.PerGroup(1),
                    new Granularity.PerGroup(5),
                    new Granularity.PerGroup(64),
                    new Granularity.PerGroup(Integer.MAX_VALUE))
                .flatMap(granularity ->
                    Stream.of(ElementType.F16, ElementType.BF16)
                        .map(type -> Arguments.of(shape[0], shape[1], granularity, type))));
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void writesTritsTimesMultipliers(
      int rows, int columns, Granularity granularity, ElementType type) {
    try (TernaryTensor tensor = random(rows, columns, granularity)) {
      DequantizedTrits values = new DequantizedTrits(tensor, type);
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      values.write(piece -> {
        byte[] copy = new byte[piece.remaining()];
        piece.get(copy);
        bytes.writeBytes(copy);
      });
      ByteBuffer stored = ByteBuffer.wrap(bytes.toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
      assertThat(stored.remaining()).isEqualTo(2 * rows * columns);
      byte[] trits = new byte[columns];
      boolean[] told = new boolean[Math.toIntExact(tensor.scales().count())];
      for (int row = 0; row < rows; row++) {
        tensor.readTrits(row, 0, columns, trits, 0);
        for (int c = 0; c < columns; c++) {
          int group = (int) granularity.groupOf(row, c, columns);
          float multiplier = rounded(tensor.scales().multiplier(group), type);
          float wanted = trits[c] == 0 ? 0 : trits[c] * multiplier;
          short bits = stored.getShort();
          float found = type == ElementType.F16 ? Float.float16ToFloat(bits) : value(bits);
          if (Float.floatToRawIntBits(found) != Float.floatToRawIntBits(wanted)) {
            assertThat(found).as("row %d column %d", row, c).isEqualTo(wanted);
          }
          told[group] |= trits[c] != 0;
        }
      }
      assertThat(values.rounding()).isEqualTo(counted(tensor, told, type));
    }
  }

  private static ScaleRounding counted(TernaryTensor tensor, boolean[] told, ElementType type) {
    long count = 0;
    double largest = 0;
    for (int group = 0; group < told.length; group++) {
      float multiplier = tensor.scales().multiplier(group);
      float back = rounded(multiplier, type);
      if (told[group] && back != multiplier) {
        count++;
        largest = Math.max(largest, Math.abs((double) back - multiplier) / multiplier);
      }
    }
    assertThat(largest).isLessThanOrEqualTo(type == ElementType.F16 ? 0x1p-11 : 0x1p-8);
    return new ScaleRounding(count, largest);
  }

  @ParameterizedTest
  @ValueSource(
      floats = {0, -0f, -1, Float.NaN, Float.POSITIVE_INFINITY, Float.MAX_VALUE, Float.MIN_VALUE})
  void refusesMultipliersFromWhichNoTritCanBeTold(float multiplier) {
    for (ElementType type : new ElementType[] {ElementType.F16, ElementType.BF16}) {
      try (TernaryTensor tensor = random(3, 9, new Granularity.PerRow())) {
        tensor.writeRow(1, new byte[] {0, 0, 0, 0, 1, 0, 0, 0, 0}, 0);
        tensor.scales().setMultiplier(1, multiplier);
        DequantizedTrits values = new DequantizedTrits(tensor, type);
        assertThatThrownBy(values::rounding)
            .isInstanceOf(InvalidTensorException.class)
            .hasMessageContaining("group 1");
        // without a non-zero trit the multiplier does not matter
        tensor.writeRow(1, new byte[9], 0);
        assertThat(values.rounding().largestRelativeError()).isLessThan(0.01);
        values.write(piece -> assertThat(piece.getShort(2 * 9)).isZero());
      }
    }
  }

  @Test
  void refusesTypesThatHoldEveryMultiplier() {
    try (TernaryTensor tensor = random(1, 1, new Granularity.PerTensor())) {
      assertThatThrownBy(() -> new DequantizedTrits(tensor, ElementType.F32))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void refusesOffsets() {
    try (TernaryTensor tensor =
        TernaryTensor.allocate("w", TensorShape.of(2, 2), new Granularity.PerTensor(), true)) {
      assertThatThrownBy(() -> new DequantizedTrits(tensor, ElementType.BF16).rounding())
          .isInstanceOf(InvalidTensorException.class)
          .hasMessageContaining("offsets");
    }
  }
}

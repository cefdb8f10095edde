package org.bitnet4j.formats.huggingface;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import java.util.stream.Stream;
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

final class Bf16EncoderTest {
  private static float value(short bits) {
    return Float.intBitsToFloat(bits << 16);
  }

  /// The definition: no bfloat16 is nearer, and of two as near the even one is taken.
  @Test
  void takesTheNearestAndOfTwoTheEven() {
    Random random = new Random(5);
    for (int i = 0; i < 30_000; i++) {
      int bits = random.nextInt();
      if (i % 4 == 0) {
        bits = (bits & 0xFFFF_0000) | 0x8000; // halfway
      }
      float exact = Float.intBitsToFloat(bits);
      short found = Bf16Encoder.nearest(exact);
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
            new int[] {700, 1000},
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
                .map(granularity -> Arguments.of(shape[0], shape[1], granularity)));
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void writesTritsTimesMultipliers(int rows, int columns, Granularity granularity) {
    try (TernaryTensor tensor = Tensors.random("w", rows, columns, granularity, 1, 0)) {
      Random random = new Random(1);
      for (long group = 0; group < tensor.scales().count(); group++) {
        tensor.scales().setMultiplier(group, random.nextFloat() + 0.01f);
      }
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      new Bf16Encoder(tensor)
          .encode(piece -> {
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
          float multiplier = value(Bf16Encoder.nearest(tensor.scales().multiplier(group)));
          float wanted = trits[c] == 0 ? 0 : trits[c] * multiplier;
          short bits = stored.getShort();
          if (bits != (short) (Float.floatToRawIntBits(wanted) >>> 16)) {
            assertThat(value(bits)).as("row %d column %d", row, c).isEqualTo(wanted);
          }
          told[group] |= trits[c] != 0;
        }
      }
      requireCount(tensor, told);
    }
  }

  private static void requireCount(TernaryTensor tensor, boolean[] told) {
    long rounded = 0;
    double largest = 0;
    for (int group = 0; group < told.length; group++) {
      double multiplier = tensor.scales().multiplier(group);
      double back = value(Bf16Encoder.nearest((float) multiplier));
      if (told[group] && back != multiplier) {
        rounded++;
        largest = Math.max(largest, Math.abs(back - multiplier) / multiplier);
      }
    }
    assertThat(new Bf16Encoder(tensor).rounding()).isEqualTo(new ScaleRounding(rounded, largest));
    assertThat(largest).isLessThanOrEqualTo(Math.scalb(1.0, -8));
  }

  @ParameterizedTest
  @ValueSource(
      floats = {0, -0f, -1, Float.NaN, Float.POSITIVE_INFINITY, Float.MAX_VALUE, Float.MIN_VALUE})
  void refusesMultipliersFromWhichNoTritCanBeTold(float multiplier) {
    try (TernaryTensor tensor = Tensors.random("w", 3, 9, new Granularity.PerRow(), 0.5f, 2)) {
      tensor.scales().setMultiplier(1, multiplier);
      assertThatThrownBy(() -> new Bf16Encoder(tensor).rounding())
          .isInstanceOf(InvalidTensorException.class)
          .hasMessageContaining("group 1");
      // without a non-zero trit the multiplier does not matter
      tensor.writeRow(1, new byte[9], 0);
      assertThat(new Bf16Encoder(tensor).rounding()).isEqualTo(ScaleRounding.EXACT);
      new Bf16Encoder(tensor).encode(piece -> assertThat(piece.getShort(2 * 9)).isZero());
    }
  }

  @Test
  void refusesOffsets() {
    try (TernaryTensor tensor =
        TernaryTensor.allocate("w", TensorShape.of(2, 2), new Granularity.PerTensor(), true)) {
      assertThatThrownBy(() -> new Bf16Encoder(tensor).rounding())
          .isInstanceOf(InvalidTensorException.class)
          .hasMessageContaining("offsets");
    }
  }
}

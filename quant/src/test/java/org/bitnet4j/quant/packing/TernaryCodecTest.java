package org.bitnet4j.quant.packing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.config.TernaryPackingStrategy;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Stored bytes by hand, and every rule of strict decoding.
@Tag("kernels")
class TernaryCodecTest {
  private static TernaryCodec codec(TernaryPackingStrategy strategy) {
    return TernaryCodec.of(strategy, PackedLayout.CANONICAL);
  }

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  static Stream<Arguments> golden() {
    return Stream.of(
        golden(TernaryPackingStrategy.BASE3_PACKED, bytes(1, 0, -1, 1, 0), bytes(140)),
        golden(TernaryPackingStrategy.BASE3_PACKED, bytes(-1, -1, -1, -1, -1), bytes(0)),
        golden(TernaryPackingStrategy.BASE3_PACKED, bytes(0, 0, 0, 0, 0), bytes(121)),
        golden(TernaryPackingStrategy.BASE3_PACKED, bytes(1, 1, 1, 1, 1), bytes(242)),
        // c = 2, then 1 four times: 2 + 3 + 9 + 27 + 81.
        golden(TernaryPackingStrategy.BASE3_PACKED, bytes(1), bytes(122)),
        golden(TernaryPackingStrategy.BIT_PACKED_2BIT, bytes(-1, 0, 1, 0), bytes(0b01_10_01_00)),
        golden(
            TernaryPackingStrategy.BIT_PACKED_2BIT,
            bytes(1, 1, 1, 1, -1),
            bytes(0b10_10_10_10, 0b01_01_01_00)),
        golden(TernaryPackingStrategy.UNCOMPRESSED, bytes(-1, 0, 1), bytes(0, 1, 2)),
        golden(TernaryPackingStrategy.BYTE_ALIGNED, bytes(-1, 0, 1), bytes(255, 0, 1)),
        golden(
            TernaryPackingStrategy.RUN_LENGTH_ENCODED, bytes(1, 1, 0, -1), bytes(2, 2, 1, 1, 0, 1)),
        golden(TernaryPackingStrategy.RUN_LENGTH_ENCODED, new byte[300], bytes(1, 0xAC, 0x02)),
        golden(
            TernaryPackingStrategy.COMPRESSED_SPARSE, bytes(0, 1, 0, 0, -1), bytes(2, 2, 3, 0b10)),
        golden(TernaryPackingStrategy.COMPRESSED_SPARSE, new byte[300], bytes(0)));
  }

  private static Arguments golden(TernaryPackingStrategy strategy, byte[] trits, byte[] stored) {
    return Arguments.of(strategy, trits, stored);
  }

  @ParameterizedTest
  @MethodSource("golden")
  void codecWritesTheBytesOfItsFormat(
      TernaryPackingStrategy strategy, byte[] trits, byte[] stored) {
    BlockSpan span = BlockSpan.ofRow(trits.length);
    assertThat(codec(strategy).encode(trits, span)).isEqualTo(stored);
    byte[] decoded = new byte[trits.length];
    codec(strategy).decode(stored, span, decoded);
    assertThat(decoded).isEqualTo(trits);
  }

  static Stream<Arguments> faults() {
    TernaryPackingStrategy rle = TernaryPackingStrategy.RUN_LENGTH_ENCODED;
    TernaryPackingStrategy sparse = TernaryPackingStrategy.COMPRESSED_SPARSE;
    return Stream.of(
        fault("code 3", TernaryPackingStrategy.UNCOMPRESSED, 3, 2, 0, 1, 3),
        fault("negative code", TernaryPackingStrategy.UNCOMPRESSED, 1, 0, 255),
        fault("too few bytes", TernaryPackingStrategy.UNCOMPRESSED, 3, 2, 0, 1),
        fault("trailing byte", TernaryPackingStrategy.UNCOMPRESSED, 1, 1, 0, 0),
        fault("code 3 in lane 0", TernaryPackingStrategy.BIT_PACKED_2BIT, 8, 1, 0, 0b00_00_00_11),
        fault("code 3 in lane 3", TernaryPackingStrategy.BIT_PACKED_2BIT, 8, 1, 0, 0b11_00_00_00),
        fault("padding -1", TernaryPackingStrategy.BIT_PACKED_2BIT, 5, 1, 0, 0b00_01_01_00),
        fault("padding +1", TernaryPackingStrategy.BIT_PACKED_2BIT, 7, 1, 0, 0b10_00_00_00),
        fault("trailing byte", TernaryPackingStrategy.BIT_PACKED_2BIT, 4, 1, 0, 0),
        fault("no bytes", TernaryPackingStrategy.BIT_PACKED_2BIT, 4, 0),
        fault("byte 243", TernaryPackingStrategy.BASE3_PACKED, 10, 1, 0, 243),
        fault("byte 255", TernaryPackingStrategy.BASE3_PACKED, 5, 0, 255),
        fault("padding -1", TernaryPackingStrategy.BASE3_PACKED, 4, 0, 40),
        fault("padding +1", TernaryPackingStrategy.BASE3_PACKED, 4, 0, 202),
        fault("trailing byte", TernaryPackingStrategy.BASE3_PACKED, 5, 1, 121, 121),
        fault("no trit", TernaryPackingStrategy.BYTE_ALIGNED, 2, 1, 0, 2),
        fault("no trit", TernaryPackingStrategy.BYTE_ALIGNED, 2, 0, 254, 0),
        fault("zero run", rle, 4, 1, 1, 0, 2, 4),
        fault("run too long", rle, 4, 1, 1, 5),
        fault("code 3", rle, 4, 0, 3, 4),
        fault("equal neighbours", rle, 4, 2, 1, 2, 1, 2),
        fault("too few weights", rle, 4, 2, 1, 3),
        fault("run without length", rle, 4, 1, 1),
        fault("trailing bytes", rle, 4, 2, 1, 4, 1),
        fault("longer varint than needed", rle, 4, 2, 1, 0x84, 0),
        fault("varint without end", rle, 400, 2, 1, 0x84),
        fault("varint of six bytes", rle, 400, 1, 1, 0x84, 0x80, 0x80, 0x80, 0x80, 1),
        fault("varint above 2^32", rle, 400, 1, 1, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F),
        fault("repeated index", sparse, 4, 2, 2, 1, 0, 0),
        fault("index out of range", sparse, 4, 1, 1, 5, 0),
        fault("second index out of range", sparse, 4, 2, 2, 4, 1, 0),
        fault("more non-zeros than weights", sparse, 4, 0, 5, 1, 1, 1, 1, 1, 0),
        fault("fewer indices than counted", sparse, 4, 3, 2, 1, 1),
        fault("no signs", sparse, 4, 2, 1, 1),
        fault("sign padding", sparse, 4, 2, 1, 1, 0b10),
        fault("trailing byte", sparse, 4, 3, 1, 1, 0, 0),
        fault("nothing", sparse, 4, 0),
        fault("longer varint than needed", sparse, 4, 1, 0x81, 0, 1, 0));
  }

  private static Arguments fault(
      String rule, TernaryPackingStrategy strategy, int count, int offset, int... stored) {
    return Arguments.of(rule, strategy, count, offset, bytes(stored));
  }

  @ParameterizedTest(name = "{1}: {0}")
  @MethodSource("faults")
  void decodingRefusesWhatEncodingCannotHaveWritten(
      String rule, TernaryPackingStrategy strategy, int count, int offset, byte[] stored) {
    assertThatThrownBy(
            () -> codec(strategy).decode(stored, BlockSpan.ofRow(count), new byte[count]))
        .as(rule)
        .isInstanceOfSatisfying(
            MalformedPackingException.class,
            e -> {
              assertThat(e.offset()).isEqualTo(offset);
              assertThat(e.block()).isEqualTo(-1);
              assertThat(e.found()).isNotEmpty();
              assertThat(e.allowed()).isNotEmpty();
            });
  }

  @Test
  void byteAlignedRowsCarryTheirPaddingInTheBlockThatEndsThem() {
    TernaryCodec codec = codec(TernaryPackingStrategy.BYTE_ALIGNED);
    // Rows of 3 padded to 4; the span holds the end of row 0, row 1, and the start of row 2.
    BlockSpan span = new BlockSpan(2, 6, 3, 4);
    byte[] trits = bytes(1, -1, 1, -1, 1, 1);
    byte[] stored = bytes(1, 0, 255, 1, 255, 0, 1, 1);
    assertThat(codec.encode(trits, span)).isEqualTo(stored);
    byte[] decoded = new byte[6];
    codec.decode(stored, span, decoded);
    assertThat(decoded).isEqualTo(trits);
    stored[5] = 1;
    assertThatThrownBy(() -> codec.decode(stored, span, new byte[6]))
        .isInstanceOf(MalformedPackingException.class)
        .hasMessageContaining("padding of a row");
  }

  @ParameterizedTest
  @EnumSource(
      value = TernaryPackingStrategy.class,
      names = "HYBRID",
      mode = EnumSource.Mode.EXCLUDE)
  void encodingRefusesWhatIsNoTrit(TernaryPackingStrategy strategy) {
    for (int bad : new int[] {2, -2, 127, -128}) {
      byte[] trits = bytes(0, 1, bad, -1);
      BlockSpan span = new BlockSpan(100, 4, 1000, 1);
      assertThatThrownBy(() -> codec(strategy).encode(trits, span))
          .isInstanceOfSatisfying(
              InvalidTensorException.class, e -> assertThat(e.index()).isEqualTo(102));
    }
  }

  @Test
  void hybridIsNoCodec() {
    assertThatThrownBy(() -> codec(TernaryPackingStrategy.HYBRID))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /// The kernel layouts against their definition, weight by weight.
  @ParameterizedTest
  @MethodSource("kernelCounts")
  void kernelLayoutInterleavesWholeUnits(int count) {
    byte[] trits = TritSamples.trits(TritSamples.Structure.DENSE, count, 7);
    BlockSpan span = BlockSpan.ofRow(count);
    byte[] twoBit =
        TernaryCodec.of(TernaryPackingStrategy.BIT_PACKED_2BIT, PackedLayout.KERNEL)
            .encode(trits, span);
    byte[] base3 =
        TernaryCodec.of(TernaryPackingStrategy.BASE3_PACKED, PackedLayout.KERNEL)
            .encode(trits, span);
    int[] powers = {1, 3, 9, 27, 81};
    for (int i = 0; i < count; i++) {
      boolean inUnit = i < count / 128 * 128;
      int at = inUnit ? i / 128 * 32 + i % 32 : i / 4;
      int lane = inUnit ? i % 128 / 32 : i % 4;
      assertThat(twoBit[at] >> (2 * lane) & 3).as("two bits of %d", i).isEqualTo(trits[i] + 1);
      inUnit = i < count / 160 * 160;
      at = inUnit ? i / 160 * 32 + i % 160 % 32 : i / 5;
      int digit = inUnit ? i % 160 / 32 : i % 5;
      assertThat((base3[at] & 0xFF) / powers[digit] % 3)
          .as("digit of %d", i)
          .isEqualTo(trits[i] + 1);
    }
  }

  static IntStream kernelCounts() {
    return IntStream.of(0, 1, 31, 127, 128, 129, 159, 160, 161, 255, 256, 320, 500, 1024, 1025);
  }
}

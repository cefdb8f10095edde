package org.bitnet4j.quant.layout;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bitnet4j.quant.config.SimdConfig;
import org.bitnet4j.quant.kernels.TernaryKernels;
import org.bitnet4j.quant.layout.LayoutSamples.Structure;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// The fast paths against the reference, block for block.
class BlockCodeTest {
  private static final int[] BLOCKS = {1, 2, 3, 7, 31, 32, 33, 64, 101, 257};

  private static final byte GUARD = 0x5A;

  /// The vector path from the first code on.
  private final TernaryKernels kernels =
      TernaryKernels.of(new SimdConfig(true, false, false, false, 1, 16, false, 8, true, Map.of()));

  static List<BlockLayout> layouts() {
    return LayoutSamples.blockLayouts().stream().map(BlockLayout.class::cast).toList();
  }

  /// Blocks of trits: `trits[row]` holds the columns of all blocks.
  private static byte[][] rows(BlockCode code, Structure structure, int blocks) {
    byte[][] rows = new byte[code.rows()][];
    for (int row = 0; row < rows.length; row++) {
      rows[row] = LayoutSamples.trits(structure, blocks * code.columns(), blocks + 1000 * row);
    }
    return rows;
  }

  private static byte[] codesOfBlock(BlockCode code, byte[][] rows, int block) {
    byte[] codes = new byte[code.rows() * code.columns()];
    for (int row = 0; row < code.rows(); row++) {
      for (int c = 0; c < code.columns(); c++) {
        codes[row * code.columns() + c] = (byte) (rows[row][block * code.columns() + c] + 1);
      }
    }
    return codes;
  }

  @ParameterizedTest
  @MethodSource("layouts")
  void everyElementHasAPlaceOfItsOwn(BlockLayout layout) {
    BlockCode code = layout.code();
    int elements = code.rows() * code.columns();
    byte[] zeros = new byte[elements];
    byte[] without = new byte[code.bytes()];
    code.encodeBlock(zeros, without);
    BitSet places = new BitSet();
    for (int i = 0; i < elements; i++) {
      byte[] codes = new byte[elements];
      codes[i] = 1;
      byte[] with = new byte[code.bytes()];
      code.encodeBlock(codes, with);
      int at = Arrays.mismatch(without, with);
      assertThat(at).isEqualTo(code.byteOf(i / code.columns(), i % code.columns()));
      int place = at << 8 | (with[at] & 0xFF);
      assertThat(places.get(place)).isFalse();
      places.set(place);
    }
    assertThat(places.cardinality()).isEqualTo(elements);
  }

  @Tag("kernels")
  @ParameterizedTest
  @MethodSource("layouts")
  void fastPathAndReferenceStoreTheSameBytes(BlockLayout layout) {
    BlockCode code = layout.code();
    for (Structure structure : Structure.values()) {
      for (int blocks : BLOCKS) {
        byte[][] rows = rows(code, structure, blocks);
        int stride = code.bytes() + (code.rows() == 1 ? blocks % 3 : 0);
        int at = 5;
        byte[] wanted = new byte[at + blocks * stride + 7];
        Arrays.fill(wanted, GUARD);
        byte[] found = wanted.clone();
        byte[] block = new byte[code.bytes()];
        for (int b = 0; b < blocks; b++) {
          code.encodeBlock(codesOfBlock(code, rows, b), block);
          System.arraycopy(block, 0, wanted, at + b * stride, block.length);
        }
        byte[][] canonical =
            Arrays.stream(rows).map(LayoutSamples::canonical).toArray(byte[][]::new);
        int codeStride = canonical[0].length + 3;
        byte[] codes = new byte[codeStride * code.rows()];
        for (int row = 0; row < code.rows(); row++) {
          System.arraycopy(canonical[row], 0, codes, row * codeStride, canonical[row].length);
        }
        code.encode(kernels, codes, codeStride, found, at, stride, blocks);
        assertThat(found).as("%s, %d blocks", structure, blocks).isEqualTo(wanted);

        byte[] decoded = new byte[codes.length];
        Arrays.fill(decoded, GUARD);
        assertThat(code.decode(kernels, found, at, stride, blocks, decoded, codeStride)).isTrue();
        for (int row = 0; row < code.rows(); row++) {
          int start = row * codeStride;
          assertThat(Arrays.copyOfRange(decoded, start, start + codeStride - 3))
              .as("%s, %d blocks, row %d", structure, blocks, row)
              .isEqualTo(canonical[row]);
          assertThat(Arrays.copyOfRange(decoded, start + codeStride - 3, start + codeStride))
              .containsOnly(GUARD);
        }
        code.encodeBlock(codesOfBlock(code, rows, blocks - 1), block);
        byte[] back = new byte[code.rows() * code.columns()];
        assertThat(code.decodeBlock(block, back)).isEqualTo(-1);
        assertThat(back).isEqualTo(codesOfBlock(code, rows, blocks - 1));
      }
    }
  }

  /// Random bytes are rarely sound as a whole: one byte of a sound block is replaced by each value.
  @ParameterizedTest
  @MethodSource("layouts")
  void fastPathAndReferenceRefuseTheSameBytes(BlockLayout layout) {
    BlockCode code = layout.code();
    Random random = new Random(9);
    byte[] codes = new byte[code.rows() * code.columns()];
    byte[] block = new byte[code.bytes()];
    byte[] canonical = new byte[code.rows() * Math.ceilDiv(code.columns(), 4)];
    int refused = 0;
    for (int position = 0; position < code.bytes(); position++) {
      for (int i = 0; i < codes.length; i++) {
        codes[i] = (byte) random.nextInt(3);
      }
      code.encodeBlock(codes, block);
      for (int value = 0; value < 256; value++) {
        block[position] = (byte) value;
        int bad = code.decodeBlock(block, codes);
        assertThat(bad).isIn(-1, position);
        boolean sound =
            code.decode(
                kernels, block, 0, code.bytes(), 1, canonical, canonical.length / code.rows());
        boolean three =
            IntStream.range(0, canonical.length)
                .anyMatch(i -> (canonical[i] & (canonical[i] >> 1) & 0x55) != 0);
        assertThat(sound && !three).as("byte %d value %d", position, value).isEqualTo(bad < 0);
        refused += bad < 0 ? 0 : 1;
        if (bad < 0) {
          byte[] again = new byte[code.bytes()];
          code.encodeBlock(codes, again);
          assertThat(again).isEqualTo(block);
        }
      }
    }
    assertThat(refused).isPositive();
  }

  @ParameterizedTest
  @EnumSource(Structure.class)
  void samplesAreWhatTheySay(Structure structure) {
    byte[] trits = LayoutSamples.trits(structure, 1000, 1);
    assertThat(trits).hasSize(1000);
    long kinds = IntStream.range(0, trits.length).map(i -> trits[i]).distinct().count();
    assertThat(kinds).isEqualTo(structure.name().startsWith("ALL") ? 1 : 3);
  }

  static Stream<Integer> bytes() {
    return IntStream.range(0, 256).boxed();
  }

  @ParameterizedTest
  @MethodSource("bytes")
  void aBase3ByteIsReadAsTheFormatsDocumentsSay(int value) {
    byte packed = (byte) value;
    int q = 0;
    for (int n = 0; n < 5; n++) {
      int v = (value * (int) Math.pow(3, n)) % 256;
      int digit = (v * 3) >> 8;
      assertThat(Base3Digits.digit(packed, n)).isEqualTo(digit);
      q = 3 * q + digit;
    }
    boolean sound = (q * 256 + 242) / 243 == value;
    assertThat(Base3Digits.unpack(packed)).isEqualTo(sound ? q : -1);
  }
}

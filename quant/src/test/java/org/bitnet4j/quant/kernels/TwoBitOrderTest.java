package org.bitnet4j.quant.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import org.bitnet4j.quant.config.SimdConfig;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Orders of two-bit codes against their definition, code by code, on the path of this run and on
/// the scalar one.
@Tag("kernels")
class TwoBitOrderTest {
  private static final byte UNTOUCHED = 0x5A;
  private static final int[] UNITS = {0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 33};

  private final TernaryKernels kernels =
      TernaryKernels.of(new SimdConfig(true, false, false, false, 1, 16, false, 8, true, Map.of()));

  private static int code(byte[] codes, int from, int i) {
    return codes[from + i / 4] >> (2 * (i % 4)) & 3;
  }

  /// The definition: byte i of a unit holds code i of each run.
  private static byte[] woven(
      TwoBitOrder order, byte[] codes, int from, int to, int blockBytes, int stride, int blocks) {
    byte[] woven = new byte[to + blocks * stride + 3];
    Arrays.fill(woven, UNTOUCHED);
    int run = order.run();
    for (int block = 0; block < blocks; block++) {
      for (int unit = 0; unit < blockBytes; unit += run) {
        for (int i = 0; i < run; i++) {
          int packed = 0;
          for (int p = 0; p < 4; p++) {
            int code = code(codes, from + block * blockBytes + unit, p * run + i);
            packed |= code << (order.highFirst() ? 6 - 2 * p : 2 * p);
          }
          woven[to + block * stride + unit + i] = (byte) packed;
        }
      }
    }
    return woven;
  }

  @ParameterizedTest
  @EnumSource
  void eachCodeGoesWhereItsOrderSays(TwoBitOrder order) {
    SplittableRandom random = new SplittableRandom(11);
    for (int units : UNITS) {
      for (int blocks : new int[] {0, 1, 2, 5}) {
        int blockBytes = units * order.run();
        int stride = blockBytes + random.nextInt(4);
        int from = random.nextInt(6);
        int to = random.nextInt(6);
        byte[] codes = new byte[from + blocks * blockBytes + 2];
        random.nextBytes(codes);
        byte[] wanted = woven(order, codes, from, to, blockBytes, stride, blocks);
        for (TernaryKernels path : new TernaryKernels[] {kernels, TernaryKernels.scalar()}) {
          byte[] found = new byte[wanted.length];
          Arrays.fill(found, UNTOUCHED);
          path.weaveTwoBit(order, codes, from, found, to, blockBytes, stride, blocks);
          assertThat(found).as("%s units, %s blocks", units, blocks).isEqualTo(wanted);
          byte[] back = codes.clone();
          Arrays.fill(back, from, from + blocks * blockBytes, UNTOUCHED);
          path.unweaveTwoBit(order, found, to, blockBytes, stride, blocks, back, from);
          assertThat(back).as("%s units, %s blocks", units, blocks).isEqualTo(codes);
        }
      }
    }
  }

  @Test
  void oneThreeIsSeenWhereverItStandsAndNothingElseIs() {
    SplittableRandom random = new SplittableRandom(12);
    for (int bytes = 0; bytes < 200; bytes++) {
      byte[] codes = new byte[bytes + 8];
      Arrays.fill(codes, (byte) 0xFF);
      int from = bytes % 7;
      for (int i = 0; i < bytes; i++) {
        int packed = 0;
        for (int lane = 0; lane < 4; lane++) {
          packed |= random.nextInt(3) << (2 * lane);
        }
        codes[from + i] = (byte) packed;
      }
      assertThat(kernels.areTrits(codes, from, bytes)).isTrue();
      for (int i = 0; i < bytes; i++) {
        byte sound = codes[from + i];
        codes[from + i] |= (byte) (3 << (2 * (i % 4)));
        assertThat(kernels.areTrits(codes, from, bytes)).as("%s of %s", i, bytes).isFalse();
        codes[from + i] = sound;
      }
    }
  }

  @Test
  void rangesOutsideAreRefusedBeforeAnythingIsWritten() {
    TwoBitOrder order = TwoBitOrder.RUNS_OF_16;
    byte[] codes = new byte[64];
    byte[] out = new byte[64];
    assertThatThrownBy(() -> kernels.weaveTwoBit(order, codes, 0, out, 1, 32, 32, 2))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> kernels.weaveTwoBit(order, codes, 33, out, 0, 32, 32, 1))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> kernels.unweaveTwoBit(order, codes, 0, 32, 40, 2, out, 0))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(
            () -> kernels.weaveTwoBit(order, codes, 0, out, 0, 16, 1 << 30, Integer.MAX_VALUE))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> kernels.weaveTwoBit(order, codes, 0, out, 0, 24, 24, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("multiple of 16");
    assertThatThrownBy(() -> kernels.weaveTwoBit(order, codes, 0, out, 0, 32, 31, 2))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> kernels.areTrits(codes, 60, 5))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThat(out).containsOnly(0);
  }
}

package org.bitnet4j.quant.packing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bitnet4j.quant.TernaryTensor;
import org.bitnet4j.quant.config.TernaryPackingStrategy;
import org.bitnet4j.quant.packing.TritSamples.Settings;
import org.bitnet4j.quant.packing.TritSamples.Structure;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// HYBRID takes no more bytes than the best single strategy, and its threshold decides as promised.
@Tag("kernels")
class HybridPackingTest {
  static Stream<Arguments> inputs() {
    List<Arguments> all = new ArrayList<>();
    Random random = new Random(5);
    Settings base = Settings.of(TernaryPackingStrategy.HYBRID);
    for (Structure structure : Structure.values()) {
      for (double threshold : new double[] {0, 0.5, 0.9, 1}) {
        Settings settings =
            base.blockSize(1 + random.nextInt(4)).threshold(threshold).alignment(32);
        int rows = 1 + random.nextInt(40);
        int columns = 1 + random.nextInt(300);
        all.add(Arguments.of(structure, rows, columns, settings));
        all.add(Arguments.of(structure, rows, columns, settings.kernelLayout().deflated(6)));
      }
    }
    return all.stream();
  }

  @ParameterizedTest(name = "{0} [{1}, {2}] {3}")
  @MethodSource("inputs")
  void hybridTakesNoMoreThanTheBestSingleStrategy(
      Structure structure, int rows, int columns, Settings settings) {
    byte[] trits = TritSamples.trits(structure, rows * columns, rows);
    try (TernaryTensor tensor = TritSamples.tensor(trits, rows, columns)) {
      long hybrid = storedBytes(settings, tensor);
      for (TernaryPackingStrategy single : TritSamples.singleStrategies()) {
        assertThat(hybrid)
            .as("%s", single)
            .isLessThanOrEqualTo(storedBytes(settings.strategy(single), tensor));
      }
    }
  }

  private static long storedBytes(Settings settings, TernaryTensor tensor) {
    try (PackedTensor packed = settings.packer().pack(tensor)) {
      return packed.storedBytes();
    }
  }

  @Test
  void blocksOfOneTensorTakeDifferentCodecs() {
    byte[] trits = new byte[8 * 256];
    System.arraycopy(TritSamples.trits(Structure.DENSE, 1024, 1), 0, trits, 0, 1024);
    System.arraycopy(TritSamples.trits(Structure.VERY_SPARSE, 256, 1), 0, trits, 1024, 256);
    try (TernaryTensor tensor = TritSamples.tensor(trits, 2, 1024);
        PackedTensor packed = Settings.of(TernaryPackingStrategy.HYBRID).packer().pack(tensor)) {
      List<BlockCodec> codecs = packed.blocks().stream().map(PackedBlock::codec).toList();
      assertThat(codecs.subList(0, 4)).containsOnly(BlockCodec.BASE3);
      assertThat(codecs.subList(5, 8)).containsOnly(BlockCodec.SPARSE);
    }
  }

  @Test
  void thresholdKeepsSparseCodecsAwayWhereTheyDoNotWinOverall() {
    // 84 % zeros: sparse is smaller than base 3 in some blocks but not in the whole.
    byte[] trits = TritSamples.trits(Structure.DENSE, 40 * 256, 1);
    byte[] sparse = new byte[4 * 256];
    for (int i = 0; i < sparse.length; i += 10) {
      sparse[i] = 1;
    }
    System.arraycopy(sparse, 0, trits, 0, sparse.length);
    Settings settings = Settings.of(TernaryPackingStrategy.HYBRID);
    try (TernaryTensor tensor = TritSamples.tensor(trits, 40, 256);
        PackedTensor open = settings.threshold(0.8).packer().pack(tensor);
        PackedTensor shut = settings.threshold(0.95).packer().pack(tensor)) {
      assertThat(codecs(open)).contains(BlockCodec.SPARSE);
      assertThat(codecs(shut)).containsOnly(BlockCodec.BASE3);
      assertThat(shut.storedBytes()).isGreaterThan(open.storedBytes());
    }
  }

  @Test
  void codecThatTheThresholdLeftOutIsTakenWhereItWinsOverall() {
    // Runs of +1 and −1 without a zero: no block reaches the threshold, yet run lengths win.
    byte[] trits = new byte[16 * 256];
    for (int i = 0; i < trits.length; i++) {
      trits[i] = (byte) (i / 128 % 2 == 0 ? 1 : -1);
    }
    try (TernaryTensor tensor = TritSamples.tensor(trits, 16, 256);
        PackedTensor packed =
            Settings.of(TernaryPackingStrategy.HYBRID).threshold(0.5).packer().pack(tensor)) {
      assertThat(codecs(packed)).containsOnly(BlockCodec.RUN_LENGTH);
    }
  }

  private static Set<BlockCodec> codecs(PackedTensor packed) {
    return packed.blocks().stream().map(PackedBlock::codec).collect(Collectors.toSet());
  }
}

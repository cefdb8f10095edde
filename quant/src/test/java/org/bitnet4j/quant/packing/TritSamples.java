package org.bitnet4j.quant.packing;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import org.bitnet4j.quant.Granularity;
import org.bitnet4j.quant.IntegerTensor;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TernaryTensor;
import org.bitnet4j.quant.config.PackingConfig;
import org.bitnet4j.quant.config.SimdConfig;
import org.bitnet4j.quant.config.TernaryPackingStrategy;

/// Structured, seeded trits and the tensors and configurations around them.
final class TritSamples {
  private TritSamples() {}

  /// How trits are spread.
  enum Structure {
    DENSE,
    HALF_ZERO,
    SPARSE,
    VERY_SPARSE,
    RUNS,
    ZERO_RUNS,
    PERIODIC,
    HALF_AND_HALF,
    ALL_MINUS,
    ALL_ZERO,
    ALL_PLUS
  }

  static byte[] trits(Structure structure, int count, long seed) {
    Random random = new Random(seed * 31 + structure.name().length());
    byte[] trits = new byte[count];
    switch (structure) {
      case DENSE -> fill(trits, 0, count, random, 1.0 / 3);
      case HALF_ZERO -> fill(trits, 0, count, random, 0.5);
      case SPARSE -> fill(trits, 0, count, random, 0.9);
      case VERY_SPARSE -> fill(trits, 0, count, random, 0.998);
      case RUNS -> {
        for (int i = 0; i < count; ) {
          int end = Math.min(count, i + 1 + random.nextInt(300));
          Arrays.fill(trits, i, end, (byte) (random.nextInt(3) - 1));
          i = end;
        }
      }
      case ZERO_RUNS -> {
        for (int i = 0; i < count; ) {
          int end = Math.min(count, i + 1 + random.nextInt(100));
          fill(trits, i, end, random, random.nextBoolean() ? 1 : 0.3);
          i = end;
        }
      }
      case PERIODIC -> {
        for (int i = 0; i < count; i++) {
          trits[i] = (byte) (i % 7 % 3 - 1);
        }
      }
      case HALF_AND_HALF -> {
        fill(trits, 0, count / 2, random, 1.0 / 3);
        fill(trits, count / 2, count, random, 0.999);
      }
      case ALL_MINUS -> Arrays.fill(trits, (byte) -1);
      case ALL_ZERO -> {}
      case ALL_PLUS -> Arrays.fill(trits, (byte) 1);
    }
    return trits;
  }

  private static void fill(byte[] trits, int from, int to, Random random, double zeroShare) {
    for (int i = from; i < to; i++) {
      int sign = random.nextBoolean() ? 1 : -1;
      trits[i] = (byte) (random.nextDouble() < zeroShare ? 0 : sign);
    }
  }

  static TernaryTensor tensor(byte[] trits, int rows, int columns) {
    return tensor(trits, rows, columns, new Granularity.PerRow(), true);
  }

  static TernaryTensor tensor(
      byte[] trits, int rows, int columns, Granularity granularity, boolean withOffsets) {
    TernaryTensor tensor =
        TernaryTensor.allocate("t", TensorShape.of(rows, columns), granularity, withOffsets);
    for (int row = 0; row < rows; row++) {
      tensor.writeRow(row, trits, row * columns);
    }
    for (long group = 0; group < tensor.scales().count(); group++) {
      tensor.scales().setMultiplier(group, 0.5f + group);
      if (withOffsets) {
        tensor.scales().setOffset(group, -0.25f * group);
      }
    }
    return tensor;
  }

  static byte[] trits(TernaryTensor tensor) {
    int rows = (int) tensor.shape().rows();
    int columns = tensor.shape().columns();
    byte[] trits = new byte[rows * columns];
    for (int row = 0; row < rows; row++) {
      tensor.readTrits(row, 0, columns, trits, row * columns);
    }
    return trits;
  }

  static IntegerTensor integers(int bits, boolean unsigned, int rows, int columns, long seed) {
    IntegerTensor tensor =
        IntegerTensor.allocate(
            "i",
            TensorShape.of(rows, columns),
            bits,
            new Granularity.PerGroup(16),
            false,
            unsigned);
    Random random = new Random(seed);
    int half = 1 << (bits - 1);
    int min = unsigned ? 0 : bits == 2 ? -half : 1 - half;
    int max = unsigned ? 2 * half - 1 : half - 1;
    for (long i = 0; i < tensor.shape().elements(); i++) {
      // Extremes as often as everything between them.
      int code =
          random.nextBoolean() ? random.nextInt(min, max + 1) : random.nextBoolean() ? min : max;
      tensor.codes().set(java.lang.foreign.ValueLayout.JAVA_BYTE, i, (byte) code);
    }
    for (long group = 0; group < tensor.scales().count(); group++) {
      tensor.scales().setMultiplier(group, 1f / (1 + group));
      if (unsigned) {
        tensor.setZeroPoint(group, random.nextInt(1 << bits));
      }
    }
    return tensor;
  }

  static Set<TernaryPackingStrategy> singleStrategies() {
    return EnumSet.complementOf(EnumSet.of(TernaryPackingStrategy.HYBRID));
  }

  /// Settings that tests vary; the rest is the default.
  record Settings(
      TernaryPackingStrategy strategy,
      int blockSize,
      double sparsityThreshold,
      boolean simdOptimized,
      int alignment,
      boolean compressed,
      int level,
      boolean checked) {
    static Settings of(TernaryPackingStrategy strategy) {
      return new Settings(strategy, 1, 0.7, false, 16, false, 6, true);
    }

    Settings strategy(TernaryPackingStrategy value) {
      return new Settings(
          value,
          blockSize,
          sparsityThreshold,
          simdOptimized,
          alignment,
          compressed,
          level,
          checked);
    }

    Settings blockSize(int value) {
      return new Settings(
          strategy, value, sparsityThreshold, simdOptimized, alignment, compressed, level, checked);
    }

    Settings threshold(double value) {
      return new Settings(
          strategy, blockSize, value, simdOptimized, alignment, compressed, level, checked);
    }

    Settings kernelLayout() {
      return new Settings(
          strategy, blockSize, sparsityThreshold, true, alignment, compressed, level, checked);
    }

    Settings alignment(int value) {
      return new Settings(
          strategy, blockSize, sparsityThreshold, simdOptimized, value, compressed, level, checked);
    }

    Settings deflated(int value) {
      return new Settings(
          strategy, blockSize, sparsityThreshold, simdOptimized, alignment, true, value, checked);
    }

    Settings unchecked() {
      return new Settings(
          strategy,
          blockSize,
          sparsityThreshold,
          simdOptimized,
          alignment,
          compressed,
          level,
          false);
    }

    PackingConfig config() {
      return config(1);
    }

    PackingConfig config(int threads) {
      return new PackingConfig(
          strategy,
          blockSize,
          sparsityThreshold,
          simdOptimized,
          alignment,
          compressed,
          level,
          checked,
          threads > 1,
          threads > 1 ? threads : null,
          SimdConfig.defaults());
    }

    TernaryPacker packer() {
      return TernaryPacker.of(config());
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%s block %d threshold %s %s align %d %s",
          strategy,
          blockSize,
          sparsityThreshold,
          simdOptimized ? "kernel" : "canonical",
          alignment,
          compressed ? "deflate " + level : "plain");
    }
  }
}

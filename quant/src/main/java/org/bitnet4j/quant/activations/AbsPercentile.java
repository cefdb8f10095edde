package org.bitnet4j.quant.activations;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Arrays;
import java.util.List;

/// The percentile of absolute values, exact by radix selection: nearest rank, so always a value
/// that occurs. The p-th percentile of n values is the ⌈p·n/100⌉-th smallest.
final class AbsPercentile {
  private static final int BINS = 256;
  private static final int TOP_SHIFT = 24;

  private AbsPercentile() {}

  /// The rank, from 1, of a percentile among `count` values. Decimal arithmetic: 99.9 % of 1000 is
  /// 999, which binary fractions miss.
  static long rank(double percentile, long count) {
    BigDecimal exact = BigDecimal.valueOf(percentile).multiply(BigDecimal.valueOf(count));
    long rank = exact.movePointLeft(2).setScale(0, RoundingMode.CEILING).longValueExact();
    return Math.max(1, rank);
  }

  /// The value of a rank among |x| of `count` values from `offset` on.
  static float select(float[] x, int offset, int count, long rank) {
    if (rank == count) {
      return Kernels.BEST.absMax(x, offset, count);
    }
    Radix radix = new Radix(rank);
    for (int shift = TOP_SHIFT; shift >= 0; shift -= 8) {
      radix.start(shift);
      radix.count(x, offset, count);
      radix.narrow();
    }
    return radix.value();
  }

  /// The value of a rank among |x| of all rows.
  static float select(List<float[]> rows, long rank) {
    Radix radix = new Radix(rank);
    for (int shift = TOP_SHIFT; shift >= 0; shift -= 8) {
      radix.start(shift);
      for (float[] row : rows) {
        radix.count(row, 0, row.length);
      }
      radix.narrow();
    }
    return radix.value();
  }

  /// Finds the value of a rank one byte at a time, from the top: the bits of non-negative floats
  /// are ordered as the floats are. Linear for every input, unlike selection by pivots.
  private static final class Radix {
    private final long[] bins = new long[BINS];
    private long rank;
    private int prefix;
    private int shift;

    Radix(long rank) {
      this.rank = rank;
    }

    void start(int digitShift) {
      shift = digitShift;
      Arrays.fill(bins, 0);
    }

    void count(float[] x, int offset, int count) {
      // In the first pass all values take part: a shift by 32 would not clear the prefix.
      int prefixMask = shift == TOP_SHIFT ? 0 : -1 << (shift + 8);
      for (int i = offset; i < offset + count; i++) {
        int bits = Float.floatToRawIntBits(x[i]) & 0x7FFF_FFFF;
        if ((bits & prefixMask) == prefix) {
          bins[(bits >>> shift) & 0xFF]++;
        }
      }
    }

    void narrow() {
      int digit = 0;
      while (rank > bins[digit]) {
        rank -= bins[digit++];
      }
      prefix |= digit << shift;
    }

    float value() {
      return Float.intBitsToFloat(prefix);
    }
  }
}

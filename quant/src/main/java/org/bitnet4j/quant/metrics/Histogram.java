package org.bitnet4j.quant.metrics;

import java.util.Objects;

/// Counts values in bins of equal width over [−limit, +limit], two-sided around zero, and the
/// values below and above that range. Counts are exact, so merging knows no order. Not thread-safe.
///
/// Bin i holds the values from −limit + i·w (inclusive) to −limit + (i + 1)·w (exclusive), with w =
/// 2·limit / bins; the last bin includes +limit. With an odd number of bins zero is in the middle
/// of one, with an even number it opens one.
public final class Histogram {
  private final double limit;
  private final long[] counts;
  private long underflow;
  private long overflow;

  /// An empty histogram.
  ///
  /// @param limit half of the range, positive and finite, in the unit of the values
  /// @param bins number of bins, in [1, 65536]
  public Histogram(double limit, int bins) {
    if (!(limit > 0) || limit == Double.POSITIVE_INFINITY) {
      throw new IllegalArgumentException(
          "histogram limit must be positive and finite, got ["
              + limit
              + "]. For values that are all zero any limit does.");
    }
    if (bins < 1 || bins > 1 << 16) {
      throw new IllegalArgumentException(
          "histogram bins must be in [1, 65536], got [" + bins + "]");
    }
    this.limit = limit;
    this.counts = new long[bins];
  }

  /// Counts values.
  ///
  /// @param values holds `count` values from `offset` on; infinities are under- or overflow
  /// @param offset where to start in `values`
  /// @param count how many values
  /// @throws IllegalArgumentException for NaN, which lies in no bin
  public void add(float[] values, int offset, int count) {
    Objects.checkFromIndexSize(offset, count, values.length);
    double binsPerUnit = counts.length / (2 * limit);
    for (int i = 0; i < count; i++) {
      double value = values[offset + i];
      if (value < -limit) {
        underflow++;
      } else if (value > limit) {
        overflow++;
      } else if (Double.isNaN(value)) {
        throw new IllegalArgumentException(
            "histogram value must be a number, got [NaN] at [" + (offset + i) + "]");
      } else {
        int bin = (int) ((value + limit) * binsPerUnit);
        counts[Math.min(bin, counts.length - 1)]++; // +limit itself belongs to the last bin
      }
    }
  }

  /// Adds the counts of another histogram.
  ///
  /// @param other a histogram of the same limit and number of bins; unchanged
  public void merge(Histogram other) {
    if (other.limit != limit || other.counts.length != counts.length) {
      throw new IllegalArgumentException(
          "merged histograms must have the same limit and bins, got ["
              + limit
              + " in "
              + counts.length
              + "] and ["
              + other.limit
              + " in "
              + other.counts.length
              + "]");
    }
    for (int i = 0; i < counts.length; i++) {
      counts[i] += other.counts[i];
    }
    underflow += other.underflow;
    overflow += other.overflow;
  }

  /// Half of the range.
  public double limit() {
    return limit;
  }

  /// Number of bins.
  public int bins() {
    return counts.length;
  }

  /// Lower edge of a bin; of `bins()`, the upper edge of the last one.
  ///
  /// @param bin number of the bin, in [0, bins]
  public double lowerEdge(int bin) {
    Objects.checkIndex(bin, counts.length + 1);
    return limit * (2.0 * bin / counts.length - 1);
  }

  /// A copy of the counts, leftmost bin first.
  public long[] counts() {
    return counts.clone();
  }

  /// Number of values below −limit.
  public long underflow() {
    return underflow;
  }

  /// Number of values above +limit.
  public long overflow() {
    return overflow;
  }

  /// Number of values, those outside the range included.
  public long total() {
    long total = underflow + overflow;
    for (long count : counts) {
      total += count;
    }
    return total;
  }
}

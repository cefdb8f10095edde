package org.bitnet4j.formats.report;

import java.util.Arrays;
import java.util.List;
import org.bitnet4j.quant.metrics.Histogram;
import org.jspecify.annotations.Nullable;

/// The distribution of a tensor's original weights over [−limit, +limit], and where its thresholds
/// and levels lie.
///
/// @param limit half of the range
/// @param counts weights per bin of equal width, leftmost first
/// @param outside weights outside the range
/// @param threshold the magnitude Δ above which a weight becomes −1 or +1; absent where there is
///   none or where it differs between scale groups
/// @param scale the magnitude α that −1 and +1 stand for; absent as above
public record WeightHistogram(
    double limit,
    List<Long> counts,
    long outside,
    @Nullable Double threshold,
    @Nullable Double scale) {
  /// Copies the counts.
  public WeightHistogram {
    counts = List.copyOf(counts);
  }

  /// The histogram as counted.
  ///
  /// @param histogram counts
  /// @param threshold Δ, absent where there is none
  /// @param scale α, absent where there is none
  public static WeightHistogram of(
      Histogram histogram, @Nullable Double threshold, @Nullable Double scale) {
    return new WeightHistogram(
        histogram.limit(),
        Arrays.stream(histogram.counts()).boxed().toList(),
        histogram.underflow() + histogram.overflow(),
        threshold,
        scale);
  }
}

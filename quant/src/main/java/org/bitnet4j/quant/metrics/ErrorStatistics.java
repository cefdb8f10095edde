package org.bitnet4j.quant.metrics;

import java.util.Objects;

/// Accumulates the error of a reproduction x̂ against its original x: of dequantized weights, or of
/// layer outputs.
///
/// Every sum is a double that takes one value after the other, so feeding the same values in pieces
/// of any size gives the same bits. Threads work on statistics of their own, over pieces that do
/// not depend on the thread count, and the caller merges them in the order of the pieces. Not
/// thread-safe.
public final class ErrorStatistics {
  private long count;
  private double originalSquares;
  private double reproductionSquares;
  private double products;
  private double errorSquares;
  private double maxError;

  /// Statistics of no value.
  public ErrorStatistics() {}

  /// Adds values and their reproductions.
  ///
  /// @param original holds `count` values x from `originalOffset` on
  /// @param originalOffset where to start in `original`
  /// @param reproduction holds `count` values x̂ from `reproductionOffset` on
  /// @param reproductionOffset where to start in `reproduction`
  /// @param count how many values
  /// @throws IndexOutOfBoundsException where a range exceeds its array; nothing is added then
  public void add(
      float[] original,
      int originalOffset,
      float[] reproduction,
      int reproductionOffset,
      int count) {
    Objects.checkFromIndexSize(originalOffset, count, original.length);
    Objects.checkFromIndexSize(reproductionOffset, count, reproduction.length);
    double xx = originalSquares;
    double yy = reproductionSquares;
    double xy = products;
    double ee = errorSquares;
    double max = maxError;
    for (int i = 0; i < count; i++) {
      double x = original[originalOffset + i];
      double y = reproduction[reproductionOffset + i];
      double error = x - y;
      xx += x * x;
      yy += y * y;
      xy += x * y;
      ee += error * error;
      max = Math.max(max, Math.abs(error));
    }
    originalSquares = xx;
    reproductionSquares = yy;
    products = xy;
    errorSquares = ee;
    maxError = max;
    this.count += count;
  }

  /// Adds what other statistics have accumulated. Sums depend, in their last bits, on the order of
  /// merging: merge in the order of the data.
  ///
  /// @param other statistics of other values; unchanged
  public void merge(ErrorStatistics other) {
    count += other.count;
    originalSquares += other.originalSquares;
    reproductionSquares += other.reproductionSquares;
    products += other.products;
    errorSquares += other.errorSquares;
    maxError = Math.max(maxError, other.maxError);
  }

  /// The metrics of all values so far.
  public ErrorMetrics metrics() {
    return new ErrorMetrics(
        count, count == 0 ? 0 : errorSquares / count, sqnrDb(), cosine(), maxError);
  }

  private double sqnrDb() {
    if (errorSquares == 0) {
      return Double.POSITIVE_INFINITY;
    }
    // A difference of logarithms, as the quotient of the sums could overflow where they do not.
    return 10 * (StrictMath.log10(originalSquares) - StrictMath.log10(errorSquares));
  }

  private double cosine() {
    if (originalSquares == 0 || reproductionSquares == 0) {
      return originalSquares == reproductionSquares ? 1 : 0;
    }
    // Two roots, as the product of the sums could underflow where they do not.
    double cosine = products / (Math.sqrt(originalSquares) * Math.sqrt(reproductionSquares));
    return Math.clamp(cosine, -1.0, 1.0);
  }
}

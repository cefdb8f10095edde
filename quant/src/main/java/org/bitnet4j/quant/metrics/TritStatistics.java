package org.bitnet4j.quant.metrics;

import java.util.Objects;
import org.bitnet4j.quant.TernaryTensor;

/// How many trits are −1, 0 and +1. Counts are exact, so they may be added in any order.
///
/// @param negative number of −1
/// @param zero number of 0
/// @param positive number of +1
public record TritStatistics(long negative, long zero, long positive) {
  private static final int CHUNK = 1 << 16;

  /// Statistics of no trit.
  public static final TritStatistics NONE = new TritStatistics(0, 0, 0);

  /// Refuses negative counts.
  public TritStatistics {
    if (negative < 0 || zero < 0 || positive < 0) {
      throw new IllegalArgumentException(
          "trit counts must not be negative, got ["
              + negative
              + ", "
              + zero
              + ", "
              + positive
              + "]");
    }
  }

  /// Counts all trits of a tensor.
  ///
  /// @param tensor the tensor
  public static TritStatistics of(TernaryTensor tensor) {
    return ofRows(tensor, 0, tensor.shape().rows());
  }

  /// Counts the trits of some rows of a tensor.
  ///
  /// @param tensor the tensor
  /// @param firstRow first row
  /// @param rowCount how many rows
  public static TritStatistics ofRows(TernaryTensor tensor, long firstRow, long rowCount) {
    Objects.checkFromIndexSize(firstRow, rowCount, tensor.shape().rows());
    int columns = tensor.shape().columns();
    byte[] chunk = new byte[Math.min(columns, CHUNK)];
    long sum = 0;
    long nonzero = 0;
    for (long row = firstRow; row < firstRow + rowCount; row++) {
      for (int c = 0; c < columns; c += CHUNK) {
        int count = Math.min(CHUNK, columns - c);
        tensor.readTrits(row, c, count, chunk, 0);
        for (int i = 0; i < count; i++) {
          sum += chunk[i];
          nonzero += chunk[i] & 1; // −1 is 0b1111_1111 and +1 is 0b0000_0001: both end in 1
        }
      }
    }
    return new TritStatistics(
        (nonzero - sum) / 2, rowCount * columns - nonzero, (nonzero + sum) / 2);
  }

  /// Counts of both together.
  ///
  /// @param other statistics of other trits
  public TritStatistics plus(TritStatistics other) {
    return new TritStatistics(
        negative + other.negative, zero + other.zero, positive + other.positive);
  }

  /// Number of trits.
  public long count() {
    return negative + zero + positive;
  }

  /// Share of zeros in [0, 1]; 0 where there is no trit.
  public double zeroShare() {
    return count() == 0 ? 0 : (double) zero / count();
  }

  /// Entropy −Σp·log₂p of the three shares in bits per trit, in [0, log₂3 = 1.585]: no code that
  /// treats trits one by one stores them smaller. 0 where there is no trit.
  public double entropyBits() {
    return term(negative) + term(zero) + term(positive);
  }

  private double term(long part) {
    if (part == 0) {
      return 0;
    }
    double share = (double) part / count();
    // The term of a certain trit would be −0.0.
    return share == 1 ? 0 : -share * StrictMath.log(share) / StrictMath.log(2);
  }
}

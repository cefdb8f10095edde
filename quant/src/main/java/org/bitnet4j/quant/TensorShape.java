package org.bitnet4j.quant;

import java.util.Arrays;

/// Dimensions of a tensor, slowest first, seen as a matrix [rows, columns]: the last dimension is
/// the columns (inputs), all others together are the rows (outputs). A scalar is [1, 1].
public final class TensorShape {
  /// No dimension may exceed this.
  public static final long MAX_DIMENSION = 1L << 48;

  private final long[] dimensions;
  private final long rows;
  private final int columns;

  private TensorShape(long[] dimensions) {
    this.dimensions = dimensions;
    long product = 1;
    for (int i = 0; i < dimensions.length; i++) {
      if (dimensions[i] < 0 || dimensions[i] > MAX_DIMENSION) {
        throw new IllegalArgumentException(
            "dimension must be in [0, 2^48], got [" + dimensions[i] + "]");
      }
      if (i < dimensions.length - 1) {
        product = Math.multiplyExact(product, dimensions[i]);
      }
    }
    this.rows = product;
    this.columns = dimensions.length == 0 ? 1 : Math.toIntExact(dimensions[dimensions.length - 1]);
    Math.multiplyExact(rows, (long) columns);
  }

  /// A shape of the given dimensions.
  ///
  /// @param dimensions slowest first; each in [0, 2^48], the last at most 2^31 − 1
  /// @throws IllegalArgumentException for a dimension out of range
  /// @throws ArithmeticException where the element count exceeds 2^63 − 1
  public static TensorShape of(long... dimensions) {
    return new TensorShape(dimensions.clone());
  }

  /// A copy of the dimensions, slowest first.
  public long[] dimensions() {
    return dimensions.clone();
  }

  /// Number of dimensions.
  public int rank() {
    return dimensions.length;
  }

  /// Product of all dimensions but the last.
  public long rows() {
    return rows;
  }

  /// The last dimension.
  public int columns() {
    return columns;
  }

  /// Number of elements.
  public long elements() {
    return rows * columns;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TensorShape shape && Arrays.equals(dimensions, shape.dimensions);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(dimensions);
  }

  @Override
  public String toString() {
    return Arrays.toString(dimensions);
  }
}

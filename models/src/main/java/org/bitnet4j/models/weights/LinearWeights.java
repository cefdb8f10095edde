package org.bitnet4j.models.weights;

import org.bitnet4j.quant.kernels.DenseMatrix;
import org.bitnet4j.quant.kernels.TernaryMatrix;
import org.jspecify.annotations.Nullable;

/// The matrix of a linear layer, \[rows = outputs, columns = inputs\], and its bias.
public sealed interface LinearWeights extends AutoCloseable {
  /// Outputs.
  int rows();

  /// Inputs.
  int columns();

  /// Bytes of memory off the heap.
  long byteSize();

  /// Added to the outputs, if any.
  float @Nullable [] bias();

  @Override
  void close();

  /// Trits with multipliers: products are exact integer sums.
  ///
  /// @param matrix the trits
  /// @param bias added to the outputs, if any
  @SuppressWarnings("ArrayRecordComponent") // nobody compares weights; a copy would cost
  record Ternary(TernaryMatrix matrix, float @Nullable [] bias) implements LinearWeights {
    @Override
    public int rows() {
      return matrix.rows();
    }

    @Override
    public int columns() {
      return matrix.columns();
    }

    @Override
    public long byteSize() {
      return matrix.byteSize();
    }

    @Override
    public void close() {
      matrix.close();
    }
  }

  /// Floats: products are sums in one fixed order.
  ///
  /// @param matrix the floats
  /// @param bias added to the outputs, if any
  @SuppressWarnings("ArrayRecordComponent") // nobody compares weights; a copy would cost
  record Dense(DenseMatrix matrix, float @Nullable [] bias) implements LinearWeights {
    @Override
    public int rows() {
      return matrix.rows();
    }

    @Override
    public int columns() {
      return matrix.columns();
    }

    @Override
    public long byteSize() {
      return matrix.byteSize();
    }

    @Override
    public void close() {
      matrix.close();
    }
  }
}

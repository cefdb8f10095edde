package org.bitnet4j.quant.kernels;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.bitnet4j.quant.kernels.KernelPlan.Product;

/// Rows of canonical two-bit codes as in [org.bitnet4j.quant.TernaryTensor], and their product: the
/// reference, written for reading.
///
/// @param columns columns of a row
/// @param segmentColumns columns that share a multiplier
record CanonicalRows(int columns, int segmentColumns) implements CodeLayout {
  @Override
  public Product product() {
    return Product.SCALAR;
  }

  @Override
  public int blockRows() {
    return 1;
  }

  @Override
  public long blockBytes() {
    return Math.ceilDiv(columns, 4);
  }

  @Override
  public void pack(byte[] rows, int stride, MemorySegment codes, long at) {
    MemorySegment.copy(rows, 0, codes, ValueLayout.JAVA_BYTE, at, (int) blockBytes());
  }

  @Override
  public void unpack(MemorySegment codes, long at, byte[] rows, int stride) {
    MemorySegment.copy(codes, ValueLayout.JAVA_BYTE, at, rows, 0, (int) blockBytes());
  }

  /// Σ T · x over a run of columns of one row.
  ///
  /// @param codes the matrix
  /// @param at offset of the row
  /// @param from first column
  /// @param to end of the columns
  /// @param activations the token's codes
  /// @param offset index of the first
  static int product(
      MemorySegment codes, long at, int from, int to, byte[] activations, int offset) {
    int sum = 0;
    for (int c = from; c < to; c++) {
      int packed = codes.get(ValueLayout.JAVA_BYTE, at + c / 4);
      int trit = ((packed >> (2 * (c % 4))) & 3) - 1;
      sum += trit * activations[offset + c];
    }
    return sum;
  }
}

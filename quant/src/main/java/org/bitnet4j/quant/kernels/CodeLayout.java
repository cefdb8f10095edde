package org.bitnet4j.quant.kernels;

import java.lang.foreign.MemorySegment;
import org.bitnet4j.quant.kernels.KernelPlan.Product;

/// Where the codes of a [TernaryMatrix] lie: blocks of rows, one after the other.
sealed interface CodeLayout permits CanonicalRows, Tiling {
  /// Which product reads it.
  Product product();

  /// Columns that share a multiplier within a row; sums of a product are complete at their ends.
  int segmentColumns();

  /// Rows of a block; the last block of a matrix is filled up with zero trits.
  int blockRows();

  /// Bytes of a block.
  long blockBytes();

  /// Takes a block from canonical order.
  ///
  /// @param rows two-bit codes of `blockRows` rows, `stride` bytes apart, and at least eight bytes
  ///   behind the last
  /// @param stride bytes from one row to the next
  /// @param codes receives the block
  /// @param at offset of the block
  void pack(byte[] rows, int stride, MemorySegment codes, long at);

  /// The inverse of [#pack]: bits behind the last column of a row are 0.
  ///
  /// @param codes holds the block
  /// @param at offset of the block
  /// @param rows receives `blockRows` rows, `stride` bytes apart, and writes up to eight bytes
  ///   behind a row's last code, within its stride
  /// @param stride bytes from one row to the next
  void unpack(MemorySegment codes, long at, byte[] rows, int stride);
}

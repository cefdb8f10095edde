package org.bitnet4j.quant.packing;

/// A run of consecutive weights of a tensor in flat row-major order: what a codec encodes at once.
///
/// @param start flat index of the first weight
/// @param count weights in the block
/// @param columns columns of the tensor
/// @param alignment bytes to a multiple of which BYTE_ALIGNED pads each row
public record BlockSpan(long start, int count, int columns, int alignment) {
  /// Refuses negative numbers and an alignment below 1.
  public BlockSpan {
    if (start < 0 || count < 0 || columns < 0 || alignment < 1) {
      throw new IllegalArgumentException(
          "block must have start, count, columns >= 0 and alignment >= 1, got ["
              + start
              + ", "
              + count
              + ", "
              + columns
              + ", "
              + alignment
              + "]");
    }
  }

  /// The span of a block that is a matrix of its own, one row without padding.
  ///
  /// @param count its weights
  public static BlockSpan ofRow(int count) {
    return new BlockSpan(0, count, count, 1);
  }

  /// Bytes of padding after the last weight of each row.
  public int rowPadding() {
    return Math.floorMod(-columns, alignment);
  }

  /// Rows whose last weight lies in the block.
  public int rowEnds() {
    return columns == 0 ? 0 : (int) ((start + count) / columns - start / columns);
  }

  /// Weights from the block's element `index` to the end of its row.
  ///
  /// @param index element of the block
  int toRowEnd(int index) {
    return columns - (int) ((start + index) % columns);
  }
}

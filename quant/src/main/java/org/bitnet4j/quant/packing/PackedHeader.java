package org.bitnet4j.quant.packing;

import java.util.Objects;
import org.bitnet4j.quant.Granularity;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.TensorShape;

/// All of a packed tensor but its data.
///
/// @param name name of the tensor
/// @param shape dimensions
/// @param format what it holds and how it was asked to be packed
/// @param granularity what one multiplier covers
/// @param withOffsets whether each scale group has an offset μ
/// @param blockSize stored block in units of 256 weights
/// @param alignment start of the payload in bytes, and padding of BYTE_ALIGNED rows
/// @param checked whether each block carries its CRC32C
public record PackedHeader(
    String name,
    TensorShape shape,
    PackedFormat format,
    Granularity granularity,
    boolean withOffsets,
    int blockSize,
    int alignment,
    boolean checked) {
  /// Weights of one unit of the block size.
  public static final int WEIGHTS_PER_UNIT = 256;

  /// Largest block size.
  public static final int MAX_BLOCK_SIZE = 2048;

  /// Largest alignment.
  public static final int MAX_ALIGNMENT = 128;

  /// Checks the ranges of the numbers, and that the number of blocks is an int.
  public PackedHeader {
    Objects.requireNonNull(granularity);
    if (blockSize < 1 || blockSize > MAX_BLOCK_SIZE) {
      throw new IllegalArgumentException(
          "block size must be in [1, " + MAX_BLOCK_SIZE + "], got [" + blockSize + "]");
    }
    if (alignment < 1 || alignment > MAX_ALIGNMENT || Integer.bitCount(alignment) != 1) {
      throw new IllegalArgumentException(
          "alignment must be a power of two in [1, "
              + MAX_ALIGNMENT
              + "], got ["
              + alignment
              + "]");
    }
    long blocks = Math.ceilDiv(shape.elements(), (long) blockSize * WEIGHTS_PER_UNIT);
    if (blocks > Integer.MAX_VALUE - 8) {
      throw new InvalidTensorException(
          name,
          -1,
          "stored blocks must number at most 2^31 - 9",
          Long.toString(blocks),
          "Raise blockSize.");
    }
  }

  /// Weights of a full stored block.
  public int weightsPerBlock() {
    return blockSize * WEIGHTS_PER_UNIT;
  }

  /// Number of stored blocks.
  public int blockCount() {
    return (int) Math.ceilDiv(shape.elements(), (long) weightsPerBlock());
  }

  /// The weights that a stored block covers.
  ///
  /// @param block number of the block
  public BlockSpan span(int block) {
    Objects.checkIndex(block, blockCount());
    long start = (long) block * weightsPerBlock();
    int count = (int) Math.min(weightsPerBlock(), shape.elements() - start);
    return new BlockSpan(start, count, shape.columns(), alignment);
  }
}

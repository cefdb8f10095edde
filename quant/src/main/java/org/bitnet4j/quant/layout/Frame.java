package org.bitnet4j.quant.layout;

import org.bitnet4j.quant.ElementType;
import org.bitnet4j.quant.Granularity;
import org.bitnet4j.quant.TensorShape;

/// Where blocks and multipliers lie among the stored bytes of a tensor.
///
/// The blocks form strips. A strip is the whole flattened tensor, or the rows that a block covers;
/// its blocks follow one another.
///
/// @param granularity what one multiplier covers
/// @param scaleType how multipliers are stored
/// @param flat whether one strip holds the flattened tensor, whatever its rows
/// @param stripHead bytes of a strip before its blocks: the multipliers of its rows
/// @param blockHead bytes of a block before its codes: its multiplier
/// @param blockTail bytes of a block behind its codes: its multiplier
/// @param tail bytes after the last strip, the multiplier of the tensor in front
record Frame(
    Granularity granularity,
    ElementType scaleType,
    boolean flat,
    int stripHead,
    int blockHead,
    int blockTail,
    int tail) {
  /// The tail of I2_S. Only its first four bytes have a meaning, the float32 multiplier: the
  /// official file repeats it eight times, other writers leave zeros or whatever was there.
  static final int TAIL_BYTES = 32;

  private static final int F16_BYTES = ElementType.F16.bytes();

  /// One float32 multiplier behind the codes of the flattened tensor.
  static Frame tensor() {
    return new Frame(new Granularity.PerTensor(), ElementType.F32, true, 0, 0, 0, TAIL_BYTES);
  }

  /// One float32 multiplier behind the codes, strips being rows.
  static Frame tensorOfRows() {
    return new Frame(new Granularity.PerTensor(), ElementType.F32, false, 0, 0, 0, TAIL_BYTES);
  }

  /// A float16 multiplier in front of each block's codes.
  ///
  /// @param columns columns of a block
  static Frame scaleFirst(int columns) {
    return new Frame(new Granularity.PerGroup(columns), ElementType.F16, true, 0, F16_BYTES, 0, 0);
  }

  /// A float16 multiplier behind each block's codes.
  ///
  /// @param columns columns of a block
  static Frame scaleLast(int columns) {
    return new Frame(new Granularity.PerGroup(columns), ElementType.F16, true, 0, 0, F16_BYTES, 0);
  }

  /// A multiplier per row, those of a strip's rows in front of its blocks.
  ///
  /// @param scaleType how they are stored
  /// @param rows rows of a strip
  static Frame row(ElementType scaleType, int rows) {
    return new Frame(new Granularity.PerRow(), scaleType, false, rows * scaleType.bytes(), 0, 0, 0);
  }

  /// The blocks of a tensor whose shape the layout can hold.
  ///
  /// @param shape dimensions
  /// @param code the codes of a block
  BlockGrid grid(TensorShape shape, BlockCode code) {
    long strips = flat ? 1 : shape.rows() / code.rows();
    long blocks = (flat ? shape.elements() : shape.columns()) / code.columns();
    return new BlockGrid(this, code, strips, blocks);
  }
}

package org.bitnet4j.quant.packing;

/// The stored form of a block of values of one byte each: trits or integer codes. Stateless: usable
/// from many threads.
interface ValueCodec {
  /// The codec's identity in block tables.
  BlockCodec id();

  /// Whether the length depends on the span alone and not on the values.
  boolean fixedLength();

  /// The most bytes that a block can take; exactly what it takes where the length is fixed.
  ///
  /// @param block the span
  int maxLength(BlockSpan block);

  /// The stored form of a block.
  ///
  /// @param values holds the block's values from index 0 on
  /// @param block the span
  byte[] encode(byte[] values, BlockSpan block);

  /// Decodes a block.
  ///
  /// @param stored the stored form, all of it
  /// @param block the span
  /// @param values receives the block's values from index 0 on
  void decode(byte[] stored, BlockSpan block, byte[] values);
}

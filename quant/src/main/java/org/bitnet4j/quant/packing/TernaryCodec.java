package org.bitnet4j.quant.packing;

import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.config.SimdConfig;
import org.bitnet4j.quant.config.TernaryPackingStrategy;

/// The stored form of a block of trits: one implementation per packing strategy. Encoding is
/// canonical (one byte sequence per block) and decoding strict: whatever `encode` cannot have
/// written is refused.
public sealed interface TernaryCodec extends ValueCodec
    permits UncompressedCodec,
        TwoBitCodec,
        Base3Codec,
        ByteAlignedCodec,
        RunLengthCodec,
        SparseCodec {

  /// The codec of a strategy.
  ///
  /// @param strategy any but HYBRID, which is a choice between codecs
  /// @param layout order of weights; acts on two-bit and base-3 blocks only
  /// @throws IllegalArgumentException for HYBRID
  static TernaryCodec of(TernaryPackingStrategy strategy, PackedLayout layout) {
    return Codecs.of(strategy, layout, TwoBitLanes.of(SimdConfig.disabled()));
  }

  /// The codec's identity in block tables.
  @Override
  BlockCodec id();

  /// Whether the length depends on the span alone and not on the trits.
  @Override
  boolean fixedLength();

  /// The most bytes that a block can take; exactly what it takes where the length is fixed.
  ///
  /// @param block the span
  @Override
  int maxLength(BlockSpan block);

  /// The stored form of a block.
  ///
  /// @param trits holds the block's trits from index 0 on
  /// @param block the span
  /// @throws InvalidTensorException for a value that is no trit
  @Override
  byte[] encode(byte[] trits, BlockSpan block);

  /// Decodes a block.
  ///
  /// @param stored the stored form, all of it
  /// @param block the span
  /// @param trits receives the block's trits from index 0 on
  /// @throws MalformedPackingException for bytes that `encode` cannot have written
  @Override
  void decode(byte[] stored, BlockSpan block, byte[] trits);
}

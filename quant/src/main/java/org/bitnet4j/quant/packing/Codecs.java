package org.bitnet4j.quant.packing;

import java.util.EnumSet;
import java.util.Set;
import org.bitnet4j.quant.config.TernaryPackingStrategy;

/// Which codec stands behind which strategy.
final class Codecs {
  private Codecs() {}

  /// The codec of a strategy.
  ///
  /// @param strategy any but HYBRID
  /// @param layout order of weights in two-bit and base-3 blocks
  /// @param lanes two-bit kernels
  static TernaryCodec of(TernaryPackingStrategy strategy, PackedLayout layout, TwoBitLanes lanes) {
    return switch (strategy) {
      case UNCOMPRESSED -> new UncompressedCodec();
      case BIT_PACKED_2BIT -> new TwoBitCodec(layout, lanes);
      case BASE3_PACKED -> new Base3Codec(layout);
      case BYTE_ALIGNED -> new ByteAlignedCodec();
      case RUN_LENGTH_ENCODED -> new RunLengthCodec();
      case COMPRESSED_SPARSE -> new SparseCodec();
      case HYBRID ->
          throw new IllegalArgumentException(
              "codec must be a single strategy, got [HYBRID]. Choose one per block.");
    };
  }

  /// The strategies that a codec of its own stands behind.
  static Set<TernaryPackingStrategy> single() {
    return EnumSet.complementOf(EnumSet.of(TernaryPackingStrategy.HYBRID));
  }

  /// The layout that a strategy can have: only two-bit and base-3 bytes hold several weights.
  ///
  /// @param strategy the strategy
  /// @param simdOptimized whether the kernel layout is wanted
  static PackedLayout layout(TernaryPackingStrategy strategy, boolean simdOptimized) {
    return switch (strategy) {
      case BIT_PACKED_2BIT, BASE3_PACKED, HYBRID ->
          simdOptimized ? PackedLayout.KERNEL : PackedLayout.CANONICAL;
      case UNCOMPRESSED, BYTE_ALIGNED, RUN_LENGTH_ENCODED, COMPRESSED_SPARSE ->
          PackedLayout.CANONICAL;
    };
  }
}

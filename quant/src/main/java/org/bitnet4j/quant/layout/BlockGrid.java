package org.bitnet4j.quant.layout;

import org.bitnet4j.quant.Granularity;

/// The blocks of one tensor.
///
/// @param frame where they lie
/// @param code the codes of each
/// @param strips how many strips
/// @param blocks blocks of a strip
record BlockGrid(Frame frame, BlockCode code, long strips, long blocks) {
  /// Bytes from a block's codes to the next's.
  int stride() {
    return frame.blockHead() + code.bytes() + frame.blockTail();
  }

  /// Bytes of a strip.
  long stripBytes() {
    return Math.addExact(Math.multiplyExact(blocks, (long) stride()), frame.stripHead());
  }

  /// Stored bytes in all.
  long bytes() {
    return Math.addExact(Math.multiplyExact(strips, stripBytes()), frame.tail());
  }

  /// First byte of a block's codes.
  ///
  /// @param strip number of the strip
  /// @param block number of the block in it
  long codesAt(long strip, long block) {
    return strip * stripBytes() + frame.stripHead() + block * stride() + frame.blockHead();
  }

  /// First byte of a group's multiplier.
  ///
  /// @param group number of the group
  long scaleAt(long group) {
    return switch (frame.granularity()) {
      case Granularity.PerTensor _ -> strips * stripBytes();
      case Granularity.PerRow _ ->
          group / code.rows() * stripBytes() + group % code.rows() * frame.scaleType().bytes();
      case Granularity.PerGroup _ -> group * stride() + (frame.blockHead() > 0 ? 0 : code.bytes());
    };
  }

  /// The first group whose multiplier stands with a block or in front of it.
  ///
  /// @param strip number of the strip
  /// @param block number of the block in it; the groups up to that of the next block are the
  ///   block's own
  long firstGroup(long strip, long block) {
    return switch (frame.granularity()) {
      case Granularity.PerTensor _ -> strip == 0 && block == 0 ? 0 : 1;
      case Granularity.PerRow _ -> (strip + (block == 0 ? 0 : 1)) * code.rows();
      case Granularity.PerGroup _ -> block;
    };
  }
}

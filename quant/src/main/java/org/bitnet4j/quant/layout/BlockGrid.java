package org.bitnet4j.quant.layout;

import org.bitnet4j.quant.Granularity;

/// The blocks of one tensor, and where they and its multipliers lie among its stored bytes.
final class BlockGrid {
  private final Frame frame;
  private final BlockCode code;
  private final long strips;
  private final long blocks;
  private final int stride;
  private final long stripBytes;

  /// Where the first multiplier lies, and how far apart those of consecutive strips or blocks are.
  private final long scaleStart;

  private final long scaleStep;

  /// Multipliers side by side: one, or those of the rows of a strip.
  private final int scalesAbreast;

  /// The blocks of a tensor.
  ///
  /// @param frame where they lie
  /// @param code the codes of each
  /// @param strips how many strips
  /// @param blocks blocks of a strip
  BlockGrid(Frame frame, BlockCode code, long strips, long blocks) {
    this.frame = frame;
    this.code = code;
    this.strips = strips;
    this.blocks = blocks;
    this.stride = frame.blockHead() + code.bytes() + frame.blockTail();
    this.stripBytes = Math.addExact(Math.multiplyExact(blocks, (long) stride), frame.stripHead());
    switch (frame.granularity()) {
      case Granularity.PerTensor _ -> {
        this.scaleStart = Math.multiplyExact(strips, stripBytes);
        this.scaleStep = 0;
        this.scalesAbreast = 1;
      }
      case Granularity.PerRow _ -> {
        this.scaleStart = 0;
        this.scaleStep = stripBytes;
        this.scalesAbreast = code.rows();
      }
      case Granularity.PerGroup _ -> {
        this.scaleStart = frame.blockTail() == 0 ? 0 : code.bytes();
        this.scaleStep = stride;
        this.scalesAbreast = 1;
      }
    }
  }

  /// Where blocks lie.
  Frame frame() {
    return frame;
  }

  /// The codes of a block.
  BlockCode code() {
    return code;
  }

  /// How many strips there are.
  long strips() {
    return strips;
  }

  /// Blocks of a strip.
  long blocks() {
    return blocks;
  }

  /// Bytes from a block to the next.
  int stride() {
    return stride;
  }

  /// Stored bytes in all.
  long bytes() {
    return Math.addExact(Math.multiplyExact(strips, stripBytes), frame.tail());
  }

  /// First byte of a block.
  ///
  /// @param strip number of the strip
  /// @param block number of the block in it
  long blockAt(long strip, long block) {
    return strip * stripBytes + frame.stripHead() + block * stride;
  }

  /// First byte of a group's multiplier.
  ///
  /// @param group number of the group
  long scaleAt(long group) {
    return scalesAbreast == 1
        ? scaleStart + group * scaleStep
        : group / scalesAbreast * scaleStep + group % scalesAbreast * frame.scaleType().bytes();
  }
}

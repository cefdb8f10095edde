package org.bitnet4j.quant.packing;

import java.lang.foreign.MemorySegment;

/// Two bits per weight: code c = t + 1 in {0b00, 0b01, 0b10}, four to a byte, the first in the
/// lowest bits; unused lanes hold a zero trit, 0b01.
///
/// In the kernel layout, byte j of each unit of 32 bytes holds the weights j, j + 32, j + 64 and j
/// + 96 of its 128; the rest of the block is canonical.
final class TwoBitCodec implements TernaryCodec {
  private static final int UNIT = 128;
  private static final int UNIT_BYTES = 32;

  /// The low bit of every lane; a byte has a lane 0b11 iff b & (b >> 1) meets this mask.
  private static final int LOW_BITS = 0b01_01_01_01;

  private final PackedLayout layout;
  private final TwoBitLanes lanes;

  /// A codec of one layout.
  ///
  /// @param layout order of weights
  /// @param lanes kernels of the canonical order
  TwoBitCodec(PackedLayout layout, TwoBitLanes lanes) {
    this.layout = layout;
    this.lanes = lanes;
  }

  @Override
  public BlockCodec id() {
    return BlockCodec.TWO_BIT;
  }

  @Override
  public boolean fixedLength() {
    return true;
  }

  @Override
  public int maxLength(BlockSpan block) {
    return Math.ceilDiv(block.count(), 4);
  }

  @Override
  public byte[] encode(byte[] trits, BlockSpan block) {
    CodecChecks.require(trits, block);
    int count = block.count();
    byte[] stored = new byte[maxLength(block)];
    int units = units(count);
    for (int unit = 0; unit < units; unit++) {
      for (int j = 0; j < UNIT_BYTES; j++) {
        int i = unit * UNIT + j;
        int packed =
            (trits[i] + 1)
                | ((trits[i + 32] + 1) << 2)
                | ((trits[i + 64] + 1) << 4)
                | ((trits[i + 96] + 1) << 6);
        stored[unit * UNIT_BYTES + j] = (byte) packed;
      }
    }
    int done = units * UNIT;
    if (done < count) {
      lanes.pack(
          trits, done, count - done, MemorySegment.ofArray(stored), (long) units * UNIT_BYTES);
    }
    return stored;
  }

  @Override
  public void decode(byte[] stored, BlockSpan block, byte[] trits) {
    int count = block.count();
    CodecChecks.requireLength(stored, maxLength(block));
    requireCodes(stored, count);
    int units = units(count);
    for (int unit = 0; unit < units; unit++) {
      for (int j = 0; j < UNIT_BYTES; j++) {
        int packed = stored[unit * UNIT_BYTES + j];
        int i = unit * UNIT + j;
        trits[i] = (byte) ((packed & 3) - 1);
        trits[i + 32] = (byte) (((packed >> 2) & 3) - 1);
        trits[i + 64] = (byte) (((packed >> 4) & 3) - 1);
        trits[i + 96] = (byte) (((packed >> 6) & 3) - 1);
      }
    }
    int done = units * UNIT;
    if (done < count) {
      lanes.unpack(
          MemorySegment.ofArray(stored), (long) units * UNIT_BYTES, count - done, trits, done);
    }
  }

  private static void requireCodes(byte[] stored, int count) {
    int threes = 0;
    for (byte b : stored) {
      threes |= b & (b >> 1) & LOW_BITS;
    }
    if (threes != 0) {
      int at = 0;
      while ((stored[at] & (stored[at] >> 1) & LOW_BITS) == 0) {
        at++;
      }
      throw CodecChecks.badByte(at, stored[at], "four codes in [0, 2], two bits each");
    }
    int used = count & 3;
    if (used != 0) {
      int last = stored[stored.length - 1] & 0xFF;
      // With 1 weight in the last byte the padding is 0b01_01_01_xx.
      if (last >> (2 * used) != LOW_BITS >> (2 * used)) {
        throw CodecChecks.badByte(stored.length - 1, last, "padded with zero trits after " + used);
      }
    }
  }

  private int units(int count) {
    return layout == PackedLayout.KERNEL ? count / UNIT : 0;
  }
}

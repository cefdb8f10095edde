package org.bitnet4j.quant.packing;

/// Five weights per byte: byte = Σ c_j · 3^j with c = t + 1, the first weight the least significant
/// digit, at most 242; missing digits of a short last byte are zero trits, c = 1.
///
/// In the kernel layout, byte j of each unit of 32 bytes holds the weights j, j + 32, … j + 128 of
/// its 160; the rest of the block is canonical.
final class Base3Codec implements TernaryCodec {
  private static final int DIGITS = 5;
  private static final int MAX_BYTE = 242;
  private static final int UNIT_BYTES = 32;
  private static final int UNIT = DIGITS * UNIT_BYTES;

  /// The five codes of each byte value, digit j in bits 2j..2j+1, so that decoding needs no
  /// division.
  private static final short[] CODES = codes();

  private final PackedLayout layout;

  /// A codec of one layout.
  ///
  /// @param layout order of weights
  Base3Codec(PackedLayout layout) {
    this.layout = layout;
  }

  private static short[] codes() {
    short[] codes = new short[MAX_BYTE + 1];
    for (int value = 0; value <= MAX_BYTE; value++) {
      int rest = value;
      for (int digit = 0; digit < DIGITS; digit++) {
        codes[value] |= (short) (rest % 3 << (2 * digit));
        rest /= 3;
      }
    }
    return codes;
  }

  @Override
  public BlockCodec id() {
    return BlockCodec.BASE3;
  }

  @Override
  public boolean fixedLength() {
    return true;
  }

  @Override
  public int maxLength(BlockSpan block) {
    return Math.ceilDiv(block.count(), DIGITS);
  }

  @Override
  public byte[] encode(byte[] trits, BlockSpan block) {
    CodecChecks.require(trits, block);
    int count = block.count();
    byte[] stored = new byte[maxLength(block)];
    int units = units(count);
    int at = 0;
    for (int unit = 0; unit < units; unit++) {
      for (int j = 0; j < UNIT_BYTES; j++) {
        stored[at++] = pack(trits, unit * UNIT + j, UNIT_BYTES, count);
      }
    }
    for (int i = units * UNIT; i < count; i += DIGITS) {
      stored[at++] = pack(trits, i, 1, count);
    }
    return stored;
  }

  private static byte pack(byte[] trits, int first, int step, int count) {
    int value = 0;
    for (int digit = DIGITS - 1; digit >= 0; digit--) {
      int i = first + digit * step;
      value = value * 3 + (i < count ? trits[i] + 1 : 1);
    }
    return (byte) value;
  }

  @Override
  public void decode(byte[] stored, BlockSpan block, byte[] trits) {
    int count = block.count();
    CodecChecks.requireLength(stored, maxLength(block));
    int units = units(count);
    int at = 0;
    for (int unit = 0; unit < units; unit++) {
      for (int j = 0; j < UNIT_BYTES; j++) {
        unpack(stored, at++, trits, unit * UNIT + j, UNIT_BYTES, count);
      }
    }
    for (int i = units * UNIT; i < count; i += DIGITS) {
      unpack(stored, at++, trits, i, 1, count);
    }
  }

  private static void unpack(byte[] stored, int at, byte[] trits, int first, int step, int count) {
    int value = stored[at] & 0xFF;
    if (value > MAX_BYTE) {
      throw CodecChecks.badByte(at, value, "five base-3 digits, at most 242");
    }
    int codes = CODES[value];
    for (int digit = 0; digit < DIGITS; digit++) {
      int code = codes >> (2 * digit) & 3;
      int i = first + digit * step;
      if (i < count) {
        trits[i] = (byte) (code - 1);
      } else if (code != 1) {
        throw CodecChecks.badByte(at, value, "padded with zero trits after " + (count - first));
      }
    }
  }

  private int units(int count) {
    return layout == PackedLayout.KERNEL ? count / UNIT : 0;
  }
}

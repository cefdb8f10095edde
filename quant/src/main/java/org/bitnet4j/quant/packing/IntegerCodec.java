package org.bitnet4j.quant.packing;

import org.bitnet4j.quant.InvalidTensorException;

/// Integer codes at their own width, the first code of a byte in its lowest bits, unused bits 0.
///
/// Signed codes are two's complement: −2..1 at 2 bits, else ±(2^(bits−1) − 1), so that −8 and −128
/// never occur. Unsigned codes use all of 0..2^bits − 1.
final class IntegerCodec implements ValueCodec {
  private final int bits;
  private final int min;
  private final int max;
  private final boolean unsigned;

  /// A codec of one width.
  ///
  /// @param format width and signedness
  IntegerCodec(PackedFormat.Integers format) {
    this.bits = format.bits();
    this.unsigned = format.unsigned();
    int half = 1 << (bits - 1);
    this.max = unsigned ? 2 * half - 1 : half - 1;
    this.min = unsigned ? 0 : bits == 2 ? -half : -max;
  }

  @Override
  public BlockCodec id() {
    return BlockCodec.INTEGER;
  }

  @Override
  public boolean fixedLength() {
    return true;
  }

  @Override
  public int maxLength(BlockSpan block) {
    return Math.ceilDiv(Math.multiplyExact(block.count(), bits), 8);
  }

  @Override
  public byte[] encode(byte[] codes, BlockSpan block) {
    int perByte = 8 / bits;
    int mask = (1 << bits) - 1;
    byte[] stored = new byte[maxLength(block)];
    for (int i = 0; i < block.count(); i++) {
      int code = unsigned ? codes[i] & 0xFF : codes[i];
      if (code < min || code > max) {
        throw new InvalidTensorException(
            "to pack",
            block.start() + i,
            "a code must be in [" + min + ", " + max + "]",
            Integer.toString(code),
            "Quantize the tensor to " + bits + " bits.");
      }
      stored[i / perByte] |= (byte) ((code & mask) << (bits * (i % perByte)));
    }
    return stored;
  }

  @Override
  public void decode(byte[] stored, BlockSpan block, byte[] codes) {
    CodecChecks.requireLength(stored, maxLength(block));
    int perByte = 8 / bits;
    int mask = (1 << bits) - 1;
    int signShift = 32 - bits;
    for (int i = 0; i < block.count(); i++) {
      int raw = (stored[i / perByte] & 0xFF) >> (bits * (i % perByte)) & mask;
      int code = unsigned ? raw : raw << signShift >> signShift;
      if (code < min) {
        throw CodecChecks.badByte(
            i / perByte, stored[i / perByte], "codes in [" + min + ", " + max + "]");
      }
      codes[i] = (byte) code;
    }
    int used = block.count() % perByte;
    if (used != 0) {
      int last = stored[stored.length - 1] & 0xFF;
      if (last >> (bits * used) != 0) {
        throw CodecChecks.badByte(stored.length - 1, last, "zero in its unused bits");
      }
    }
  }
}

package org.bitnet4j.quant.packing;

/// One signed byte per weight, each row padded with zero trits to the alignment: what a kernel of
/// bytes loads without unpacking. A block that covers the end of a row carries that row's padding.
final class ByteAlignedCodec implements TernaryCodec {
  @Override
  public BlockCodec id() {
    return BlockCodec.BYTE_ALIGNED;
  }

  @Override
  public boolean fixedLength() {
    return true;
  }

  @Override
  public int maxLength(BlockSpan block) {
    return Math.addExact(block.count(), Math.multiplyExact(block.rowEnds(), block.rowPadding()));
  }

  @Override
  public byte[] encode(byte[] trits, BlockSpan block) {
    CodecChecks.require(trits, block);
    byte[] stored = new byte[maxLength(block)];
    int at = 0;
    for (int i = 0; i < block.count(); ) {
      int toRowEnd = block.toRowEnd(i);
      int run = Math.min(toRowEnd, block.count() - i);
      System.arraycopy(trits, i, stored, at, run);
      at += run == toRowEnd ? run + block.rowPadding() : run;
      i += run;
    }
    return stored;
  }

  @Override
  public void decode(byte[] stored, BlockSpan block, byte[] trits) {
    CodecChecks.requireLength(stored, maxLength(block));
    int at = 0;
    for (int i = 0; i < block.count(); ) {
      int toRowEnd = block.toRowEnd(i);
      int run = Math.min(toRowEnd, block.count() - i);
      for (int end = i + run; i < end; i++, at++) {
        if (stored[at] < -1 || stored[at] > 1) {
          throw CodecChecks.badByte(at, stored[at], "a trit: 255, 0 or 1");
        }
        trits[i] = stored[at];
      }
      if (run == toRowEnd) {
        for (int end = at + block.rowPadding(); at < end; at++) {
          if (stored[at] != 0) {
            throw CodecChecks.badByte(at, stored[at], "0, the padding of a row");
          }
        }
      }
    }
  }
}

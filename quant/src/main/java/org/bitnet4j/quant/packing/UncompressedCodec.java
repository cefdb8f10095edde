package org.bitnet4j.quant.packing;

/// One code byte per weight: c = t + 1.
final class UncompressedCodec implements TernaryCodec {
  @Override
  public BlockCodec id() {
    return BlockCodec.UNCOMPRESSED;
  }

  @Override
  public boolean fixedLength() {
    return true;
  }

  @Override
  public int maxLength(BlockSpan block) {
    return block.count();
  }

  @Override
  public byte[] encode(byte[] trits, BlockSpan block) {
    CodecChecks.require(trits, block);
    byte[] stored = new byte[block.count()];
    for (int i = 0; i < stored.length; i++) {
      stored[i] = (byte) (trits[i] + 1);
    }
    return stored;
  }

  @Override
  public void decode(byte[] stored, BlockSpan block, byte[] trits) {
    CodecChecks.requireLength(stored, block.count());
    for (int i = 0; i < stored.length; i++) {
      if (stored[i] < 0 || stored[i] > 2) {
        throw CodecChecks.badByte(i, stored[i], "a code in [0, 2]");
      }
      trits[i] = (byte) (stored[i] - 1);
    }
  }
}

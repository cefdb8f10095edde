package org.bitnet4j.quant.packing;

import java.util.Arrays;

/// Pairs of a code byte c = t + 1 and a varint run length of at least 1. Neighbouring runs have
/// different codes, so a block has one run-length form.
final class RunLengthCodec implements TernaryCodec {
  @Override
  public BlockCodec id() {
    return BlockCodec.RUN_LENGTH;
  }

  @Override
  public boolean fixedLength() {
    return false;
  }

  @Override
  public int maxLength(BlockSpan block) {
    // A run of n takes 1 + length(n) ≤ 1 + n bytes: runs of 1 cost the most.
    return Math.multiplyExact(2, block.count());
  }

  @Override
  public byte[] encode(byte[] trits, BlockSpan block) {
    CodecChecks.require(trits, block);
    int count = block.count();
    byte[] stored = new byte[maxLength(block)];
    int at = 0;
    for (int i = 0; i < count; ) {
      int end = i + 1;
      while (end < count && trits[end] == trits[i]) {
        end++;
      }
      stored[at++] = (byte) (trits[i] + 1);
      at = Varint.write(end - i, stored, at);
      i = end;
    }
    return Arrays.copyOf(stored, at);
  }

  @Override
  public void decode(byte[] stored, BlockSpan block, byte[] trits) {
    int count = block.count();
    Varint.Reader reader = new Varint.Reader(stored);
    int before = -1;
    for (int i = 0; i < count; ) {
      int at = reader.position();
      int code = reader.readByte("code of a run");
      if (code > 2 || code == before) {
        throw CodecChecks.badByte(
            at, code, code > 2 ? "a code in [0, 2]" : "another code than the run before");
      }
      int run = reader.read("run length", 1, count - i);
      Arrays.fill(trits, i, i + run, (byte) (code - 1));
      i += run;
      before = code;
    }
    CodecChecks.requireLength(stored, reader.position());
  }
}

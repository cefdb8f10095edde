package org.bitnet4j.quant.packing;

import java.util.Arrays;

/// The non-zero weights alone: their number as a varint, then for each the distance from the one
/// before (from −1 for the first) as a varint of at least 1, then one sign bit each, lowest bit
/// first, 1 for −1. Unused sign bits are 0.
final class SparseCodec implements TernaryCodec {
  @Override
  public BlockCodec id() {
    return BlockCodec.SPARSE;
  }

  @Override
  public boolean fixedLength() {
    return false;
  }

  @Override
  public int maxLength(BlockSpan block) {
    // A distance of d takes at most d bytes, and the distances add up to at most the count.
    int count = block.count();
    return Math.addExact(Varint.length(count) + Math.ceilDiv(count, 8), count);
  }

  @Override
  public byte[] encode(byte[] trits, BlockSpan block) {
    CodecChecks.require(trits, block);
    int count = block.count();
    int nonZeros = 0;
    for (int i = 0; i < count; i++) {
      nonZeros += trits[i] & 1;
    }
    byte[] stored = new byte[maxLength(block)];
    int at = Varint.write(nonZeros, stored, 0);
    byte[] signs = new byte[Math.ceilDiv(nonZeros, 8)];
    int before = -1;
    int number = 0;
    for (int i = 0; i < count; i++) {
      if (trits[i] != 0) {
        at = Varint.write(i - before, stored, at);
        before = i;
        int negative = trits[i] < 0 ? 1 : 0;
        signs[number / 8] |= (byte) (negative << (number & 7));
        number++;
      }
    }
    System.arraycopy(signs, 0, stored, at, signs.length);
    return Arrays.copyOf(stored, at + signs.length);
  }

  @Override
  public void decode(byte[] stored, BlockSpan block, byte[] trits) {
    int count = block.count();
    Varint.Reader reader = new Varint.Reader(stored);
    int nonZeros = reader.read("count of non-zeros", 0, count);
    // Distances first mark their places with +1; the signs follow at the end of the block.
    Arrays.fill(trits, 0, count, (byte) 0);
    int index = -1;
    for (int i = 0; i < nonZeros; i++) {
      index += reader.read("index distance", 1, count - 1 - index);
      trits[index] = 1;
    }
    int signStart = reader.position();
    CodecChecks.requireLength(stored, signStart + Math.ceilDiv(nonZeros, 8));
    int number = 0;
    for (int i = 0; i <= index; i++) {
      if (trits[i] != 0) {
        int bit = stored[signStart + number / 8] >> (number & 7) & 1;
        trits[i] = (byte) (1 - 2 * bit);
        number++;
      }
    }
    int used = nonZeros & 7;
    if (used != 0 && (stored[stored.length - 1] & 0xFF) >> used != 0) {
      throw CodecChecks.badByte(
          stored.length - 1, stored[stored.length - 1], "zero in its bits above " + (used - 1));
    }
  }
}

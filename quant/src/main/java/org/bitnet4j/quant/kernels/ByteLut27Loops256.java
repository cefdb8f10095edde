package org.bitnet4j.quant.kernels;

import static jdk.incubator.vector.VectorOperators.BITWISE_BLEND;
import static jdk.incubator.vector.VectorOperators.LSHR;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorSpecies;

/// The loops of [ByteTableLoops256] over tiles of three-column groups: flat, see there.
final class ByteLut27Loops256 {
  private static final VectorSpecies<Byte> BYTES = ByteVector.SPECIES_256;
  private static final VectorSpecies<Short> SHORTS = ShortVector.SPECIES_256;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_256;

  private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;

  /// Bytes of a vector.
  private static final int LANES = SHORTS.vectorByteSize();

  /// The same, to count far offsets in.
  private static final long V = LANES;

  /// Shorts of a vector.
  private static final int S = SHORTS.length();

  private static final int TILE = Lut27Tiles.VECTORS * LANES;
  private static final int TABLES = TableLoops.GROUPS * 2 * LANES;

  /// Bits 0..2 and bits 0..3 of each byte.
  private static final int LOW_3 = 0x0707_0707;

  private static final int LOW_4 = 0x0F0F_0F0F;

  /// The lower byte of each short.
  private static final int LOW_BYTES = 0x00FF_00FF;

  private ByteLut27Loops256() {}

  /// See [TableLoops#pair].
  ///
  /// @param tiles number of tiles, at most [ByteTableLoops256#EXACT_TILES]
  /// @param running receives the running sums of the one block, then of the other
  static void pair(
      MemorySegment codes,
      long first,
      long second,
      MemorySegment tables,
      long table,
      int tiles,
      short[] running,
      int step) {
    IntVector bits3 = IntVector.broadcast(INTS, LOW_3);
    IntVector bits4 = IntVector.broadcast(INTS, LOW_4);
    IntVector lowBytes = IntVector.broadcast(INTS, LOW_BYTES);
    ShortVector zero = ShortVector.zero(SHORTS);
    ShortVector lowAll0 = ShortVector.zero(SHORTS);
    ShortVector lowOdd0 = ShortVector.zero(SHORTS);
    ShortVector highAll0 = ShortVector.zero(SHORTS);
    ShortVector highOdd0 = ShortVector.zero(SHORTS);
    ShortVector lowAll1 = ShortVector.zero(SHORTS);
    ShortVector lowOdd1 = ShortVector.zero(SHORTS);
    ShortVector highAll1 = ShortVector.zero(SHORTS);
    ShortVector highOdd1 = ShortVector.zero(SHORTS);
    for (int t = 0; t < tiles; t += step) {
      long p = first + (long) t * TILE;
      long q = second + (long) t * TILE;
      long z = table + (long) t * TABLES;
      IntVector a0 = IntVector.fromMemorySegment(INTS, codes, p, LE);
      IntVector b0 = IntVector.fromMemorySegment(INTS, codes, p + V, LE);
      IntVector c0 = IntVector.fromMemorySegment(INTS, codes, p + 2 * V, LE);
      IntVector d0 = IntVector.fromMemorySegment(INTS, codes, p + 3 * V, LE);
      IntVector e0 = IntVector.fromMemorySegment(INTS, codes, p + 4 * V, LE);
      IntVector a1 = IntVector.fromMemorySegment(INTS, codes, q, LE);
      IntVector b1 = IntVector.fromMemorySegment(INTS, codes, q + V, LE);
      IntVector c1 = IntVector.fromMemorySegment(INTS, codes, q + 2 * V, LE);
      IntVector d1 = IntVector.fromMemorySegment(INTS, codes, q + 3 * V, LE);
      IntVector e1 = IntVector.fromMemorySegment(INTS, codes, q + 4 * V, LE);
      ByteVector low0 = ByteVector.fromMemorySegment(BYTES, tables, z, LE);
      ByteVector high0 = ByteVector.fromMemorySegment(BYTES, tables, z + V, LE);
      ByteVector i00 = a0.reinterpretAsBytes();
      ByteVector l0 = i00.selectFrom(low0);
      ByteVector h0 = i00.selectFrom(high0);
      ByteVector i01 = a1.reinterpretAsBytes();
      ByteVector l1 = i01.selectFrom(low0);
      ByteVector h1 = i01.selectFrom(high0);
      ByteVector low1 = ByteVector.fromMemorySegment(BYTES, tables, z + 2 * V, LE);
      ByteVector high1 = ByteVector.fromMemorySegment(BYTES, tables, z + 3 * V, LE);
      ByteVector i10 = b0.reinterpretAsBytes();
      l0 = i10.selectFrom(low1).add(l0);
      h0 = i10.selectFrom(high1).add(h0);
      ByteVector i11 = b1.reinterpretAsBytes();
      l1 = i11.selectFrom(low1).add(l1);
      h1 = i11.selectFrom(high1).add(h1);
      ByteVector low2 = ByteVector.fromMemorySegment(BYTES, tables, z + 4 * V, LE);
      ByteVector high2 = ByteVector.fromMemorySegment(BYTES, tables, z + 5 * V, LE);
      ByteVector i20 = c0.reinterpretAsBytes();
      l0 = i20.selectFrom(low2).add(l0);
      h0 = i20.selectFrom(high2).add(h0);
      ByteVector i21 = c1.reinterpretAsBytes();
      l1 = i21.selectFrom(low2).add(l1);
      h1 = i21.selectFrom(high2).add(h1);
      ByteVector low3 = ByteVector.fromMemorySegment(BYTES, tables, z + 6 * V, LE);
      ByteVector high3 = ByteVector.fromMemorySegment(BYTES, tables, z + 7 * V, LE);
      ByteVector i30 = d0.reinterpretAsBytes();
      l0 = i30.selectFrom(low3).add(l0);
      h0 = i30.selectFrom(high3).add(h0);
      ByteVector i31 = d1.reinterpretAsBytes();
      l1 = i31.selectFrom(low3).add(l1);
      h1 = i31.selectFrom(high3).add(h1);
      ByteVector low4 = ByteVector.fromMemorySegment(BYTES, tables, z + 8 * V, LE);
      ByteVector high4 = ByteVector.fromMemorySegment(BYTES, tables, z + 9 * V, LE);
      ByteVector i40 = e0.reinterpretAsBytes();
      l0 = i40.selectFrom(low4).add(l0);
      h0 = i40.selectFrom(high4).add(h0);
      ByteVector i41 = e1.reinterpretAsBytes();
      l1 = i41.selectFrom(low4).add(l1);
      h1 = i41.selectFrom(high4).add(h1);
      ByteVector low5 = ByteVector.fromMemorySegment(BYTES, tables, z + 10 * V, LE);
      ByteVector high5 = ByteVector.fromMemorySegment(BYTES, tables, z + 11 * V, LE);
      ByteVector i50 =
          b0.lanewise(LSHR, 2)
              .lanewise(BITWISE_BLEND, a0.lanewise(LSHR, 5), bits3)
              .reinterpretAsBytes();
      l0 = i50.selectFrom(low5).add(l0);
      h0 = i50.selectFrom(high5).add(h0);
      ByteVector i51 =
          b1.lanewise(LSHR, 2)
              .lanewise(BITWISE_BLEND, a1.lanewise(LSHR, 5), bits3)
              .reinterpretAsBytes();
      l1 = i51.selectFrom(low5).add(l1);
      h1 = i51.selectFrom(high5).add(h1);
      ByteVector low6 = ByteVector.fromMemorySegment(BYTES, tables, z + 12 * V, LE);
      ByteVector high6 = ByteVector.fromMemorySegment(BYTES, tables, z + 13 * V, LE);
      ByteVector i60 =
          d0.lanewise(LSHR, 2)
              .lanewise(BITWISE_BLEND, c0.lanewise(LSHR, 5), bits3)
              .reinterpretAsBytes();
      l0 = i60.selectFrom(low6).add(l0);
      h0 = i60.selectFrom(high6).add(h0);
      ByteVector i61 =
          d1.lanewise(LSHR, 2)
              .lanewise(BITWISE_BLEND, c1.lanewise(LSHR, 5), bits3)
              .reinterpretAsBytes();
      l1 = i61.selectFrom(low6).add(l1);
      h1 = i61.selectFrom(high6).add(h1);
      ByteVector low7 = ByteVector.fromMemorySegment(BYTES, tables, z + 14 * V, LE);
      ByteVector high7 = ByteVector.fromMemorySegment(BYTES, tables, z + 15 * V, LE);
      ByteVector i70 =
          d0.lanewise(LSHR, 3)
              .lanewise(BITWISE_BLEND, b0.lanewise(LSHR, 4), bits4)
              .lanewise(BITWISE_BLEND, e0.lanewise(LSHR, 5), bits3)
              .reinterpretAsBytes();
      l0 = i70.selectFrom(low7).add(l0);
      h0 = i70.selectFrom(high7).add(h0);
      ByteVector i71 =
          d1.lanewise(LSHR, 3)
              .lanewise(BITWISE_BLEND, b1.lanewise(LSHR, 4), bits4)
              .lanewise(BITWISE_BLEND, e1.lanewise(LSHR, 5), bits3)
              .reinterpretAsBytes();
      l1 = i71.selectFrom(low7).add(l1);
      h1 = i71.selectFrom(high7).add(h1);
      lowAll0 = l0.reinterpretAsShorts().add(lowAll0);
      lowOdd0 =
          l0.reinterpretAsInts().lanewise(LSHR, 8).and(lowBytes).reinterpretAsShorts().add(lowOdd0);
      highAll0 = h0.reinterpretAsShorts().add(highAll0);
      highOdd0 =
          h0.reinterpretAsInts()
              .lanewise(LSHR, 8)
              .and(lowBytes)
              .reinterpretAsShorts()
              .add(highOdd0);
      lowAll1 = l1.reinterpretAsShorts().add(lowAll1);
      lowOdd1 =
          l1.reinterpretAsInts().lanewise(LSHR, 8).and(lowBytes).reinterpretAsShorts().add(lowOdd1);
      highAll1 = h1.reinterpretAsShorts().add(highAll1);
      highOdd1 =
          h1.reinterpretAsInts()
              .lanewise(LSHR, 8)
              .and(lowBytes)
              .reinterpretAsShorts()
              .add(highOdd1);
    }
    zero.add(lowAll0).intoArray(running, 0);
    zero.add(lowOdd0).intoArray(running, S);
    zero.add(highAll0).intoArray(running, 2 * S);
    zero.add(highOdd0).intoArray(running, 3 * S);
    zero.add(lowAll1).intoArray(running, 4 * S);
    zero.add(lowOdd1).intoArray(running, 5 * S);
    zero.add(highAll1).intoArray(running, 6 * S);
    zero.add(highOdd1).intoArray(running, 7 * S);
  }
}

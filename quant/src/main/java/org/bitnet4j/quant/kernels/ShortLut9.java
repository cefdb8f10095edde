package org.bitnet4j.quant.kernels;

import static jdk.incubator.vector.VectorOperators.LSHR;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorSpecies;

/// The loops of [ShortTableLoops] over tiles of two-column groups: flat, see there.
final class ShortLut9 {
  private static final VectorSpecies<Short> SHORTS = ShortVector.SPECIES_512;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_512;
  private static final Class<? extends ShortVector> PAIRS =
      SHORTS.vectorType().asSubclass(ShortVector.class);
  private static final Class<? extends IntVector> WORDS =
      INTS.vectorType().asSubclass(IntVector.class);

  private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;

  /// Bytes of a vector.
  private static final int LANES = SHORTS.vectorByteSize();

  /// The same, to count far offsets in.
  private static final long V = LANES;

  /// Ints of a vector.
  private static final int QUARTER = INTS.length();

  private static final int TILE = Lut9Tiles.VECTORS * LANES;
  private static final int TABLES = TableLoops.GROUPS * LANES;
  private static final int EXACT_TILES = ShortTableLoops.EXACT_TILES;

  /// The lower short of each int.
  private static final int LOW_HALVES = 0x0000_FFFF;

  private ShortLut9() {}

  /// See [TableLoops#pair].
  static void pair(
      MemorySegment codes,
      long first,
      long second,
      MemorySegment tables,
      long table,
      int tiles,
      int[] sums,
      int at) {
    IntVector lowHalves = IntVector.broadcast(INTS, LOW_HALVES);
    ShortVector even0 = ShortVector.zero(SHORTS);
    ShortVector odd0 = ShortVector.zero(SHORTS);
    ShortVector even1 = ShortVector.zero(SHORTS);
    ShortVector odd1 = ShortVector.zero(SHORTS);
    int room = EXACT_TILES;
    for (int t = 0; t < tiles; t++) {
      long p = first + (long) t * TILE;
      long q = second + (long) t * TILE;
      long z = table + (long) t * TABLES;
      IntVector a0 = IntVector.fromMemorySegment(INTS, codes, p, LE);
      IntVector b0 = IntVector.fromMemorySegment(INTS, codes, p + V, LE);
      IntVector c0 = IntVector.fromMemorySegment(INTS, codes, p + 2 * V, LE);
      IntVector d0 = IntVector.fromMemorySegment(INTS, codes, p + 3 * V, LE);
      IntVector a1 = IntVector.fromMemorySegment(INTS, codes, q, LE);
      IntVector b1 = IntVector.fromMemorySegment(INTS, codes, q + V, LE);
      IntVector c1 = IntVector.fromMemorySegment(INTS, codes, q + 2 * V, LE);
      IntVector d1 = IntVector.fromMemorySegment(INTS, codes, q + 3 * V, LE);
      ShortVector table0 = ShortVector.fromMemorySegment(SHORTS, tables, z, LE);
      IntVector i00 = a0;
      even0 = i00.reinterpretAsShorts().selectFrom(table0).add(even0);
      odd0 = i00.lanewise(LSHR, 8).reinterpretAsShorts().selectFrom(table0).add(odd0);
      IntVector i01 = a1;
      even1 = i01.reinterpretAsShorts().selectFrom(table0).add(even1);
      odd1 = i01.lanewise(LSHR, 8).reinterpretAsShorts().selectFrom(table0).add(odd1);
      ShortVector table1 = ShortVector.fromMemorySegment(SHORTS, tables, z + V, LE);
      IntVector i10 = a0.lanewise(LSHR, 4);
      even0 = i10.reinterpretAsShorts().selectFrom(table1).add(even0);
      odd0 = i10.lanewise(LSHR, 8).reinterpretAsShorts().selectFrom(table1).add(odd0);
      IntVector i11 = a1.lanewise(LSHR, 4);
      even1 = i11.reinterpretAsShorts().selectFrom(table1).add(even1);
      odd1 = i11.lanewise(LSHR, 8).reinterpretAsShorts().selectFrom(table1).add(odd1);
      ShortVector table2 = ShortVector.fromMemorySegment(SHORTS, tables, z + 2 * V, LE);
      IntVector i20 = b0;
      even0 = i20.reinterpretAsShorts().selectFrom(table2).add(even0);
      odd0 = i20.lanewise(LSHR, 8).reinterpretAsShorts().selectFrom(table2).add(odd0);
      IntVector i21 = b1;
      even1 = i21.reinterpretAsShorts().selectFrom(table2).add(even1);
      odd1 = i21.lanewise(LSHR, 8).reinterpretAsShorts().selectFrom(table2).add(odd1);
      ShortVector table3 = ShortVector.fromMemorySegment(SHORTS, tables, z + 3 * V, LE);
      IntVector i30 = b0.lanewise(LSHR, 4);
      even0 = i30.reinterpretAsShorts().selectFrom(table3).add(even0);
      odd0 = i30.lanewise(LSHR, 8).reinterpretAsShorts().selectFrom(table3).add(odd0);
      IntVector i31 = b1.lanewise(LSHR, 4);
      even1 = i31.reinterpretAsShorts().selectFrom(table3).add(even1);
      odd1 = i31.lanewise(LSHR, 8).reinterpretAsShorts().selectFrom(table3).add(odd1);
      ShortVector table4 = ShortVector.fromMemorySegment(SHORTS, tables, z + 4 * V, LE);
      IntVector i40 = c0;
      even0 = i40.reinterpretAsShorts().selectFrom(table4).add(even0);
      odd0 = i40.lanewise(LSHR, 8).reinterpretAsShorts().selectFrom(table4).add(odd0);
      IntVector i41 = c1;
      even1 = i41.reinterpretAsShorts().selectFrom(table4).add(even1);
      odd1 = i41.lanewise(LSHR, 8).reinterpretAsShorts().selectFrom(table4).add(odd1);
      ShortVector table5 = ShortVector.fromMemorySegment(SHORTS, tables, z + 5 * V, LE);
      IntVector i50 = c0.lanewise(LSHR, 4);
      even0 = i50.reinterpretAsShorts().selectFrom(table5).add(even0);
      odd0 = i50.lanewise(LSHR, 8).reinterpretAsShorts().selectFrom(table5).add(odd0);
      IntVector i51 = c1.lanewise(LSHR, 4);
      even1 = i51.reinterpretAsShorts().selectFrom(table5).add(even1);
      odd1 = i51.lanewise(LSHR, 8).reinterpretAsShorts().selectFrom(table5).add(odd1);
      ShortVector table6 = ShortVector.fromMemorySegment(SHORTS, tables, z + 6 * V, LE);
      IntVector i60 = d0;
      even0 = i60.reinterpretAsShorts().selectFrom(table6).add(even0);
      odd0 = i60.lanewise(LSHR, 8).reinterpretAsShorts().selectFrom(table6).add(odd0);
      IntVector i61 = d1;
      even1 = i61.reinterpretAsShorts().selectFrom(table6).add(even1);
      odd1 = i61.lanewise(LSHR, 8).reinterpretAsShorts().selectFrom(table6).add(odd1);
      ShortVector table7 = ShortVector.fromMemorySegment(SHORTS, tables, z + 7 * V, LE);
      IntVector i70 = d0.lanewise(LSHR, 4);
      even0 = i70.reinterpretAsShorts().selectFrom(table7).add(even0);
      odd0 = i70.lanewise(LSHR, 8).reinterpretAsShorts().selectFrom(table7).add(odd0);
      IntVector i71 = d1.lanewise(LSHR, 4);
      even1 = i71.reinterpretAsShorts().selectFrom(table7).add(even1);
      odd1 = i71.lanewise(LSHR, 8).reinterpretAsShorts().selectFrom(table7).add(odd1);
      room--;
      if (room == 0 || t == tiles - 1) {
        room = EXACT_TILES;
        IntVector even0Sums = WORDS.cast(PAIRS.cast(even0).reinterpretAsInts());
        even0Sums.and(lowHalves).add(IntVector.fromArray(INTS, sums, at)).intoArray(sums, at);
        even0Sums
            .lanewise(LSHR, 16)
            .add(IntVector.fromArray(INTS, sums, at + 2 * QUARTER))
            .intoArray(sums, at + 2 * QUARTER);
        even0 = ShortVector.zero(SHORTS);
        IntVector odd0Sums = WORDS.cast(PAIRS.cast(odd0).reinterpretAsInts());
        odd0Sums
            .and(lowHalves)
            .add(IntVector.fromArray(INTS, sums, at + QUARTER))
            .intoArray(sums, at + QUARTER);
        odd0Sums
            .lanewise(LSHR, 16)
            .add(IntVector.fromArray(INTS, sums, at + 3 * QUARTER))
            .intoArray(sums, at + 3 * QUARTER);
        odd0 = ShortVector.zero(SHORTS);
        IntVector even1Sums = WORDS.cast(PAIRS.cast(even1).reinterpretAsInts());
        even1Sums
            .and(lowHalves)
            .add(IntVector.fromArray(INTS, sums, at + LANES))
            .intoArray(sums, at + LANES);
        even1Sums
            .lanewise(LSHR, 16)
            .add(IntVector.fromArray(INTS, sums, at + LANES + 2 * QUARTER))
            .intoArray(sums, at + LANES + 2 * QUARTER);
        even1 = ShortVector.zero(SHORTS);
        IntVector odd1Sums = WORDS.cast(PAIRS.cast(odd1).reinterpretAsInts());
        odd1Sums
            .and(lowHalves)
            .add(IntVector.fromArray(INTS, sums, at + LANES + QUARTER))
            .intoArray(sums, at + LANES + QUARTER);
        odd1Sums
            .lanewise(LSHR, 16)
            .add(IntVector.fromArray(INTS, sums, at + LANES + 3 * QUARTER))
            .intoArray(sums, at + LANES + 3 * QUARTER);
        odd1 = ShortVector.zero(SHORTS);
      }
    }
  }

  /// See [ShortTableLoops#indices].
  static void indices(MemorySegment codes, long first, int tiles, MemorySegment indices, long at) {
    for (int t = 0; t < tiles; t++) {
      long p = first + (long) t * TILE;
      long i = at + t * (TableLoops.GROUPS * V);
      IntVector a = IntVector.fromMemorySegment(INTS, codes, p, LE);
      IntVector b = IntVector.fromMemorySegment(INTS, codes, p + V, LE);
      IntVector c = IntVector.fromMemorySegment(INTS, codes, p + 2 * V, LE);
      IntVector d = IntVector.fromMemorySegment(INTS, codes, p + 3 * V, LE);
      a.intoMemorySegment(indices, i, LE);
      a.lanewise(LSHR, 4).intoMemorySegment(indices, i + V, LE);
      b.intoMemorySegment(indices, i + 2 * V, LE);
      b.lanewise(LSHR, 4).intoMemorySegment(indices, i + 3 * V, LE);
      c.intoMemorySegment(indices, i + 4 * V, LE);
      c.lanewise(LSHR, 4).intoMemorySegment(indices, i + 5 * V, LE);
      d.intoMemorySegment(indices, i + 6 * V, LE);
      d.lanewise(LSHR, 4).intoMemorySegment(indices, i + 7 * V, LE);
    }
  }
}

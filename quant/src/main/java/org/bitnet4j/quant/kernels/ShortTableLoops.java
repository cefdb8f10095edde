package org.bitnet4j.quant.kernels;

import static jdk.incubator.vector.VectorOperators.LSHR;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorSpecies;

/// The loops of products by table lookup in vectors of 512 bits, where a table of 32 shorts fits
/// one vector (`vpermw`, AVX-512BW).
///
/// The sums of a block are two vectors of shorts, of its even and its odd bytes. They are not
/// negative and hold [#EXACT_TILES] tiles before they must be widened. An index needs no masking: a
/// lookup takes the low five bits of a short, whatever neighbours lie above.
final class ShortTableLoops implements TableLoops {
  static final ShortTableLoops INSTANCE = new ShortTableLoops();

  /// Tiles whose eight lookups of at most 768 each fit 16 bits: 10 · 8 · 768 = 61440.
  static final int EXACT_TILES = 10;

  private static final VectorSpecies<Short> SHORTS = ShortVector.SPECIES_512;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_512;
  private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;

  /// Bytes of a table, and of any vector.
  private static final int BYTES = SHORTS.vectorByteSize();

  /// Ints of a vector.
  private static final int QUARTER = INTS.length();

  /// The lower short of each int.
  private static final int LOW_HALVES = 0x0000_FFFF;

  private static final short[][] WEIGHTS_9 = TileFormat.weights(2, 16, SHORTS.length());
  private static final short[][] WEIGHTS_27 = TileFormat.weights(3, 32, SHORTS.length());

  private ShortTableLoops() {}

  @Override
  public int lanes() {
    return BYTES;
  }

  @Override
  public int groupTableBytes() {
    return BYTES;
  }

  @Override
  public void buildTables(
      TileFormat format,
      byte[] codes,
      int offset,
      int count,
      MemorySegment tables,
      long at,
      int tiles) {
    int groups = tiles * GROUPS;
    int full = Math.min(groups, count / format.groupColumns());
    switch (format) {
      case Lut9Tiles f -> buildPairs(codes, offset, full, tables, at);
      case Lut27Tiles f -> buildTriples(codes, offset, full, tables, at);
    }
    if (full < groups) {
      buildRest(format, codes, offset, count, full, groups, tables, at);
    }
  }

  private static void buildPairs(
      byte[] codes, int offset, int groups, MemorySegment tables, long at) {
    ShortVector w0 = ShortVector.fromArray(SHORTS, WEIGHTS_9[0], 0);
    ShortVector w1 = ShortVector.fromArray(SHORTS, WEIGHTS_9[1], 0);
    ShortVector bias = ShortVector.broadcast(SHORTS, (short) Tiling.bias(2));
    for (int group = 0; group < groups; group++) {
      int c = offset + 2 * group;
      ShortVector x0 = ShortVector.broadcast(SHORTS, codes[c]);
      ShortVector x1 = ShortVector.broadcast(SHORTS, codes[c + 1]);
      x0.mul(w0).add(x1.mul(w1)).add(bias).intoMemorySegment(tables, at + (long) group * BYTES, LE);
    }
  }

  private static void buildTriples(
      byte[] codes, int offset, int groups, MemorySegment tables, long at) {
    ShortVector w0 = ShortVector.fromArray(SHORTS, WEIGHTS_27[0], 0);
    ShortVector w1 = ShortVector.fromArray(SHORTS, WEIGHTS_27[1], 0);
    ShortVector w2 = ShortVector.fromArray(SHORTS, WEIGHTS_27[2], 0);
    ShortVector bias = ShortVector.broadcast(SHORTS, (short) Tiling.bias(3));
    for (int group = 0; group < groups; group++) {
      int c = offset + 3 * group;
      ShortVector x0 = ShortVector.broadcast(SHORTS, codes[c]);
      ShortVector x1 = ShortVector.broadcast(SHORTS, codes[c + 1]);
      ShortVector x2 = ShortVector.broadcast(SHORTS, codes[c + 2]);
      x0.mul(w0)
          .add(x1.mul(w1))
          .add(x2.mul(w2))
          .add(bias)
          .intoMemorySegment(tables, at + (long) group * BYTES, LE);
    }
  }

  /// The last groups of a segment, which lack columns.
  private static void buildRest(
      TileFormat format,
      byte[] codes,
      int offset,
      int count,
      int from,
      int groups,
      MemorySegment tables,
      long at) {
    int width = format.groupColumns();
    short[][] weights = width == 2 ? WEIGHTS_9 : WEIGHTS_27;
    for (int group = from; group < groups; group++) {
      for (int entry = 0; entry < SHORTS.length(); entry++) {
        int sum = Tiling.bias(width);
        for (int c = width * group; c < Math.min(count, width * (group + 1)); c++) {
          sum += weights[c - width * group][entry] * codes[offset + c];
        }
        tables.set(TileFormat.SHORT, at + (long) group * BYTES + 2L * entry, (short) sum);
      }
    }
  }

  @Override
  public void pair(
      TileFormat format,
      MemorySegment codes,
      long first,
      long second,
      MemorySegment tables,
      long table,
      int tiles,
      ProductScratch scratch,
      int at) {
    int[] sums = scratch.sums;
    switch (format) {
      case Lut9Tiles f -> ShortLut9.pair(codes, first, second, tables, table, tiles, sums, at);
      case Lut27Tiles f -> ShortLut27.pair(codes, first, second, tables, table, tiles, sums, at);
    }
  }

  /// Brings the eight indices of each lane of a block's tiles into bytes of their own.
  ///
  /// @param format the tiles
  /// @param codes the matrix
  /// @param first first tile
  /// @param tiles number of tiles
  /// @param indices receives a vector for each group, one after the other
  /// @param at offset of the first vector
  void indices(
      TileFormat format,
      MemorySegment codes,
      long first,
      int tiles,
      MemorySegment indices,
      long at) {
    switch (format) {
      case Lut9Tiles f -> ShortLut9.indices(codes, first, tiles, indices, at);
      case Lut27Tiles f -> ShortLut27.indices(codes, first, tiles, indices, at);
    }
  }

  /// Adds a run of tiles of one block, times [#TOKENS_AT_ONCE] tokens, to int32 sums.
  ///
  /// @param indices holds a vector for each group
  /// @param at offset of the first vector
  /// @param tables holds the tokens' tables
  /// @param table first table of the first token
  /// @param tokenBytes bytes from one token's tables to the next one's
  /// @param tiles number of tiles, at most [#EXACT_TILES]
  /// @param scratch holds the sums by row
  /// @param from index of the first token's sums
  /// @param stride from there to the next token's
  void lookUp(
      MemorySegment indices,
      long at,
      MemorySegment tables,
      long table,
      long tokenBytes,
      int tiles,
      ProductScratch scratch,
      int from,
      int stride) {
    int[] sums = scratch.sums;
    ShortVector even0 = ShortVector.zero(SHORTS);
    ShortVector odd0 = ShortVector.zero(SHORTS);
    ShortVector even1 = ShortVector.zero(SHORTS);
    ShortVector odd1 = ShortVector.zero(SHORTS);
    ShortVector even2 = ShortVector.zero(SHORTS);
    ShortVector odd2 = ShortVector.zero(SHORTS);
    ShortVector even3 = ShortVector.zero(SHORTS);
    ShortVector odd3 = ShortVector.zero(SHORTS);
    long end = (long) tiles * GROUPS * BYTES;
    long step = (long) BYTES * scratch.one;
    for (long g = 0; g < end; g += step) {
      long z = table + g;
      IntVector pairs = IntVector.fromMemorySegment(INTS, indices, at + g, LE);
      ShortVector evens = pairs.reinterpretAsShorts();
      ShortVector odds = pairs.lanewise(LSHR, 8).reinterpretAsShorts();
      ShortVector table0 = ShortVector.fromMemorySegment(SHORTS, tables, z, LE);
      even0 = evens.selectFrom(table0).add(even0);
      odd0 = odds.selectFrom(table0).add(odd0);
      ShortVector table1 = ShortVector.fromMemorySegment(SHORTS, tables, z + tokenBytes, LE);
      even1 = evens.selectFrom(table1).add(even1);
      odd1 = odds.selectFrom(table1).add(odd1);
      ShortVector table2 = ShortVector.fromMemorySegment(SHORTS, tables, z + 2 * tokenBytes, LE);
      even2 = evens.selectFrom(table2).add(even2);
      odd2 = odds.selectFrom(table2).add(odd2);
      ShortVector table3 = ShortVector.fromMemorySegment(SHORTS, tables, z + 3 * tokenBytes, LE);
      even3 = evens.selectFrom(table3).add(even3);
      odd3 = odds.selectFrom(table3).add(odd3);
    }
    ShortVector zero = ShortVector.zero(SHORTS);
    IntVector lowHalves = IntVector.broadcast(INTS, LOW_HALVES);
    IntVector evenSums0 = zero.add(even0).reinterpretAsInts();
    evenSums0.and(lowHalves).add(IntVector.fromArray(INTS, sums, from)).intoArray(sums, from);
    evenSums0
        .lanewise(LSHR, 16)
        .add(IntVector.fromArray(INTS, sums, from + 2 * QUARTER))
        .intoArray(sums, from + 2 * QUARTER);
    IntVector oddSums0 = zero.add(odd0).reinterpretAsInts();
    oddSums0
        .and(lowHalves)
        .add(IntVector.fromArray(INTS, sums, from + QUARTER))
        .intoArray(sums, from + QUARTER);
    oddSums0
        .lanewise(LSHR, 16)
        .add(IntVector.fromArray(INTS, sums, from + 3 * QUARTER))
        .intoArray(sums, from + 3 * QUARTER);
    IntVector evenSums1 = zero.add(even1).reinterpretAsInts();
    evenSums1
        .and(lowHalves)
        .add(IntVector.fromArray(INTS, sums, from + stride))
        .intoArray(sums, from + stride);
    evenSums1
        .lanewise(LSHR, 16)
        .add(IntVector.fromArray(INTS, sums, from + stride + 2 * QUARTER))
        .intoArray(sums, from + stride + 2 * QUARTER);
    IntVector oddSums1 = zero.add(odd1).reinterpretAsInts();
    oddSums1
        .and(lowHalves)
        .add(IntVector.fromArray(INTS, sums, from + stride + QUARTER))
        .intoArray(sums, from + stride + QUARTER);
    oddSums1
        .lanewise(LSHR, 16)
        .add(IntVector.fromArray(INTS, sums, from + stride + 3 * QUARTER))
        .intoArray(sums, from + stride + 3 * QUARTER);
    IntVector evenSums2 = zero.add(even2).reinterpretAsInts();
    evenSums2
        .and(lowHalves)
        .add(IntVector.fromArray(INTS, sums, from + 2 * stride))
        .intoArray(sums, from + 2 * stride);
    evenSums2
        .lanewise(LSHR, 16)
        .add(IntVector.fromArray(INTS, sums, from + 2 * stride + 2 * QUARTER))
        .intoArray(sums, from + 2 * stride + 2 * QUARTER);
    IntVector oddSums2 = zero.add(odd2).reinterpretAsInts();
    oddSums2
        .and(lowHalves)
        .add(IntVector.fromArray(INTS, sums, from + 2 * stride + QUARTER))
        .intoArray(sums, from + 2 * stride + QUARTER);
    oddSums2
        .lanewise(LSHR, 16)
        .add(IntVector.fromArray(INTS, sums, from + 2 * stride + 3 * QUARTER))
        .intoArray(sums, from + 2 * stride + 3 * QUARTER);
    IntVector evenSums3 = zero.add(even3).reinterpretAsInts();
    evenSums3
        .and(lowHalves)
        .add(IntVector.fromArray(INTS, sums, from + 3 * stride))
        .intoArray(sums, from + 3 * stride);
    evenSums3
        .lanewise(LSHR, 16)
        .add(IntVector.fromArray(INTS, sums, from + 3 * stride + 2 * QUARTER))
        .intoArray(sums, from + 3 * stride + 2 * QUARTER);
    IntVector oddSums3 = zero.add(odd3).reinterpretAsInts();
    oddSums3
        .and(lowHalves)
        .add(IntVector.fromArray(INTS, sums, from + 3 * stride + QUARTER))
        .intoArray(sums, from + 3 * stride + QUARTER);
    oddSums3
        .lanewise(LSHR, 16)
        .add(IntVector.fromArray(INTS, sums, from + 3 * stride + 3 * QUARTER))
        .intoArray(sums, from + 3 * stride + 3 * QUARTER);
  }
}

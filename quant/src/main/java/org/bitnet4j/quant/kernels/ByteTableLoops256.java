package org.bitnet4j.quant.kernels;

import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.S2B;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/// The loops of products by table lookup in vectors of 256 bits, where bytes are looked up: at most
/// 32 entries fit a vector. Those of 128 bits are derived from this file and know only tables of
/// nine entries.
///
/// Sums are split into their low five bits and the rest, two tables of bytes, so that eight lookups
/// of either add up within a byte. The sums of a block are four vectors of shorts, modulo 2^16: the
/// low parts of whole shorts and of their upper bytes, then the same of the high parts. They hold
/// [#EXACT_TILES] tiles before they must be widened.
final class ByteTableLoops256 implements TableLoops {
  static final ByteTableLoops256 INSTANCE = new ByteTableLoops256();

  /// Tiles whose eight low parts, at most 31 each, fit 16 bits: 2^8 · 8 · 31 = 63488.
  static final int EXACT_TILES = 0x100;

  private static final VectorSpecies<Byte> BYTES = ByteVector.SPECIES_256;
  private static final VectorSpecies<Short> SHORTS = ShortVector.SPECIES_256;

  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_256;

  /// One byte for each short of a vector.
  private static final VectorSpecies<Byte> HALF_BYTES =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(SHORTS.vectorBitSize() / 2));

  private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;

  /// Bytes of a vector.
  private static final int LANES = SHORTS.vectorByteSize();

  /// Shorts of a vector.
  private static final int S = SHORTS.length();

  /// Ints of a vector.
  private static final int QUARTER = INTS.length();

  /// The lower byte of each short.
  private static final int LOW_BYTES = 0x00FF_00FF;

  /// The lower short of each int.
  private static final int LOW_HALVES = 0x0000_FFFF;

  /// Bits 0..4 of each short.
  private static final int LOW_5 = 0x001F_001F;

  private static final short[][] WEIGHTS_9 = TileFormat.weights(2, 16, LANES);
  private static final short[][] WEIGHTS_27 = TileFormat.weights(3, 32, LANES);

  private ByteTableLoops256() {}

  @Override
  public int lanes() {
    return LANES;
  }

  @Override
  public int groupTableBytes() {
    return 2 * LANES;
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
    int width = format.groupColumns();
    boolean three = width == 3;
    short[][] weights = three ? WEIGHTS_27 : WEIGHTS_9;
    short bias = (short) Tiling.bias(width);
    for (int part = 0; part < LANES; part += S) {
      ShortVector w0 = ShortVector.fromArray(SHORTS, weights[0], part);
      ShortVector w1 = ShortVector.fromArray(SHORTS, weights[1], part);
      ShortVector w2 = ShortVector.fromArray(SHORTS, weights[2], part);
      for (int group = 0; group < tiles * GROUPS; group++) {
        int c = group * width;
        short x0 = c < count ? codes[offset + c] : 0;
        short x1 = c + 1 < count ? codes[offset + c + 1] : 0;
        short x2 = three && c + 2 < count ? codes[offset + c + 2] : 0;
        ShortVector v = w0.mul(x0).add(w1.mul(x1)).add(w2.mul(x2)).add(bias);
        IntVector pairs = v.reinterpretAsInts();
        ShortVector low = pairs.and(LOW_5).reinterpretAsShorts();
        ShortVector high = pairs.lanewise(LSHR, 5).and(LOW_5).reinterpretAsShorts();
        long z = at + 2L * group * LANES + part;
        ((ByteVector) low.convertShape(S2B, HALF_BYTES, 0)).intoMemorySegment(tables, z, LE);
        ((ByteVector) high.convertShape(S2B, HALF_BYTES, 0))
            .intoMemorySegment(tables, z + LANES, LE);
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
    short[] running = scratch.running;
    long tileBytes = (long) format.vectors() * LANES;
    for (int tile = 0; tile < tiles; tile += EXACT_TILES) {
      int run = Math.min(EXACT_TILES, tiles - tile);
      long p = first + tile * tileBytes;
      long q = second + tile * tileBytes;
      long z = table + (long) tile * GROUPS * 2 * LANES;
      switch (format) {
        case Lut9Tiles f -> ByteLut9Loops256.pair(codes, p, q, tables, z, run, running);
        case Lut27Tiles f -> ByteLut27Loops256.pair(codes, p, q, tables, z, run, running);
      }
      widen(running, 0, scratch.sums, at);
      widen(running, 4 * S, scratch.sums, at + LANES);
    }
  }

  @Override
  public void indices(
      TileFormat format,
      MemorySegment codes,
      long first,
      int tiles,
      MemorySegment indices,
      long at) {
    switch (format) {
      case Lut9Tiles f -> ByteLut9Loops256.indices(codes, first, tiles, indices, at);
      case Lut27Tiles f -> ByteLut27Loops256.indices(codes, first, tiles, indices, at);
    }
  }

  @Override
  public int tokensAtOnce() {
    return 2;
  }

  @Override
  public void some(
      MemorySegment indices,
      long at,
      MemorySegment tables,
      long table,
      long tokenBytes,
      int tiles,
      ProductScratch scratch,
      int from,
      int stride) {
    ShortVector lowAll0 = ShortVector.zero(SHORTS);
    ShortVector lowOdd0 = ShortVector.zero(SHORTS);
    ShortVector highAll0 = ShortVector.zero(SHORTS);
    ShortVector highOdd0 = ShortVector.zero(SHORTS);
    ShortVector lowAll1 = ShortVector.zero(SHORTS);
    ShortVector lowOdd1 = ShortVector.zero(SHORTS);
    ShortVector highAll1 = ShortVector.zero(SHORTS);
    ShortVector highOdd1 = ShortVector.zero(SHORTS);
    for (int t = 0; t < tiles; t++) {
      ByteVector l0 = ByteVector.zero(BYTES);
      ByteVector h0 = ByteVector.zero(BYTES);
      ByteVector l1 = ByteVector.zero(BYTES);
      ByteVector h1 = ByteVector.zero(BYTES);
      for (int g = 0; g < GROUPS; g++) { // a number the compiler knows, so that it unrolls all
        long group = t * (long) GROUPS + g;
        long z = table + group * 2 * LANES;
        ByteVector index = ByteVector.fromMemorySegment(BYTES, indices, at + group * LANES, LE);
        l0 = index.selectFrom(ByteVector.fromMemorySegment(BYTES, tables, z, LE)).add(l0);
        h0 = index.selectFrom(ByteVector.fromMemorySegment(BYTES, tables, z + LANES, LE)).add(h0);
        l1 =
            index
                .selectFrom(ByteVector.fromMemorySegment(BYTES, tables, z + tokenBytes, LE))
                .add(l1);
        h1 =
            index
                .selectFrom(ByteVector.fromMemorySegment(BYTES, tables, z + tokenBytes + LANES, LE))
                .add(h1);
      }
      ByteVector none = ByteVector.zero(BYTES);
      ByteVector low0 = none.add(l0);
      lowAll0 = low0.reinterpretAsShorts().add(lowAll0);
      lowOdd0 =
          low0.reinterpretAsInts()
              .lanewise(LSHR, 8)
              .and(LOW_BYTES)
              .reinterpretAsShorts()
              .add(lowOdd0);
      ByteVector high0 = none.add(h0);
      highAll0 = high0.reinterpretAsShorts().add(highAll0);
      highOdd0 =
          high0
              .reinterpretAsInts()
              .lanewise(LSHR, 8)
              .and(LOW_BYTES)
              .reinterpretAsShorts()
              .add(highOdd0);
      ByteVector low1 = none.add(l1);
      lowAll1 = low1.reinterpretAsShorts().add(lowAll1);
      lowOdd1 =
          low1.reinterpretAsInts()
              .lanewise(LSHR, 8)
              .and(LOW_BYTES)
              .reinterpretAsShorts()
              .add(lowOdd1);
      ByteVector high1 = none.add(h1);
      highAll1 = high1.reinterpretAsShorts().add(highAll1);
      highOdd1 =
          high1
              .reinterpretAsInts()
              .lanewise(LSHR, 8)
              .and(LOW_BYTES)
              .reinterpretAsShorts()
              .add(highOdd1);
    }
    ShortVector zero = ShortVector.zero(SHORTS);
    short[] running = scratch.running;
    zero.add(lowAll0).intoArray(running, 0);
    zero.add(lowOdd0).intoArray(running, S);
    zero.add(highAll0).intoArray(running, 2 * S);
    zero.add(highOdd0).intoArray(running, 3 * S);
    zero.add(lowAll1).intoArray(running, 4 * S);
    zero.add(lowOdd1).intoArray(running, 5 * S);
    zero.add(highAll1).intoArray(running, 6 * S);
    zero.add(highOdd1).intoArray(running, 7 * S);
    widen(running, 0, scratch.sums, from);
    widen(running, 4 * S, scratch.sums, from + stride);
  }

  /// Adds the running sums of a block to its int32 sums.
  private static void widen(short[] running, int at, int[] sums, int from) {
    ShortVector lowOdds = ShortVector.fromArray(SHORTS, running, at + S);
    ShortVector highOdds = ShortVector.fromArray(SHORTS, running, at + 3 * S);
    IntVector lowEven =
        ShortVector.fromArray(SHORTS, running, at)
            .sub(lowOdds.lanewise(LSHL, 8))
            .reinterpretAsInts();
    IntVector highEven =
        ShortVector.fromArray(SHORTS, running, at + 2 * S)
            .sub(highOdds.lanewise(LSHL, 8))
            .reinterpretAsInts();
    IntVector lowOdd = lowOdds.reinterpretAsInts();
    IntVector highOdd = highOdds.reinterpretAsInts();
    highEven
        .and(LOW_HALVES)
        .lanewise(LSHL, 5)
        .add(lowEven.and(LOW_HALVES))
        .add(IntVector.fromArray(INTS, sums, from))
        .intoArray(sums, from);
    highEven
        .lanewise(LSHR, 16)
        .lanewise(LSHL, 5)
        .add(lowEven.lanewise(LSHR, 16))
        .add(IntVector.fromArray(INTS, sums, from + 2 * QUARTER))
        .intoArray(sums, from + 2 * QUARTER);
    highOdd
        .and(LOW_HALVES)
        .lanewise(LSHL, 5)
        .add(lowOdd.and(LOW_HALVES))
        .add(IntVector.fromArray(INTS, sums, from + QUARTER))
        .intoArray(sums, from + QUARTER);
    highOdd
        .lanewise(LSHR, 16)
        .lanewise(LSHL, 5)
        .add(lowOdd.lanewise(LSHR, 16))
        .add(IntVector.fromArray(INTS, sums, from + 3 * QUARTER))
        .intoArray(sums, from + 3 * QUARTER);
  }
}

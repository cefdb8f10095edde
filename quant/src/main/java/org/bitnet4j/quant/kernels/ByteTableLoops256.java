package org.bitnet4j.quant.kernels;

import static jdk.incubator.vector.VectorOperators.ADD;
import static jdk.incubator.vector.VectorOperators.ASHR;
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
final class ByteTableLoops256 implements ByteTableLoops {
  static final ByteTableLoops256 INSTANCE = new ByteTableLoops256();

  /// Tiles whose eight low parts, at most 31 each, fit 16 bits: 2^8 · 8 · 31 = 63488.
  static final int EXACT_TILES = 0x100;

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
    ShortVector bias = ShortVector.broadcast(SHORTS, (short) Tiling.bias(width));
    IntVector low5 = IntVector.broadcast(INTS, LOW_5);
    for (int part = 0; part < LANES; part += S) {
      ShortVector w0 = ShortVector.fromArray(SHORTS, weights[0], part);
      ShortVector w1 = ShortVector.fromArray(SHORTS, weights[1], part);
      ShortVector w2 = ShortVector.fromArray(SHORTS, weights[2], part);
      for (int group = 0; group < tiles * GROUPS; group++) {
        int c = group * width;
        short code0 = c < count ? codes[offset + c] : 0;
        short code1 = c + 1 < count ? codes[offset + c + 1] : 0;
        short code2 = three && c + 2 < count ? codes[offset + c + 2] : 0;
        ShortVector x0 = ShortVector.broadcast(SHORTS, code0);
        ShortVector x1 = ShortVector.broadcast(SHORTS, code1);
        ShortVector x2 = ShortVector.broadcast(SHORTS, code2);
        ShortVector v = x0.mul(w0).add(x1.mul(w1)).add(x2.mul(w2)).add(bias);
        IntVector pairs = v.reinterpretAsInts();
        ShortVector low = low5.and(pairs).reinterpretAsShorts();
        ShortVector high = low5.and(pairs.lanewise(LSHR, 5)).reinterpretAsShorts();
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
        case Lut9Tiles f ->
            ByteLut9Loops256.pair(codes, p, q, tables, z, run, running, scratch.one);
        case Lut27Tiles f ->
            ByteLut27Loops256.pair(codes, p, q, tables, z, run, running, scratch.one);
      }
      widen(running, 0, scratch.sums, at);
      widen(running, 4 * S, scratch.sums, at + LANES);
    }
  }

  @Override
  public void multiply(
      MemorySegment weights,
      long row,
      short[] activations,
      int token,
      int tokenStride,
      int columns,
      ProductScratch scratch,
      int from,
      int stride) {
    long rowBytes = 2L * (RUN_COLUMNS + PADDING);
    ShortVector sum00 = ShortVector.zero(SHORTS);
    ShortVector sum01 = ShortVector.zero(SHORTS);
    ShortVector sum02 = ShortVector.zero(SHORTS);
    ShortVector sum03 = ShortVector.zero(SHORTS);
    ShortVector sum10 = ShortVector.zero(SHORTS);
    ShortVector sum11 = ShortVector.zero(SHORTS);
    ShortVector sum12 = ShortVector.zero(SHORTS);
    ShortVector sum13 = ShortVector.zero(SHORTS);
    ShortVector sum20 = ShortVector.zero(SHORTS);
    ShortVector sum21 = ShortVector.zero(SHORTS);
    ShortVector sum22 = ShortVector.zero(SHORTS);
    ShortVector sum23 = ShortVector.zero(SHORTS);
    ShortVector sum30 = ShortVector.zero(SHORTS);
    ShortVector sum31 = ShortVector.zero(SHORTS);
    ShortVector sum32 = ShortVector.zero(SHORTS);
    ShortVector sum33 = ShortVector.zero(SHORTS);
    for (int c = 0; c < columns; c += S) {
      long p = row + 2L * c;
      int x = token + c;
      ShortVector w0 = ShortVector.fromMemorySegment(SHORTS, weights, p, LE);
      ShortVector w1 = ShortVector.fromMemorySegment(SHORTS, weights, p + rowBytes, LE);
      ShortVector w2 = ShortVector.fromMemorySegment(SHORTS, weights, p + 2 * rowBytes, LE);
      ShortVector w3 = ShortVector.fromMemorySegment(SHORTS, weights, p + 3 * rowBytes, LE);
      ShortVector x0 = ShortVector.fromArray(SHORTS, activations, x);
      sum00 = w0.mul(x0).add(sum00);
      sum10 = w1.mul(x0).add(sum10);
      sum20 = w2.mul(x0).add(sum20);
      sum30 = w3.mul(x0).add(sum30);
      ShortVector x1 = ShortVector.fromArray(SHORTS, activations, x + tokenStride);
      sum01 = w0.mul(x1).add(sum01);
      sum11 = w1.mul(x1).add(sum11);
      sum21 = w2.mul(x1).add(sum21);
      sum31 = w3.mul(x1).add(sum31);
      ShortVector x2 = ShortVector.fromArray(SHORTS, activations, x + 2 * tokenStride);
      sum02 = w0.mul(x2).add(sum02);
      sum12 = w1.mul(x2).add(sum12);
      sum22 = w2.mul(x2).add(sum22);
      sum32 = w3.mul(x2).add(sum32);
      ShortVector x3 = ShortVector.fromArray(SHORTS, activations, x + 3 * tokenStride);
      sum03 = w0.mul(x3).add(sum03);
      sum13 = w1.mul(x3).add(sum13);
      sum23 = w2.mul(x3).add(sum23);
      sum33 = w3.mul(x3).add(sum33);
    }
    short[] running = scratch.running;
    ShortVector zero = ShortVector.zero(SHORTS);
    zero.add(sum00).intoArray(running, 0);
    zero.add(sum10).intoArray(running, S);
    zero.add(sum20).intoArray(running, 2 * S);
    zero.add(sum30).intoArray(running, 3 * S);
    zero.add(sum01).intoArray(running, 4 * S);
    zero.add(sum11).intoArray(running, 5 * S);
    zero.add(sum21).intoArray(running, 6 * S);
    zero.add(sum31).intoArray(running, 7 * S);
    zero.add(sum02).intoArray(running, 8 * S);
    zero.add(sum12).intoArray(running, 9 * S);
    zero.add(sum22).intoArray(running, 10 * S);
    zero.add(sum32).intoArray(running, 11 * S);
    zero.add(sum03).intoArray(running, 12 * S);
    zero.add(sum13).intoArray(running, 13 * S);
    zero.add(sum23).intoArray(running, 14 * S);
    zero.add(sum33).intoArray(running, 15 * S);
    for (int t = 0; t < TOKENS_AT_ONCE; t++) {
      for (int r = 0; r < ROWS_AT_ONCE; r++) {
        IntVector pairs =
            ShortVector.fromArray(SHORTS, running, (t * ROWS_AT_ONCE + r) * S).reinterpretAsInts();
        scratch.sums[from + t * stride + r] +=
            pairs
                .lanewise(LSHL, 16)
                .lanewise(ASHR, 16)
                .add(pairs.lanewise(ASHR, 16))
                .reduceLanes(ADD);
      }
    }
  }

  /// Adds the running sums of a block to its int32 sums.
  private static void widen(short[] running, int at, int[] sums, int from) {
    IntVector lowHalves = IntVector.broadcast(INTS, LOW_HALVES);
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
        .and(lowHalves)
        .lanewise(LSHL, 5)
        .add(lowEven.and(lowHalves))
        .add(IntVector.fromArray(INTS, sums, from))
        .intoArray(sums, from);
    highEven
        .lanewise(LSHR, 16)
        .lanewise(LSHL, 5)
        .add(lowEven.lanewise(LSHR, 16))
        .add(IntVector.fromArray(INTS, sums, from + 2 * QUARTER))
        .intoArray(sums, from + 2 * QUARTER);
    highOdd
        .and(lowHalves)
        .lanewise(LSHL, 5)
        .add(lowOdd.and(lowHalves))
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

package org.bitnet4j.quant.kernels;

import static jdk.incubator.vector.VectorOperators.BITWISE_BLEND;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.S2B;
import static jdk.incubator.vector.VectorOperators.ZERO_EXTEND_S2I;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/// The loops of products by table lookup in vectors of 512 bits; 256 and 128 are derived from this
/// file as those of [VectorLoops512] are, and its rule on carried variables holds here too.
///
/// Bodies of loops are flat on purpose: beyond a certain size the compiler stops taking helpers in,
/// and makes an object of each vector that it passes to one.
final class TableLoops512 implements TableLoops {
  static final TableLoops512 INSTANCE = new TableLoops512();

  private static final VectorSpecies<Byte> BYTES = ByteVector.SPECIES_512;
  private static final VectorSpecies<Short> SHORTS = ShortVector.SPECIES_512;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_512;

  /// One byte for each short of a vector.
  private static final VectorSpecies<Byte> HALF_BYTES =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(SHORTS.vectorBitSize() / 2));

  private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;

  /// Bytes of a vector.
  private static final int LANES = BYTES.length();

  /// The same, to count far offsets in.
  private static final long V = LANES;

  /// Shorts of a vector.
  private static final int S = SHORTS.length();

  private static final int LUT27_TILE = Lut27Tiles.VECTORS * LANES;

  /// Bits 0..2 and bits 0..3 of each byte.
  private static final int LOW_3 = 0x0707_0707;

  private static final int LOW_4 = 0x0F0F_0F0F;

  /// Bits 0..4 of each short.
  private static final int LOW_5 = 0x001F_001F;

  /// The lower byte of each short.
  private static final int LOW_BYTES = 0x00FF_00FF;

  /// Entries of a table; a vector of 64 bytes holds it twice, so that bit 5 of an index, which
  /// belongs to a neighbour, does not matter.
  private static final int ENTRIES = Math.min(32, LANES);

  /// Weight of each activation of a group in each entry: entry e is Σ wᵢ · 3^i with wᵢ + 1.
  private static final short[][] WEIGHTS = new short[3][ENTRIES];

  static {
    for (int entry = 0; entry < ENTRIES; entry++) {
      for (int i = 0, digits = entry; i < 3; i++, digits /= 3) {
        WEIGHTS[i][entry] = (short) (digits % 3 - 1);
      }
    }
  }

  private TableLoops512() {}

  @Override
  public int lanes() {
    return LANES;
  }

  @Override
  public void buildTables(
      int groupColumns,
      byte[] codes,
      int offset,
      int count,
      MemorySegment tables,
      long at,
      int tiles) {
    int groups = tiles * GROUPS;
    boolean three = groupColumns == 3;
    short bias = (short) Tiling.bias(groupColumns);
    for (int part = 0; part < ENTRIES; part += S) {
      ShortVector w0 = ShortVector.fromArray(SHORTS, WEIGHTS[0], part);
      ShortVector w1 = ShortVector.fromArray(SHORTS, WEIGHTS[1], part);
      ShortVector w2 = ShortVector.fromArray(SHORTS, WEIGHTS[2], part);
      for (int group = 0; group < groups; group++) {
        int c = group * groupColumns;
        short x0 = c < count ? codes[offset + c] : 0;
        short x1 = c + 1 < count ? codes[offset + c + 1] : 0;
        short x2 = three && c + 2 < count ? codes[offset + c + 2] : 0;
        ShortVector v = w0.mul(x0).add(w1.mul(x1)).add(w2.mul(x2)).add(bias);
        // The low five bits and the rest, each as often as it fits a vector.
        IntVector pairs = v.reinterpretAsInts();
        ShortVector low = pairs.and(LOW_5).reinterpretAsShorts();
        ShortVector high = pairs.lanewise(LSHR, 5).and(LOW_5).reinterpretAsShorts();
        ByteVector lows = (ByteVector) low.convertShape(S2B, HALF_BYTES, 0);
        ByteVector highs = (ByteVector) high.convertShape(S2B, HALF_BYTES, 0);
        long z = at + 2L * group * V + part;
        lows.intoMemorySegment(tables, z, LE);
        highs.intoMemorySegment(tables, z + V, LE);
        if (ENTRIES < LANES) {
          lows.intoMemorySegment(tables, z + ENTRIES, LE);
          highs.intoMemorySegment(tables, z + V + ENTRIES, LE);
        }
      }
    }
  }

  @Override
  public void lut27Pair(
      MemorySegment codes,
      long first,
      long second,
      MemorySegment tables,
      long table,
      int tiles,
      short[] sums) {
    TablePairs512.lut27(codes, first, second, tables, table, tiles, sums);
  }

  @Override
  public void lut9Pair(
      MemorySegment codes,
      long first,
      long second,
      MemorySegment tables,
      long table,
      int tiles,
      short[] sums) {
    TablePairs512.lut9(codes, first, second, tables, table, tiles, sums);
  }

  @Override
  public void lut27Indices(
      MemorySegment codes, long first, int tiles, MemorySegment indices, long at, long stride) {
    for (int t = 0; t < tiles; t++) {
      long p = first + (long) t * LUT27_TILE;
      long i = at + (long) t * GROUPS * stride;

      IntVector a = IntVector.fromMemorySegment(INTS, codes, p, LE);
      IntVector b = IntVector.fromMemorySegment(INTS, codes, p + LANES, LE);
      IntVector c = IntVector.fromMemorySegment(INTS, codes, p + 2 * V, LE);
      IntVector d = IntVector.fromMemorySegment(INTS, codes, p + 3 * V, LE);
      IntVector e = IntVector.fromMemorySegment(INTS, codes, p + 4 * V, LE);
      a.intoMemorySegment(indices, i, LE);
      b.intoMemorySegment(indices, i + stride, LE);
      c.intoMemorySegment(indices, i + 2 * stride, LE);
      d.intoMemorySegment(indices, i + 3 * stride, LE);
      e.intoMemorySegment(indices, i + 4 * stride, LE);
      b.lanewise(LSHR, 2)
          .lanewise(BITWISE_BLEND, a.lanewise(LSHR, 5), LOW_3)
          .intoMemorySegment(indices, i + 5 * stride, LE);
      d.lanewise(LSHR, 2)
          .lanewise(BITWISE_BLEND, c.lanewise(LSHR, 5), LOW_3)
          .intoMemorySegment(indices, i + 6 * stride, LE);
      d.lanewise(LSHR, 3)
          .lanewise(BITWISE_BLEND, b.lanewise(LSHR, 4), LOW_4)
          .lanewise(BITWISE_BLEND, e.lanewise(LSHR, 5), LOW_3)
          .intoMemorySegment(indices, i + 7 * stride, LE);
    }
  }

  @Override
  public void lut9Indices(
      MemorySegment codes, long first, int tiles, MemorySegment indices, long at, long stride) {
    for (int v = 0; v < tiles * Lut9Tiles.VECTORS; v++) {
      IntVector pairs = IntVector.fromMemorySegment(INTS, codes, first + (long) v * LANES, LE);
      long i = at + 2L * v * stride;
      pairs.and(LOW_4).intoMemorySegment(indices, i, LE);
      pairs.lanewise(LSHR, 4).and(LOW_4).intoMemorySegment(indices, i + stride, LE);
    }
  }

  @Override
  public void four(
      MemorySegment indices, MemorySegment tables, long table, int tiles, short[] sums, int at) {
    for (int t = 0; t < tiles; t++) {
      ByteVector l0 = ByteVector.zero(BYTES);
      ByteVector h0 = ByteVector.zero(BYTES);
      ByteVector l1 = ByteVector.zero(BYTES);
      ByteVector h1 = ByteVector.zero(BYTES);
      ByteVector l2 = ByteVector.zero(BYTES);
      ByteVector h2 = ByteVector.zero(BYTES);
      ByteVector l3 = ByteVector.zero(BYTES);
      ByteVector h3 = ByteVector.zero(BYTES);
      for (int g = 0; g < GROUPS; g++) { // a number the compiler knows, so that it unrolls all
        long z = table + (t * (long) GROUPS + g) * 2 * V;
        long i = (t * (long) GROUPS + g) * 4 * V;
        ByteVector low = ByteVector.fromMemorySegment(BYTES, tables, z, LE);
        ByteVector high = ByteVector.fromMemorySegment(BYTES, tables, z + LANES, LE);
        ByteVector i0 = ByteVector.fromMemorySegment(BYTES, indices, i, LE);
        l0 = i0.selectFrom(low).add(l0);
        h0 = i0.selectFrom(high).add(h0);
        ByteVector i1 = ByteVector.fromMemorySegment(BYTES, indices, i + LANES, LE);
        l1 = i1.selectFrom(low).add(l1);
        h1 = i1.selectFrom(high).add(h1);
        ByteVector i2 = ByteVector.fromMemorySegment(BYTES, indices, i + 2 * V, LE);
        l2 = i2.selectFrom(low).add(l2);
        h2 = i2.selectFrom(high).add(h2);
        ByteVector i3 = ByteVector.fromMemorySegment(BYTES, indices, i + 3 * V, LE);
        l3 = i3.selectFrom(low).add(l3);
        h3 = i3.selectFrom(high).add(h3);
      }
      ByteVector zero = ByteVector.zero(BYTES);
      ByteVector l0Sum = zero.add(l0);
      l0Sum.reinterpretAsShorts().add(ShortVector.fromArray(SHORTS, sums, at)).intoArray(sums, at);
      l0Sum
          .reinterpretAsInts()
          .lanewise(LSHR, 8)
          .and(LOW_BYTES)
          .reinterpretAsShorts()
          .add(ShortVector.fromArray(SHORTS, sums, at + S))
          .intoArray(sums, at + S);
      ByteVector h0Sum = zero.add(h0);
      h0Sum
          .reinterpretAsShorts()
          .add(ShortVector.fromArray(SHORTS, sums, at + 2 * S))
          .intoArray(sums, at + 2 * S);
      h0Sum
          .reinterpretAsInts()
          .lanewise(LSHR, 8)
          .and(LOW_BYTES)
          .reinterpretAsShorts()
          .add(ShortVector.fromArray(SHORTS, sums, at + 3 * S))
          .intoArray(sums, at + 3 * S);
      ByteVector l1Sum = zero.add(l1);
      l1Sum
          .reinterpretAsShorts()
          .add(ShortVector.fromArray(SHORTS, sums, at + 4 * S))
          .intoArray(sums, at + 4 * S);
      l1Sum
          .reinterpretAsInts()
          .lanewise(LSHR, 8)
          .and(LOW_BYTES)
          .reinterpretAsShorts()
          .add(ShortVector.fromArray(SHORTS, sums, at + 5 * S))
          .intoArray(sums, at + 5 * S);
      ByteVector h1Sum = zero.add(h1);
      h1Sum
          .reinterpretAsShorts()
          .add(ShortVector.fromArray(SHORTS, sums, at + 6 * S))
          .intoArray(sums, at + 6 * S);
      h1Sum
          .reinterpretAsInts()
          .lanewise(LSHR, 8)
          .and(LOW_BYTES)
          .reinterpretAsShorts()
          .add(ShortVector.fromArray(SHORTS, sums, at + 7 * S))
          .intoArray(sums, at + 7 * S);
      ByteVector l2Sum = zero.add(l2);
      l2Sum
          .reinterpretAsShorts()
          .add(ShortVector.fromArray(SHORTS, sums, at + 8 * S))
          .intoArray(sums, at + 8 * S);
      l2Sum
          .reinterpretAsInts()
          .lanewise(LSHR, 8)
          .and(LOW_BYTES)
          .reinterpretAsShorts()
          .add(ShortVector.fromArray(SHORTS, sums, at + 9 * S))
          .intoArray(sums, at + 9 * S);
      ByteVector h2Sum = zero.add(h2);
      h2Sum
          .reinterpretAsShorts()
          .add(ShortVector.fromArray(SHORTS, sums, at + 10 * S))
          .intoArray(sums, at + 10 * S);
      h2Sum
          .reinterpretAsInts()
          .lanewise(LSHR, 8)
          .and(LOW_BYTES)
          .reinterpretAsShorts()
          .add(ShortVector.fromArray(SHORTS, sums, at + 11 * S))
          .intoArray(sums, at + 11 * S);
      ByteVector l3Sum = zero.add(l3);
      l3Sum
          .reinterpretAsShorts()
          .add(ShortVector.fromArray(SHORTS, sums, at + 12 * S))
          .intoArray(sums, at + 12 * S);
      l3Sum
          .reinterpretAsInts()
          .lanewise(LSHR, 8)
          .and(LOW_BYTES)
          .reinterpretAsShorts()
          .add(ShortVector.fromArray(SHORTS, sums, at + 13 * S))
          .intoArray(sums, at + 13 * S);
      ByteVector h3Sum = zero.add(h3);
      h3Sum
          .reinterpretAsShorts()
          .add(ShortVector.fromArray(SHORTS, sums, at + 14 * S))
          .intoArray(sums, at + 14 * S);
      h3Sum
          .reinterpretAsInts()
          .lanewise(LSHR, 8)
          .and(LOW_BYTES)
          .reinterpretAsShorts()
          .add(ShortVector.fromArray(SHORTS, sums, at + 15 * S))
          .intoArray(sums, at + 15 * S);
    }
  }

  @Override
  public void one(
      MemorySegment indices, MemorySegment tables, long table, int tiles, short[] sums, int at) {
    for (int t = 0; t < tiles; t++) {
      ByteVector l0 = ByteVector.zero(BYTES);
      ByteVector h0 = ByteVector.zero(BYTES);
      for (int g = 0; g < GROUPS; g++) { // a number the compiler knows, so that it unrolls all
        long z = table + (t * (long) GROUPS + g) * 2 * V;
        long i = (t * (long) GROUPS + g) * V;
        ByteVector low = ByteVector.fromMemorySegment(BYTES, tables, z, LE);
        ByteVector high = ByteVector.fromMemorySegment(BYTES, tables, z + LANES, LE);
        ByteVector i0 = ByteVector.fromMemorySegment(BYTES, indices, i, LE);
        l0 = i0.selectFrom(low).add(l0);
        h0 = i0.selectFrom(high).add(h0);
      }
      ByteVector zero = ByteVector.zero(BYTES);
      ByteVector l0Sum = zero.add(l0);
      l0Sum.reinterpretAsShorts().add(ShortVector.fromArray(SHORTS, sums, at)).intoArray(sums, at);
      l0Sum
          .reinterpretAsInts()
          .lanewise(LSHR, 8)
          .and(LOW_BYTES)
          .reinterpretAsShorts()
          .add(ShortVector.fromArray(SHORTS, sums, at + S))
          .intoArray(sums, at + S);
      ByteVector h0Sum = zero.add(h0);
      h0Sum
          .reinterpretAsShorts()
          .add(ShortVector.fromArray(SHORTS, sums, at + 2 * S))
          .intoArray(sums, at + 2 * S);
      h0Sum
          .reinterpretAsInts()
          .lanewise(LSHR, 8)
          .and(LOW_BYTES)
          .reinterpretAsShorts()
          .add(ShortVector.fromArray(SHORTS, sums, at + 3 * S))
          .intoArray(sums, at + 3 * S);
    }
  }

  @Override
  public void flush(short[] sums, int at, int bias, int[] out, int offset) {
    ShortVector lowAll = ShortVector.fromArray(SHORTS, sums, at);
    ShortVector lowOdd = ShortVector.fromArray(SHORTS, sums, at + S);
    ShortVector highAll = ShortVector.fromArray(SHORTS, sums, at + 2 * S);
    ShortVector highOdd = ShortVector.fromArray(SHORTS, sums, at + 3 * S);
    ShortVector lowEven = lowAll.sub(lowOdd.lanewise(LSHL, 8));
    ShortVector highEven = highAll.sub(highOdd.lanewise(LSHL, 8));
    // Flat: the number of a part must be a constant, and a helper would be handed objects.
    ((IntVector) lowEven.convertShape(ZERO_EXTEND_S2I, INTS, 0))
        .add(((IntVector) highEven.convertShape(ZERO_EXTEND_S2I, INTS, 0)).lanewise(LSHL, 5))
        .sub(bias)
        .add(IntVector.fromArray(INTS, out, offset))
        .intoArray(out, offset);
    ((IntVector) lowEven.convertShape(ZERO_EXTEND_S2I, INTS, 1))
        .add(((IntVector) highEven.convertShape(ZERO_EXTEND_S2I, INTS, 1)).lanewise(LSHL, 5))
        .sub(bias)
        .add(IntVector.fromArray(INTS, out, offset + S / 2))
        .intoArray(out, offset + S / 2);
    ((IntVector) lowOdd.convertShape(ZERO_EXTEND_S2I, INTS, 0))
        .add(((IntVector) highOdd.convertShape(ZERO_EXTEND_S2I, INTS, 0)).lanewise(LSHL, 5))
        .sub(bias)
        .add(IntVector.fromArray(INTS, out, offset + S))
        .intoArray(out, offset + S);
    ((IntVector) lowOdd.convertShape(ZERO_EXTEND_S2I, INTS, 1))
        .add(((IntVector) highOdd.convertShape(ZERO_EXTEND_S2I, INTS, 1)).lanewise(LSHL, 5))
        .sub(bias)
        .add(IntVector.fromArray(INTS, out, offset + S + S / 2))
        .intoArray(out, offset + S + S / 2);
    Arrays.fill(sums, at, at + 4 * S, (short) 0);
  }
}

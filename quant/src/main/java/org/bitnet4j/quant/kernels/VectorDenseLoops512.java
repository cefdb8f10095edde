package org.bitnet4j.quant.kernels;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.B2F;
import static jdk.incubator.vector.VectorOperators.FMA;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.S2I;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/// The loops of dense products in vectors of 512 bits; 256 and 128 are derived from this file as
/// those of [VectorLoops512] are, and its rule on carried variables holds here too. Bodies of loops
/// are flat as in [TableLoops512].
///
/// Loops are counted from 0: with a start that is a parameter they take half as long again.
///
/// A pass visits one or two vectors of the sixteen lanes: all of them at 512 and at 256 bits, half
/// of them at 128, where the second pass finds the weights in the nearest cache.
final class VectorDenseLoops512 implements DenseLoops {
  static final VectorDenseLoops512 INSTANCE = new VectorDenseLoops512();

  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_512;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_512;

  /// One short for each int of a vector.
  private static final VectorSpecies<Short> HALF_SHORTS =
      VectorSpecies.of(short.class, VectorShape.forBitSize(INTS.vectorBitSize() / 2));

  /// One byte for each int of a vector; twice that at 128 bits, where half of it is not used.
  private static final VectorSpecies<Byte> QUARTER_BYTES =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, INTS.vectorBitSize() / 4)));

  private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(LE);

  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(LE);

  private static final int L = FLOATS.length();

  /// Whether one vector does not hold all lanes.
  private static final boolean TWO = L < LANES;

  /// Lanes that a pass visits.
  private static final int PASS = TWO ? 2 * L : LANES;

  /// Columns that stay in the nearest cache until all passes are done.
  private static final int BLOCK = PASS == LANES ? 1 << 30 : 1024;

  /// The same, for tiles, whose passes visit one vector of lanes.
  private static final int TILE_BLOCK = TWO ? 1024 : 1 << 30;

  private static final int GROUP = DenseFormat.GROUP;
  private static final int TILE = DenseFormat.TILE;

  /// The second of two bfloat16, as binary32.
  private static final int UPPER_HALF = 0xFFFF_0000;

  private static final int SIGN = 0x8000_0000;
  private static final int REBIAS = 112 << 23;

  private VectorDenseLoops512() {}

  @Override
  public void rows(
      DenseFormat format,
      MemorySegment codes,
      long a,
      long b,
      long c,
      long d,
      int columns,
      float[] x,
      int offset,
      float[] lanes) {
    Arrays.fill(lanes, 0, ROWS * LANES, 0);
    int whole = columns - columns % (format == DenseFormat.INT4 ? TILE : LANES);
    // Two rows at a time must not leave their neighbours' streams alone for long.
    int block = format == DenseFormat.INT4 ? 1024 : BLOCK;
    for (int from = 0; from < whole; from += block) {
      int to = Math.min(whole - from, block) + from;
      for (int lane = 0; lane < LANES; lane += PASS) {
        int first = from + lane;
        int n = to - from;
        int at = offset + first;
        switch (format) {
          case FLOAT32 -> {
            long p = 4L * first;
            float32(codes, a + p, b + p, c + p, d + p, n, x, at, lanes, lane);
          }
          case FLOAT16 -> {
            long p = 2L * first;
            float16(codes, a + p, b + p, c + p, d + p, n, x, at, lanes, lane);
          }
          case BFLOAT16 -> {
            long p = 2L * first;
            bfloat16(codes, a + p, b + p, c + p, d + p, n, x, at, lanes, lane);
          }
          case INT8 ->
              int8(codes, a + first, b + first, c + first, d + first, n, x, at, lanes, lane);
          case INT4 -> {
            long scaleAt = 2L * (from / GROUP); // a multiple of four
            long codeAt = format.codesAt(columns) + from / 2 + 4L * lane;
            int4(codes, a, b, scaleAt, codeAt, n, x, at, lanes, lane);
            int4(codes, c, d, scaleAt, codeAt, n, x, at, lanes, lane + 2 * LANES);
          }
        }
      }
    }
    if (whole < columns) {
      ScalarDenseLoops.addColumns(format, codes, a, columns, whole, x, offset, lanes, 0);
      ScalarDenseLoops.addColumns(format, codes, b, columns, whole, x, offset, lanes, LANES);
      ScalarDenseLoops.addColumns(format, codes, c, columns, whole, x, offset, lanes, 2 * LANES);
      ScalarDenseLoops.addColumns(format, codes, d, columns, whole, x, offset, lanes, 3 * LANES);
    }
  }

  private static void float32(
      MemorySegment codes,
      long a,
      long b,
      long c,
      long d,
      int count,
      float[] x,
      int offset,
      float[] lanes,
      int lane) {
    FloatVector a0 = FloatVector.fromArray(FLOATS, lanes, lane);
    FloatVector b0 = FloatVector.fromArray(FLOATS, lanes, lane + LANES);
    FloatVector c0 = FloatVector.fromArray(FLOATS, lanes, lane + 2 * LANES);
    FloatVector d0 = FloatVector.fromArray(FLOATS, lanes, lane + 3 * LANES);
    int next = TWO ? lane + L : lane;
    FloatVector a1 = FloatVector.fromArray(FLOATS, lanes, next);
    FloatVector b1 = FloatVector.fromArray(FLOATS, lanes, next + LANES);
    FloatVector c1 = FloatVector.fromArray(FLOATS, lanes, next + 2 * LANES);
    FloatVector d1 = FloatVector.fromArray(FLOATS, lanes, next + 3 * LANES);
    for (int i = 0; i < count; i += LANES) {
      FloatVector x0 = FloatVector.fromArray(FLOATS, x, offset + i);
      FloatVector aw0 = FloatVector.fromMemorySegment(FLOATS, codes, a + 4L * i, LE);
      a0 = aw0.fma(x0, a0);
      FloatVector bw0 = FloatVector.fromMemorySegment(FLOATS, codes, b + 4L * i, LE);
      b0 = bw0.fma(x0, b0);
      FloatVector cw0 = FloatVector.fromMemorySegment(FLOATS, codes, c + 4L * i, LE);
      c0 = cw0.fma(x0, c0);
      FloatVector dw0 = FloatVector.fromMemorySegment(FLOATS, codes, d + 4L * i, LE);
      d0 = dw0.fma(x0, d0);
      if (TWO) {
        FloatVector x1 = FloatVector.fromArray(FLOATS, x, offset + i + L);
        FloatVector aw1 = FloatVector.fromMemorySegment(FLOATS, codes, a + 4L * (i + L), LE);
        a1 = aw1.fma(x1, a1);
        FloatVector bw1 = FloatVector.fromMemorySegment(FLOATS, codes, b + 4L * (i + L), LE);
        b1 = bw1.fma(x1, b1);
        FloatVector cw1 = FloatVector.fromMemorySegment(FLOATS, codes, c + 4L * (i + L), LE);
        c1 = cw1.fma(x1, c1);
        FloatVector dw1 = FloatVector.fromMemorySegment(FLOATS, codes, d + 4L * (i + L), LE);
        d1 = dw1.fma(x1, d1);
      }
    }
    a0.intoArray(lanes, lane);
    b0.intoArray(lanes, lane + LANES);
    c0.intoArray(lanes, lane + 2 * LANES);
    d0.intoArray(lanes, lane + 3 * LANES);
    if (TWO) {
      a1.intoArray(lanes, next);
      b1.intoArray(lanes, next + LANES);
      c1.intoArray(lanes, next + 2 * LANES);
      d1.intoArray(lanes, next + 3 * LANES);
    }
  }

  private static void float16(
      MemorySegment codes,
      long a,
      long b,
      long c,
      long d,
      int count,
      float[] x,
      int offset,
      float[] lanes,
      int lane) {
    FloatVector a0 = FloatVector.fromArray(FLOATS, lanes, lane);
    FloatVector b0 = FloatVector.fromArray(FLOATS, lanes, lane + LANES);
    FloatVector c0 = FloatVector.fromArray(FLOATS, lanes, lane + 2 * LANES);
    FloatVector d0 = FloatVector.fromArray(FLOATS, lanes, lane + 3 * LANES);
    int next = TWO ? lane + L : lane;
    FloatVector a1 = FloatVector.fromArray(FLOATS, lanes, next);
    FloatVector b1 = FloatVector.fromArray(FLOATS, lanes, next + LANES);
    FloatVector c1 = FloatVector.fromArray(FLOATS, lanes, next + 2 * LANES);
    FloatVector d1 = FloatVector.fromArray(FLOATS, lanes, next + 3 * LANES);
    // A subnormal half m · 2^-24 comes out as 2^-15 · (1 + m / 2^10).
    FloatVector two = FloatVector.broadcast(FLOATS, 2f);
    FloatVector correction = FloatVector.broadcast(FLOATS, -0x1p-14f);
    for (int i = 0; i < count; i += LANES) {
      FloatVector x0 = FloatVector.fromArray(FLOATS, x, offset + i);
      ShortVector aw0 = ShortVector.fromMemorySegment(HALF_SHORTS, codes, a + 2L * i, LE);
      IntVector ai0 = (IntVector) aw0.convertShape(S2I, INTS, 0);
      IntVector am0 = ai0.and(0x7FFF).lanewise(LSHL, 13);
      FloatVector an0 = am0.add(REBIAS).reinterpretAsFloats();
      FloatVector av0 = an0.lanewise(FMA, two, correction, am0.compare(LT, 1 << 23).cast(FLOATS));
      IntVector as0 = av0.reinterpretAsInts().or(ai0.and(SIGN));
      a0 = as0.reinterpretAsFloats().fma(x0, a0);
      ShortVector bw0 = ShortVector.fromMemorySegment(HALF_SHORTS, codes, b + 2L * i, LE);
      IntVector bi0 = (IntVector) bw0.convertShape(S2I, INTS, 0);
      IntVector bm0 = bi0.and(0x7FFF).lanewise(LSHL, 13);
      FloatVector bn0 = bm0.add(REBIAS).reinterpretAsFloats();
      FloatVector bv0 = bn0.lanewise(FMA, two, correction, bm0.compare(LT, 1 << 23).cast(FLOATS));
      IntVector bs0 = bv0.reinterpretAsInts().or(bi0.and(SIGN));
      b0 = bs0.reinterpretAsFloats().fma(x0, b0);
      ShortVector cw0 = ShortVector.fromMemorySegment(HALF_SHORTS, codes, c + 2L * i, LE);
      IntVector ci0 = (IntVector) cw0.convertShape(S2I, INTS, 0);
      IntVector cm0 = ci0.and(0x7FFF).lanewise(LSHL, 13);
      FloatVector cn0 = cm0.add(REBIAS).reinterpretAsFloats();
      FloatVector cv0 = cn0.lanewise(FMA, two, correction, cm0.compare(LT, 1 << 23).cast(FLOATS));
      IntVector cs0 = cv0.reinterpretAsInts().or(ci0.and(SIGN));
      c0 = cs0.reinterpretAsFloats().fma(x0, c0);
      ShortVector dw0 = ShortVector.fromMemorySegment(HALF_SHORTS, codes, d + 2L * i, LE);
      IntVector di0 = (IntVector) dw0.convertShape(S2I, INTS, 0);
      IntVector dm0 = di0.and(0x7FFF).lanewise(LSHL, 13);
      FloatVector dn0 = dm0.add(REBIAS).reinterpretAsFloats();
      FloatVector dv0 = dn0.lanewise(FMA, two, correction, dm0.compare(LT, 1 << 23).cast(FLOATS));
      IntVector ds0 = dv0.reinterpretAsInts().or(di0.and(SIGN));
      d0 = ds0.reinterpretAsFloats().fma(x0, d0);
      if (TWO) {
        FloatVector x1 = FloatVector.fromArray(FLOATS, x, offset + i + L);
        ShortVector aw1 = ShortVector.fromMemorySegment(HALF_SHORTS, codes, a + 2L * (i + L), LE);
        IntVector ai1 = (IntVector) aw1.convertShape(S2I, INTS, 0);
        IntVector am1 = ai1.and(0x7FFF).lanewise(LSHL, 13);
        FloatVector an1 = am1.add(REBIAS).reinterpretAsFloats();
        FloatVector av1 = an1.lanewise(FMA, two, correction, am1.compare(LT, 1 << 23).cast(FLOATS));
        IntVector as1 = av1.reinterpretAsInts().or(ai1.and(SIGN));
        a1 = as1.reinterpretAsFloats().fma(x1, a1);
        ShortVector bw1 = ShortVector.fromMemorySegment(HALF_SHORTS, codes, b + 2L * (i + L), LE);
        IntVector bi1 = (IntVector) bw1.convertShape(S2I, INTS, 0);
        IntVector bm1 = bi1.and(0x7FFF).lanewise(LSHL, 13);
        FloatVector bn1 = bm1.add(REBIAS).reinterpretAsFloats();
        FloatVector bv1 = bn1.lanewise(FMA, two, correction, bm1.compare(LT, 1 << 23).cast(FLOATS));
        IntVector bs1 = bv1.reinterpretAsInts().or(bi1.and(SIGN));
        b1 = bs1.reinterpretAsFloats().fma(x1, b1);
        ShortVector cw1 = ShortVector.fromMemorySegment(HALF_SHORTS, codes, c + 2L * (i + L), LE);
        IntVector ci1 = (IntVector) cw1.convertShape(S2I, INTS, 0);
        IntVector cm1 = ci1.and(0x7FFF).lanewise(LSHL, 13);
        FloatVector cn1 = cm1.add(REBIAS).reinterpretAsFloats();
        FloatVector cv1 = cn1.lanewise(FMA, two, correction, cm1.compare(LT, 1 << 23).cast(FLOATS));
        IntVector cs1 = cv1.reinterpretAsInts().or(ci1.and(SIGN));
        c1 = cs1.reinterpretAsFloats().fma(x1, c1);
        ShortVector dw1 = ShortVector.fromMemorySegment(HALF_SHORTS, codes, d + 2L * (i + L), LE);
        IntVector di1 = (IntVector) dw1.convertShape(S2I, INTS, 0);
        IntVector dm1 = di1.and(0x7FFF).lanewise(LSHL, 13);
        FloatVector dn1 = dm1.add(REBIAS).reinterpretAsFloats();
        FloatVector dv1 = dn1.lanewise(FMA, two, correction, dm1.compare(LT, 1 << 23).cast(FLOATS));
        IntVector ds1 = dv1.reinterpretAsInts().or(di1.and(SIGN));
        d1 = ds1.reinterpretAsFloats().fma(x1, d1);
      }
    }
    a0.intoArray(lanes, lane);
    b0.intoArray(lanes, lane + LANES);
    c0.intoArray(lanes, lane + 2 * LANES);
    d0.intoArray(lanes, lane + 3 * LANES);
    if (TWO) {
      a1.intoArray(lanes, next);
      b1.intoArray(lanes, next + LANES);
      c1.intoArray(lanes, next + 2 * LANES);
      d1.intoArray(lanes, next + 3 * LANES);
    }
  }

  private static void bfloat16(
      MemorySegment codes,
      long a,
      long b,
      long c,
      long d,
      int count,
      float[] x,
      int offset,
      float[] lanes,
      int lane) {
    FloatVector a0 = FloatVector.fromArray(FLOATS, lanes, lane);
    FloatVector b0 = FloatVector.fromArray(FLOATS, lanes, lane + LANES);
    FloatVector c0 = FloatVector.fromArray(FLOATS, lanes, lane + 2 * LANES);
    FloatVector d0 = FloatVector.fromArray(FLOATS, lanes, lane + 3 * LANES);
    int next = TWO ? lane + L : lane;
    FloatVector a1 = FloatVector.fromArray(FLOATS, lanes, next);
    FloatVector b1 = FloatVector.fromArray(FLOATS, lanes, next + LANES);
    FloatVector c1 = FloatVector.fromArray(FLOATS, lanes, next + 2 * LANES);
    FloatVector d1 = FloatVector.fromArray(FLOATS, lanes, next + 3 * LANES);
    for (int i = 0; i < count; i += LANES) {
      FloatVector x0 = FloatVector.fromArray(FLOATS, x, offset + i);
      ShortVector aw0 = ShortVector.fromMemorySegment(HALF_SHORTS, codes, a + 2L * i, LE);
      IntVector ai0 = (IntVector) aw0.convertShape(S2I, INTS, 0);
      a0 = ai0.lanewise(LSHL, 16).reinterpretAsFloats().fma(x0, a0);
      ShortVector bw0 = ShortVector.fromMemorySegment(HALF_SHORTS, codes, b + 2L * i, LE);
      IntVector bi0 = (IntVector) bw0.convertShape(S2I, INTS, 0);
      b0 = bi0.lanewise(LSHL, 16).reinterpretAsFloats().fma(x0, b0);
      ShortVector cw0 = ShortVector.fromMemorySegment(HALF_SHORTS, codes, c + 2L * i, LE);
      IntVector ci0 = (IntVector) cw0.convertShape(S2I, INTS, 0);
      c0 = ci0.lanewise(LSHL, 16).reinterpretAsFloats().fma(x0, c0);
      ShortVector dw0 = ShortVector.fromMemorySegment(HALF_SHORTS, codes, d + 2L * i, LE);
      IntVector di0 = (IntVector) dw0.convertShape(S2I, INTS, 0);
      d0 = di0.lanewise(LSHL, 16).reinterpretAsFloats().fma(x0, d0);
      if (TWO) {
        FloatVector x1 = FloatVector.fromArray(FLOATS, x, offset + i + L);
        ShortVector aw1 = ShortVector.fromMemorySegment(HALF_SHORTS, codes, a + 2L * (i + L), LE);
        IntVector ai1 = (IntVector) aw1.convertShape(S2I, INTS, 0);
        a1 = ai1.lanewise(LSHL, 16).reinterpretAsFloats().fma(x1, a1);
        ShortVector bw1 = ShortVector.fromMemorySegment(HALF_SHORTS, codes, b + 2L * (i + L), LE);
        IntVector bi1 = (IntVector) bw1.convertShape(S2I, INTS, 0);
        b1 = bi1.lanewise(LSHL, 16).reinterpretAsFloats().fma(x1, b1);
        ShortVector cw1 = ShortVector.fromMemorySegment(HALF_SHORTS, codes, c + 2L * (i + L), LE);
        IntVector ci1 = (IntVector) cw1.convertShape(S2I, INTS, 0);
        c1 = ci1.lanewise(LSHL, 16).reinterpretAsFloats().fma(x1, c1);
        ShortVector dw1 = ShortVector.fromMemorySegment(HALF_SHORTS, codes, d + 2L * (i + L), LE);
        IntVector di1 = (IntVector) dw1.convertShape(S2I, INTS, 0);
        d1 = di1.lanewise(LSHL, 16).reinterpretAsFloats().fma(x1, d1);
      }
    }
    a0.intoArray(lanes, lane);
    b0.intoArray(lanes, lane + LANES);
    c0.intoArray(lanes, lane + 2 * LANES);
    d0.intoArray(lanes, lane + 3 * LANES);
    if (TWO) {
      a1.intoArray(lanes, next);
      b1.intoArray(lanes, next + LANES);
      c1.intoArray(lanes, next + 2 * LANES);
      d1.intoArray(lanes, next + 3 * LANES);
    }
  }

  private static void int8(
      MemorySegment codes,
      long a,
      long b,
      long c,
      long d,
      int count,
      float[] x,
      int offset,
      float[] lanes,
      int lane) {
    FloatVector a0 = FloatVector.fromArray(FLOATS, lanes, lane);
    FloatVector b0 = FloatVector.fromArray(FLOATS, lanes, lane + LANES);
    FloatVector c0 = FloatVector.fromArray(FLOATS, lanes, lane + 2 * LANES);
    FloatVector d0 = FloatVector.fromArray(FLOATS, lanes, lane + 3 * LANES);
    int next = TWO ? lane + L : lane;
    FloatVector a1 = FloatVector.fromArray(FLOATS, lanes, next);
    FloatVector b1 = FloatVector.fromArray(FLOATS, lanes, next + LANES);
    FloatVector c1 = FloatVector.fromArray(FLOATS, lanes, next + 2 * LANES);
    FloatVector d1 = FloatVector.fromArray(FLOATS, lanes, next + 3 * LANES);
    for (int i = 0; i < count; i += LANES) {
      FloatVector x0 = FloatVector.fromArray(FLOATS, x, offset + i);
      ByteVector aw0 = ByteVector.fromMemorySegment(QUARTER_BYTES, codes, a + i, LE);
      a0 = ((FloatVector) aw0.convertShape(B2F, FLOATS, 0)).fma(x0, a0);
      ByteVector bw0 = ByteVector.fromMemorySegment(QUARTER_BYTES, codes, b + i, LE);
      b0 = ((FloatVector) bw0.convertShape(B2F, FLOATS, 0)).fma(x0, b0);
      ByteVector cw0 = ByteVector.fromMemorySegment(QUARTER_BYTES, codes, c + i, LE);
      c0 = ((FloatVector) cw0.convertShape(B2F, FLOATS, 0)).fma(x0, c0);
      ByteVector dw0 = ByteVector.fromMemorySegment(QUARTER_BYTES, codes, d + i, LE);
      d0 = ((FloatVector) dw0.convertShape(B2F, FLOATS, 0)).fma(x0, d0);
      if (TWO) {
        FloatVector x1 = FloatVector.fromArray(FLOATS, x, offset + i + L);
        ByteVector aw1 = ByteVector.fromMemorySegment(QUARTER_BYTES, codes, a + (i + L), LE);
        a1 = ((FloatVector) aw1.convertShape(B2F, FLOATS, 0)).fma(x1, a1);
        ByteVector bw1 = ByteVector.fromMemorySegment(QUARTER_BYTES, codes, b + (i + L), LE);
        b1 = ((FloatVector) bw1.convertShape(B2F, FLOATS, 0)).fma(x1, b1);
        ByteVector cw1 = ByteVector.fromMemorySegment(QUARTER_BYTES, codes, c + (i + L), LE);
        c1 = ((FloatVector) cw1.convertShape(B2F, FLOATS, 0)).fma(x1, c1);
        ByteVector dw1 = ByteVector.fromMemorySegment(QUARTER_BYTES, codes, d + (i + L), LE);
        d1 = ((FloatVector) dw1.convertShape(B2F, FLOATS, 0)).fma(x1, d1);
      }
    }
    a0.intoArray(lanes, lane);
    b0.intoArray(lanes, lane + LANES);
    c0.intoArray(lanes, lane + 2 * LANES);
    d0.intoArray(lanes, lane + 3 * LANES);
    if (TWO) {
      a1.intoArray(lanes, next);
      b1.intoArray(lanes, next + LANES);
      c1.intoArray(lanes, next + 2 * LANES);
      d1.intoArray(lanes, next + 3 * LANES);
    }
  }

  /// Two rows, two groups at a time: nibble k of int j is the code of column 16k + j. Of four rows
  /// the compiler would leave vectors on the heap.
  private static void int4(
      MemorySegment codes,
      long a,
      long b,
      long scaleAt,
      long codeAt,
      int count,
      float[] x,
      int offset,
      float[] lanes,
      int lane) {
    FloatVector a0 = FloatVector.fromArray(FLOATS, lanes, lane);
    FloatVector b0 = FloatVector.fromArray(FLOATS, lanes, lane + LANES);
    int next = TWO ? lane + L : lane;
    FloatVector a1 = FloatVector.fromArray(FLOATS, lanes, next);
    FloatVector b1 = FloatVector.fromArray(FLOATS, lanes, next + LANES);
    for (int tile = 0; tile < count / TILE; tile++) {
      int i = offset + tile * TILE;
      long p = codeAt + tile * (TILE / 2L);
      long q = scaleAt + 4L * tile;
      int aq = codes.get(INT, a + q);
      float as = Float.intBitsToFloat(aq << 16);
      float at = Float.intBitsToFloat(aq & UPPER_HALF);
      int bq = codes.get(INT, b + q);
      float bs = Float.intBitsToFloat(bq << 16);
      float bt = Float.intBitsToFloat(bq & UPPER_HALF);
      IntVector ai0 = IntVector.fromMemorySegment(INTS, codes, a + p, LE);
      IntVector bi0 = IntVector.fromMemorySegment(INTS, codes, b + p, LE);
      FloatVector x00 = FloatVector.fromArray(FLOATS, x, i);
      IntVector ac00 = ai0.lanewise(LSHL, 28).lanewise(ASHR, 28);
      FloatVector af00 = (FloatVector) ac00.convertShape(I2F, FLOATS, 0);
      a0 = af00.mul(as).fma(x00, a0);
      IntVector bc00 = bi0.lanewise(LSHL, 28).lanewise(ASHR, 28);
      FloatVector bf00 = (FloatVector) bc00.convertShape(I2F, FLOATS, 0);
      b0 = bf00.mul(bs).fma(x00, b0);
      FloatVector x01 = FloatVector.fromArray(FLOATS, x, i + 1 * LANES);
      IntVector ac01 = ai0.lanewise(LSHL, 24).lanewise(ASHR, 28);
      FloatVector af01 = (FloatVector) ac01.convertShape(I2F, FLOATS, 0);
      a0 = af01.mul(as).fma(x01, a0);
      IntVector bc01 = bi0.lanewise(LSHL, 24).lanewise(ASHR, 28);
      FloatVector bf01 = (FloatVector) bc01.convertShape(I2F, FLOATS, 0);
      b0 = bf01.mul(bs).fma(x01, b0);
      FloatVector x02 = FloatVector.fromArray(FLOATS, x, i + 2 * LANES);
      IntVector ac02 = ai0.lanewise(LSHL, 20).lanewise(ASHR, 28);
      FloatVector af02 = (FloatVector) ac02.convertShape(I2F, FLOATS, 0);
      a0 = af02.mul(as).fma(x02, a0);
      IntVector bc02 = bi0.lanewise(LSHL, 20).lanewise(ASHR, 28);
      FloatVector bf02 = (FloatVector) bc02.convertShape(I2F, FLOATS, 0);
      b0 = bf02.mul(bs).fma(x02, b0);
      FloatVector x03 = FloatVector.fromArray(FLOATS, x, i + 3 * LANES);
      IntVector ac03 = ai0.lanewise(LSHL, 16).lanewise(ASHR, 28);
      FloatVector af03 = (FloatVector) ac03.convertShape(I2F, FLOATS, 0);
      a0 = af03.mul(as).fma(x03, a0);
      IntVector bc03 = bi0.lanewise(LSHL, 16).lanewise(ASHR, 28);
      FloatVector bf03 = (FloatVector) bc03.convertShape(I2F, FLOATS, 0);
      b0 = bf03.mul(bs).fma(x03, b0);
      FloatVector x04 = FloatVector.fromArray(FLOATS, x, i + 4 * LANES);
      IntVector ac04 = ai0.lanewise(LSHL, 12).lanewise(ASHR, 28);
      FloatVector af04 = (FloatVector) ac04.convertShape(I2F, FLOATS, 0);
      a0 = af04.mul(at).fma(x04, a0);
      IntVector bc04 = bi0.lanewise(LSHL, 12).lanewise(ASHR, 28);
      FloatVector bf04 = (FloatVector) bc04.convertShape(I2F, FLOATS, 0);
      b0 = bf04.mul(bt).fma(x04, b0);
      FloatVector x05 = FloatVector.fromArray(FLOATS, x, i + 5 * LANES);
      IntVector ac05 = ai0.lanewise(LSHL, 8).lanewise(ASHR, 28);
      FloatVector af05 = (FloatVector) ac05.convertShape(I2F, FLOATS, 0);
      a0 = af05.mul(at).fma(x05, a0);
      IntVector bc05 = bi0.lanewise(LSHL, 8).lanewise(ASHR, 28);
      FloatVector bf05 = (FloatVector) bc05.convertShape(I2F, FLOATS, 0);
      b0 = bf05.mul(bt).fma(x05, b0);
      FloatVector x06 = FloatVector.fromArray(FLOATS, x, i + 6 * LANES);
      IntVector ac06 = ai0.lanewise(LSHL, 4).lanewise(ASHR, 28);
      FloatVector af06 = (FloatVector) ac06.convertShape(I2F, FLOATS, 0);
      a0 = af06.mul(at).fma(x06, a0);
      IntVector bc06 = bi0.lanewise(LSHL, 4).lanewise(ASHR, 28);
      FloatVector bf06 = (FloatVector) bc06.convertShape(I2F, FLOATS, 0);
      b0 = bf06.mul(bt).fma(x06, b0);
      FloatVector x07 = FloatVector.fromArray(FLOATS, x, i + 7 * LANES);
      IntVector ac07 = ai0.lanewise(ASHR, 28);
      FloatVector af07 = (FloatVector) ac07.convertShape(I2F, FLOATS, 0);
      a0 = af07.mul(at).fma(x07, a0);
      IntVector bc07 = bi0.lanewise(ASHR, 28);
      FloatVector bf07 = (FloatVector) bc07.convertShape(I2F, FLOATS, 0);
      b0 = bf07.mul(bt).fma(x07, b0);
      if (TWO) {
        IntVector ai1 = IntVector.fromMemorySegment(INTS, codes, a + p + 4L * L, LE);
        IntVector bi1 = IntVector.fromMemorySegment(INTS, codes, b + p + 4L * L, LE);
        FloatVector x10 = FloatVector.fromArray(FLOATS, x, i + L);
        IntVector ac10 = ai1.lanewise(LSHL, 28).lanewise(ASHR, 28);
        FloatVector af10 = (FloatVector) ac10.convertShape(I2F, FLOATS, 0);
        a1 = af10.mul(as).fma(x10, a1);
        IntVector bc10 = bi1.lanewise(LSHL, 28).lanewise(ASHR, 28);
        FloatVector bf10 = (FloatVector) bc10.convertShape(I2F, FLOATS, 0);
        b1 = bf10.mul(bs).fma(x10, b1);
        FloatVector x11 = FloatVector.fromArray(FLOATS, x, i + L + 1 * LANES);
        IntVector ac11 = ai1.lanewise(LSHL, 24).lanewise(ASHR, 28);
        FloatVector af11 = (FloatVector) ac11.convertShape(I2F, FLOATS, 0);
        a1 = af11.mul(as).fma(x11, a1);
        IntVector bc11 = bi1.lanewise(LSHL, 24).lanewise(ASHR, 28);
        FloatVector bf11 = (FloatVector) bc11.convertShape(I2F, FLOATS, 0);
        b1 = bf11.mul(bs).fma(x11, b1);
        FloatVector x12 = FloatVector.fromArray(FLOATS, x, i + L + 2 * LANES);
        IntVector ac12 = ai1.lanewise(LSHL, 20).lanewise(ASHR, 28);
        FloatVector af12 = (FloatVector) ac12.convertShape(I2F, FLOATS, 0);
        a1 = af12.mul(as).fma(x12, a1);
        IntVector bc12 = bi1.lanewise(LSHL, 20).lanewise(ASHR, 28);
        FloatVector bf12 = (FloatVector) bc12.convertShape(I2F, FLOATS, 0);
        b1 = bf12.mul(bs).fma(x12, b1);
        FloatVector x13 = FloatVector.fromArray(FLOATS, x, i + L + 3 * LANES);
        IntVector ac13 = ai1.lanewise(LSHL, 16).lanewise(ASHR, 28);
        FloatVector af13 = (FloatVector) ac13.convertShape(I2F, FLOATS, 0);
        a1 = af13.mul(as).fma(x13, a1);
        IntVector bc13 = bi1.lanewise(LSHL, 16).lanewise(ASHR, 28);
        FloatVector bf13 = (FloatVector) bc13.convertShape(I2F, FLOATS, 0);
        b1 = bf13.mul(bs).fma(x13, b1);
        FloatVector x14 = FloatVector.fromArray(FLOATS, x, i + L + 4 * LANES);
        IntVector ac14 = ai1.lanewise(LSHL, 12).lanewise(ASHR, 28);
        FloatVector af14 = (FloatVector) ac14.convertShape(I2F, FLOATS, 0);
        a1 = af14.mul(at).fma(x14, a1);
        IntVector bc14 = bi1.lanewise(LSHL, 12).lanewise(ASHR, 28);
        FloatVector bf14 = (FloatVector) bc14.convertShape(I2F, FLOATS, 0);
        b1 = bf14.mul(bt).fma(x14, b1);
        FloatVector x15 = FloatVector.fromArray(FLOATS, x, i + L + 5 * LANES);
        IntVector ac15 = ai1.lanewise(LSHL, 8).lanewise(ASHR, 28);
        FloatVector af15 = (FloatVector) ac15.convertShape(I2F, FLOATS, 0);
        a1 = af15.mul(at).fma(x15, a1);
        IntVector bc15 = bi1.lanewise(LSHL, 8).lanewise(ASHR, 28);
        FloatVector bf15 = (FloatVector) bc15.convertShape(I2F, FLOATS, 0);
        b1 = bf15.mul(bt).fma(x15, b1);
        FloatVector x16 = FloatVector.fromArray(FLOATS, x, i + L + 6 * LANES);
        IntVector ac16 = ai1.lanewise(LSHL, 4).lanewise(ASHR, 28);
        FloatVector af16 = (FloatVector) ac16.convertShape(I2F, FLOATS, 0);
        a1 = af16.mul(at).fma(x16, a1);
        IntVector bc16 = bi1.lanewise(LSHL, 4).lanewise(ASHR, 28);
        FloatVector bf16 = (FloatVector) bc16.convertShape(I2F, FLOATS, 0);
        b1 = bf16.mul(bt).fma(x16, b1);
        FloatVector x17 = FloatVector.fromArray(FLOATS, x, i + L + 7 * LANES);
        IntVector ac17 = ai1.lanewise(ASHR, 28);
        FloatVector af17 = (FloatVector) ac17.convertShape(I2F, FLOATS, 0);
        a1 = af17.mul(at).fma(x17, a1);
        IntVector bc17 = bi1.lanewise(ASHR, 28);
        FloatVector bf17 = (FloatVector) bc17.convertShape(I2F, FLOATS, 0);
        b1 = bf17.mul(bt).fma(x17, b1);
      }
    }
    a0.intoArray(lanes, lane);
    b0.intoArray(lanes, lane + LANES);
    if (TWO) {
      a1.intoArray(lanes, next);
      b1.intoArray(lanes, next + LANES);
    }
  }

  @Override
  public void decode(
      DenseFormat format, MemorySegment codes, long at, int columns, float[] out, int offset) {
    switch (format) {
      case FLOAT32 -> MemorySegment.copy(codes, FLOAT, at, out, offset, columns);
      case FLOAT16 -> VectorElementLoops512.INSTANCE.fromFloat16(codes, at, columns, out, offset);
      case BFLOAT16 -> VectorElementLoops512.INSTANCE.fromBfloat16(codes, at, columns, out, offset);
      case INT8 -> {
        int i = 0;
        for (; i <= columns - L; i += L) {
          ByteVector bytes = ByteVector.fromMemorySegment(QUARTER_BYTES, codes, at + i, LE);
          ((FloatVector) bytes.convertShape(B2F, FLOATS, 0)).intoArray(out, offset + i);
        }
        ScalarDenseLoops.decodeFrom(i, format, codes, at, columns, out, offset);
      }
      case INT4 -> {
        int whole = columns - columns % TILE;
        decodeInt4(codes, at, at + format.codesAt(columns), whole, out, offset);
        ScalarDenseLoops.decodeFrom(whole, format, codes, at, columns, out, offset);
      }
    }
  }

  private static void decodeInt4(
      MemorySegment codes, long scales, long at, int columns, float[] out, int offset) {
    for (int tile = 0; tile < columns / TILE; tile++) {
      int both = codes.get(INT, scales + 4L * tile);
      for (int lane = 0; lane < LANES; lane += L) {
        IntVector v = IntVector.fromMemorySegment(INTS, codes, at + 64L * tile + 4L * lane, LE);
        for (int k = 0; k < 8; k++) {
          float scale = Float.intBitsToFloat(k < 4 ? both << 16 : both & UPPER_HALF);
          IntVector code = v.lanewise(LSHL, 28 - 4 * k).lanewise(ASHR, 28);
          ((FloatVector) code.convertShape(I2F, FLOATS, 0))
              .mul(scale)
              .intoArray(out, offset + tile * TILE + 16 * k + lane);
        }
      }
    }
  }

  @Override
  public void tile(float[] rows, int columns, float[] x, int first, int second, float[] lanes) {
    Arrays.fill(lanes, 0, TOKENS * ROWS * LANES, 0);
    int whole = columns - columns % LANES;
    for (int from = 0; from < whole; from += TILE_BLOCK) {
      int to = Math.min(whole - from, TILE_BLOCK) + from;
      for (int lane = 0; lane < LANES; lane += L) {
        int skip = from + lane;
        tilePass(rows, skip, columns, to - from, x, first + skip, second + skip, lanes, lane);
      }
    }
    if (whole < columns) {
      ScalarDenseLoops.addTile(rows, columns, whole, x, first, second, lanes);
    }
  }

  private static void tilePass(
      float[] rows,
      int row,
      int columns,
      int count,
      float[] x,
      int first,
      int second,
      float[] lanes,
      int lane) {
    int rowB = row + columns;
    int rowC = rowB + columns;
    int rowD = rowC + columns;
    FloatVector a0 = FloatVector.fromArray(FLOATS, lanes, lane);
    FloatVector b0 = FloatVector.fromArray(FLOATS, lanes, lane + LANES);
    FloatVector c0 = FloatVector.fromArray(FLOATS, lanes, lane + 2 * LANES);
    FloatVector d0 = FloatVector.fromArray(FLOATS, lanes, lane + 3 * LANES);
    FloatVector a1 = FloatVector.fromArray(FLOATS, lanes, lane + 4 * LANES);
    FloatVector b1 = FloatVector.fromArray(FLOATS, lanes, lane + 5 * LANES);
    FloatVector c1 = FloatVector.fromArray(FLOATS, lanes, lane + 6 * LANES);
    FloatVector d1 = FloatVector.fromArray(FLOATS, lanes, lane + 7 * LANES);
    for (int i = 0; i < count; i += LANES) {
      FloatVector x0 = FloatVector.fromArray(FLOATS, x, first + i);
      FloatVector x1 = FloatVector.fromArray(FLOATS, x, second + i);
      FloatVector a = FloatVector.fromArray(FLOATS, rows, row + i);
      FloatVector b = FloatVector.fromArray(FLOATS, rows, rowB + i);
      FloatVector c = FloatVector.fromArray(FLOATS, rows, rowC + i);
      FloatVector d = FloatVector.fromArray(FLOATS, rows, rowD + i);
      a0 = a.fma(x0, a0);
      b0 = b.fma(x0, b0);
      c0 = c.fma(x0, c0);
      d0 = d.fma(x0, d0);
      a1 = a.fma(x1, a1);
      b1 = b.fma(x1, b1);
      c1 = c.fma(x1, c1);
      d1 = d.fma(x1, d1);
    }
    a0.intoArray(lanes, lane);
    b0.intoArray(lanes, lane + LANES);
    c0.intoArray(lanes, lane + 2 * LANES);
    d0.intoArray(lanes, lane + 3 * LANES);
    a1.intoArray(lanes, lane + 4 * LANES);
    b1.intoArray(lanes, lane + 5 * LANES);
    c1.intoArray(lanes, lane + 6 * LANES);
    d1.intoArray(lanes, lane + 7 * LANES);
  }
}

package org.bitnet4j.quant.kernels;

import static jdk.incubator.vector.VectorOperators.FMA;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.S2I;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/// Products of four rows of floats with one token: the part of [VectorDenseLoops512] for formats
/// that store values, not codes. Each loop visits one or two vectors of the sixteen lanes.
final class VectorFloatRows512 {
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_512;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_512;

  /// One short for each int of a vector.
  private static final VectorSpecies<Short> HALF_SHORTS =
      VectorSpecies.of(short.class, VectorShape.forBitSize(INTS.vectorBitSize() / 2));

  private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;
  private static final int L = FLOATS.length();
  private static final int LANES = DenseLoops.LANES;

  /// Whether one vector does not hold all lanes.
  private static final boolean TWO = L < LANES;

  private static final int SIGN = 0x8000_0000;
  private static final int REBIAS = 112 << 23;

  private VectorFloatRows512() {}

  static void float32(
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

  static void float16(
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

  static void bfloat16(
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
}

package org.bitnet4j.quant.kernels;

import static jdk.incubator.vector.VectorOperators.LSHL;
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
  private static final Class<? extends FloatVector> VECTOR =
      FLOATS.vectorType().asSubclass(FloatVector.class);

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
    VECTOR.cast(a0).intoArray(lanes, lane);
    VECTOR.cast(b0).intoArray(lanes, lane + LANES);
    VECTOR.cast(c0).intoArray(lanes, lane + 2 * LANES);
    VECTOR.cast(d0).intoArray(lanes, lane + 3 * LANES);
    if (TWO) {
      VECTOR.cast(a1).intoArray(lanes, next);
      VECTOR.cast(b1).intoArray(lanes, next + LANES);
      VECTOR.cast(c1).intoArray(lanes, next + 2 * LANES);
      VECTOR.cast(d1).intoArray(lanes, next + 3 * LANES);
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
    // A subnormal half m · 2^-24 comes out as h = 2^-15 · (1 + m / 2^10) and is 2h - 2^-14: the
    // smaller of the two below 2^-14 only. Neither is negative: their bits compare as ints do.
    IntVector low = IntVector.broadcast(INTS, 0x7FFF);
    IntVector sign = IntVector.broadcast(INTS, SIGN);
    IntVector rebias = IntVector.broadcast(INTS, REBIAS);
    FloatVector two = FloatVector.broadcast(FLOATS, 2f);
    FloatVector correction = FloatVector.broadcast(FLOATS, -0x1p-14f);
    for (int i = 0; i < count; i += LANES) {
      FloatVector x0 = FloatVector.fromArray(FLOATS, x, offset + i);
      ShortVector aw0 = ShortVector.fromMemorySegment(HALF_SHORTS, codes, a + 2L * i, LE);
      IntVector ai0 = (IntVector) aw0.convertShape(S2I, INTS, 0);
      IntVector an0 = rebias.add(low.and(ai0).lanewise(LSHL, 13));
      FloatVector af0 = two.fma(an0.reinterpretAsFloats(), correction);
      IntVector av0 = an0.min(af0.reinterpretAsInts()).or(sign.and(ai0));
      a0 = x0.fma(av0.reinterpretAsFloats(), a0);
      ShortVector bw0 = ShortVector.fromMemorySegment(HALF_SHORTS, codes, b + 2L * i, LE);
      IntVector bi0 = (IntVector) bw0.convertShape(S2I, INTS, 0);
      IntVector bn0 = rebias.add(low.and(bi0).lanewise(LSHL, 13));
      FloatVector bf0 = two.fma(bn0.reinterpretAsFloats(), correction);
      IntVector bv0 = bn0.min(bf0.reinterpretAsInts()).or(sign.and(bi0));
      b0 = x0.fma(bv0.reinterpretAsFloats(), b0);
      ShortVector cw0 = ShortVector.fromMemorySegment(HALF_SHORTS, codes, c + 2L * i, LE);
      IntVector ci0 = (IntVector) cw0.convertShape(S2I, INTS, 0);
      IntVector cn0 = rebias.add(low.and(ci0).lanewise(LSHL, 13));
      FloatVector cf0 = two.fma(cn0.reinterpretAsFloats(), correction);
      IntVector cv0 = cn0.min(cf0.reinterpretAsInts()).or(sign.and(ci0));
      c0 = x0.fma(cv0.reinterpretAsFloats(), c0);
      ShortVector dw0 = ShortVector.fromMemorySegment(HALF_SHORTS, codes, d + 2L * i, LE);
      IntVector di0 = (IntVector) dw0.convertShape(S2I, INTS, 0);
      IntVector dn0 = rebias.add(low.and(di0).lanewise(LSHL, 13));
      FloatVector df0 = two.fma(dn0.reinterpretAsFloats(), correction);
      IntVector dv0 = dn0.min(df0.reinterpretAsInts()).or(sign.and(di0));
      d0 = x0.fma(dv0.reinterpretAsFloats(), d0);
      if (TWO) {
        FloatVector x1 = FloatVector.fromArray(FLOATS, x, offset + i + L);
        ShortVector aw1 = ShortVector.fromMemorySegment(HALF_SHORTS, codes, a + 2L * (i + L), LE);
        IntVector ai1 = (IntVector) aw1.convertShape(S2I, INTS, 0);
        IntVector an1 = rebias.add(low.and(ai1).lanewise(LSHL, 13));
        FloatVector af1 = two.fma(an1.reinterpretAsFloats(), correction);
        IntVector av1 = an1.min(af1.reinterpretAsInts()).or(sign.and(ai1));
        a1 = x1.fma(av1.reinterpretAsFloats(), a1);
        ShortVector bw1 = ShortVector.fromMemorySegment(HALF_SHORTS, codes, b + 2L * (i + L), LE);
        IntVector bi1 = (IntVector) bw1.convertShape(S2I, INTS, 0);
        IntVector bn1 = rebias.add(low.and(bi1).lanewise(LSHL, 13));
        FloatVector bf1 = two.fma(bn1.reinterpretAsFloats(), correction);
        IntVector bv1 = bn1.min(bf1.reinterpretAsInts()).or(sign.and(bi1));
        b1 = x1.fma(bv1.reinterpretAsFloats(), b1);
        ShortVector cw1 = ShortVector.fromMemorySegment(HALF_SHORTS, codes, c + 2L * (i + L), LE);
        IntVector ci1 = (IntVector) cw1.convertShape(S2I, INTS, 0);
        IntVector cn1 = rebias.add(low.and(ci1).lanewise(LSHL, 13));
        FloatVector cf1 = two.fma(cn1.reinterpretAsFloats(), correction);
        IntVector cv1 = cn1.min(cf1.reinterpretAsInts()).or(sign.and(ci1));
        c1 = x1.fma(cv1.reinterpretAsFloats(), c1);
        ShortVector dw1 = ShortVector.fromMemorySegment(HALF_SHORTS, codes, d + 2L * (i + L), LE);
        IntVector di1 = (IntVector) dw1.convertShape(S2I, INTS, 0);
        IntVector dn1 = rebias.add(low.and(di1).lanewise(LSHL, 13));
        FloatVector df1 = two.fma(dn1.reinterpretAsFloats(), correction);
        IntVector dv1 = dn1.min(df1.reinterpretAsInts()).or(sign.and(di1));
        d1 = x1.fma(dv1.reinterpretAsFloats(), d1);
      }
    }
    VECTOR.cast(a0).intoArray(lanes, lane);
    VECTOR.cast(b0).intoArray(lanes, lane + LANES);
    VECTOR.cast(c0).intoArray(lanes, lane + 2 * LANES);
    VECTOR.cast(d0).intoArray(lanes, lane + 3 * LANES);
    if (TWO) {
      VECTOR.cast(a1).intoArray(lanes, next);
      VECTOR.cast(b1).intoArray(lanes, next + LANES);
      VECTOR.cast(c1).intoArray(lanes, next + 2 * LANES);
      VECTOR.cast(d1).intoArray(lanes, next + 3 * LANES);
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
    VECTOR.cast(a0).intoArray(lanes, lane);
    VECTOR.cast(b0).intoArray(lanes, lane + LANES);
    VECTOR.cast(c0).intoArray(lanes, lane + 2 * LANES);
    VECTOR.cast(d0).intoArray(lanes, lane + 3 * LANES);
    if (TWO) {
      VECTOR.cast(a1).intoArray(lanes, next);
      VECTOR.cast(b1).intoArray(lanes, next + LANES);
      VECTOR.cast(c1).intoArray(lanes, next + 2 * LANES);
      VECTOR.cast(d1).intoArray(lanes, next + 3 * LANES);
    }
  }
}

package org.bitnet4j.quant.kernels;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.B2F;
import static jdk.incubator.vector.VectorOperators.B2I;
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
  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(LE);

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

  private static final int SIGN = 0x8000_0000;
  private static final int REBIAS = 112 << 23;
  private static final int LEAST_NORMAL = 113 << 23;

  /// What a four-bit code in the upper bits of an int is to be multiplied by.
  private static final float FROM_UPPER_BITS = 0x1p-28f;

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
    int whole = columns - columns % (format == DenseFormat.INT4 ? GROUP : LANES);
    for (int from = 0; from < whole; from += BLOCK) {
      int to = Math.min(whole - from, BLOCK) + from;
      for (int lane = 0; lane < LANES; lane += PASS) {
        switch (format) {
          case FLOAT32 -> float32(codes, a, b, c, d, from, to, x, offset, lanes, lane);
          case FLOAT16 -> float16(codes, a, b, c, d, from, to, x, offset, lanes, lane);
          case BFLOAT16 -> bfloat16(codes, a, b, c, d, from, to, x, offset, lanes, lane);
          case INT8 -> int8(codes, a, b, c, d, from, to, x, offset, lanes, lane);
          case INT4 -> {
            long at = format.codesAt(columns);
            int4(codes, a, b, c, d, at, from, to, x, offset, lanes, lane);
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
      int from,
      int to,
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
    for (int i = from + lane; i < to; i += LANES) {
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
      int from,
      int to,
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
    for (int i = from + lane; i < to; i += LANES) {
      FloatVector x0 = FloatVector.fromArray(FLOATS, x, offset + i);
      ShortVector aw0 = ShortVector.fromMemorySegment(HALF_SHORTS, codes, a + 2L * i, LE);
      IntVector ai0 = (IntVector) aw0.convertShape(S2I, INTS, 0);
      IntVector am0 = ai0.and(0x7FFF).lanewise(LSHL, 13);
      FloatVector as0 = am0.add(LEAST_NORMAL).reinterpretAsFloats().sub(0x1p-14f);
      a0 =
          am0.add(REBIAS)
              .blend(as0.reinterpretAsInts(), am0.compare(LT, 1 << 23))
              .or(ai0.and(SIGN))
              .reinterpretAsFloats()
              .fma(x0, a0);
      ShortVector bw0 = ShortVector.fromMemorySegment(HALF_SHORTS, codes, b + 2L * i, LE);
      IntVector bi0 = (IntVector) bw0.convertShape(S2I, INTS, 0);
      IntVector bm0 = bi0.and(0x7FFF).lanewise(LSHL, 13);
      FloatVector bs0 = bm0.add(LEAST_NORMAL).reinterpretAsFloats().sub(0x1p-14f);
      b0 =
          bm0.add(REBIAS)
              .blend(bs0.reinterpretAsInts(), bm0.compare(LT, 1 << 23))
              .or(bi0.and(SIGN))
              .reinterpretAsFloats()
              .fma(x0, b0);
      ShortVector cw0 = ShortVector.fromMemorySegment(HALF_SHORTS, codes, c + 2L * i, LE);
      IntVector ci0 = (IntVector) cw0.convertShape(S2I, INTS, 0);
      IntVector cm0 = ci0.and(0x7FFF).lanewise(LSHL, 13);
      FloatVector cs0 = cm0.add(LEAST_NORMAL).reinterpretAsFloats().sub(0x1p-14f);
      c0 =
          cm0.add(REBIAS)
              .blend(cs0.reinterpretAsInts(), cm0.compare(LT, 1 << 23))
              .or(ci0.and(SIGN))
              .reinterpretAsFloats()
              .fma(x0, c0);
      ShortVector dw0 = ShortVector.fromMemorySegment(HALF_SHORTS, codes, d + 2L * i, LE);
      IntVector di0 = (IntVector) dw0.convertShape(S2I, INTS, 0);
      IntVector dm0 = di0.and(0x7FFF).lanewise(LSHL, 13);
      FloatVector ds0 = dm0.add(LEAST_NORMAL).reinterpretAsFloats().sub(0x1p-14f);
      d0 =
          dm0.add(REBIAS)
              .blend(ds0.reinterpretAsInts(), dm0.compare(LT, 1 << 23))
              .or(di0.and(SIGN))
              .reinterpretAsFloats()
              .fma(x0, d0);
      if (TWO) {
        FloatVector x1 = FloatVector.fromArray(FLOATS, x, offset + i + L);
        ShortVector aw1 = ShortVector.fromMemorySegment(HALF_SHORTS, codes, a + 2L * (i + L), LE);
        IntVector ai1 = (IntVector) aw1.convertShape(S2I, INTS, 0);
        IntVector am1 = ai1.and(0x7FFF).lanewise(LSHL, 13);
        FloatVector as1 = am1.add(LEAST_NORMAL).reinterpretAsFloats().sub(0x1p-14f);
        a1 =
            am1.add(REBIAS)
                .blend(as1.reinterpretAsInts(), am1.compare(LT, 1 << 23))
                .or(ai1.and(SIGN))
                .reinterpretAsFloats()
                .fma(x1, a1);
        ShortVector bw1 = ShortVector.fromMemorySegment(HALF_SHORTS, codes, b + 2L * (i + L), LE);
        IntVector bi1 = (IntVector) bw1.convertShape(S2I, INTS, 0);
        IntVector bm1 = bi1.and(0x7FFF).lanewise(LSHL, 13);
        FloatVector bs1 = bm1.add(LEAST_NORMAL).reinterpretAsFloats().sub(0x1p-14f);
        b1 =
            bm1.add(REBIAS)
                .blend(bs1.reinterpretAsInts(), bm1.compare(LT, 1 << 23))
                .or(bi1.and(SIGN))
                .reinterpretAsFloats()
                .fma(x1, b1);
        ShortVector cw1 = ShortVector.fromMemorySegment(HALF_SHORTS, codes, c + 2L * (i + L), LE);
        IntVector ci1 = (IntVector) cw1.convertShape(S2I, INTS, 0);
        IntVector cm1 = ci1.and(0x7FFF).lanewise(LSHL, 13);
        FloatVector cs1 = cm1.add(LEAST_NORMAL).reinterpretAsFloats().sub(0x1p-14f);
        c1 =
            cm1.add(REBIAS)
                .blend(cs1.reinterpretAsInts(), cm1.compare(LT, 1 << 23))
                .or(ci1.and(SIGN))
                .reinterpretAsFloats()
                .fma(x1, c1);
        ShortVector dw1 = ShortVector.fromMemorySegment(HALF_SHORTS, codes, d + 2L * (i + L), LE);
        IntVector di1 = (IntVector) dw1.convertShape(S2I, INTS, 0);
        IntVector dm1 = di1.and(0x7FFF).lanewise(LSHL, 13);
        FloatVector ds1 = dm1.add(LEAST_NORMAL).reinterpretAsFloats().sub(0x1p-14f);
        d1 =
            dm1.add(REBIAS)
                .blend(ds1.reinterpretAsInts(), dm1.compare(LT, 1 << 23))
                .or(di1.and(SIGN))
                .reinterpretAsFloats()
                .fma(x1, d1);
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
      int from,
      int to,
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
    for (int i = from + lane; i < to; i += LANES) {
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
      int from,
      int to,
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
    for (int i = from + lane; i < to; i += LANES) {
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

  /// Four columns of each lane at a time, in their order: a byte holds one of the group's first
  /// half in its lower four bits and one of its second half in its upper four.
  private static void int4(
      MemorySegment codes,
      long a,
      long b,
      long c,
      long d,
      long at,
      int from,
      int to,
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
    for (int group = from / GROUP; group < to / GROUP; group++) {
      int i = offset + group * GROUP + lane;
      long p = at + group * (GROUP / 2L) + lane;
      FloatVector x0 = FloatVector.fromArray(FLOATS, x, i);
      FloatVector x2 = FloatVector.fromArray(FLOATS, x, i + LANES);
      FloatVector x4 = FloatVector.fromArray(FLOATS, x, i + 2 * LANES);
      FloatVector x6 = FloatVector.fromArray(FLOATS, x, i + 3 * LANES);
      float as = Float.intBitsToFloat(codes.get(SHORT, a + 2L * group) << 16);
      float au = as * FROM_UPPER_BITS;
      float bs = Float.intBitsToFloat(codes.get(SHORT, b + 2L * group) << 16);
      float bu = bs * FROM_UPPER_BITS;
      float cs = Float.intBitsToFloat(codes.get(SHORT, c + 2L * group) << 16);
      float cu = cs * FROM_UPPER_BITS;
      float ds = Float.intBitsToFloat(codes.get(SHORT, d + 2L * group) << 16);
      float du = ds * FROM_UPPER_BITS;
      ByteVector ab00 = ByteVector.fromMemorySegment(QUARTER_BYTES, codes, a + p, LE);
      IntVector ai00 = (IntVector) ab00.convertShape(B2I, INTS, 0);
      ByteVector ab01 = ByteVector.fromMemorySegment(QUARTER_BYTES, codes, a + p + LANES, LE);
      IntVector ai01 = (IntVector) ab01.convertShape(B2I, INTS, 0);
      FloatVector af00 = (FloatVector) ai00.lanewise(LSHL, 28).convertShape(I2F, FLOATS, 0);
      a0 = af00.mul(au).fma(x0, a0);
      FloatVector af01 = (FloatVector) ai01.lanewise(LSHL, 28).convertShape(I2F, FLOATS, 0);
      a0 = af01.mul(au).fma(x2, a0);
      FloatVector af02 = (FloatVector) ai00.lanewise(ASHR, 4).convertShape(I2F, FLOATS, 0);
      a0 = af02.mul(as).fma(x4, a0);
      FloatVector af03 = (FloatVector) ai01.lanewise(ASHR, 4).convertShape(I2F, FLOATS, 0);
      a0 = af03.mul(as).fma(x6, a0);
      ByteVector bb00 = ByteVector.fromMemorySegment(QUARTER_BYTES, codes, b + p, LE);
      IntVector bi00 = (IntVector) bb00.convertShape(B2I, INTS, 0);
      ByteVector bb01 = ByteVector.fromMemorySegment(QUARTER_BYTES, codes, b + p + LANES, LE);
      IntVector bi01 = (IntVector) bb01.convertShape(B2I, INTS, 0);
      FloatVector bf00 = (FloatVector) bi00.lanewise(LSHL, 28).convertShape(I2F, FLOATS, 0);
      b0 = bf00.mul(bu).fma(x0, b0);
      FloatVector bf01 = (FloatVector) bi01.lanewise(LSHL, 28).convertShape(I2F, FLOATS, 0);
      b0 = bf01.mul(bu).fma(x2, b0);
      FloatVector bf02 = (FloatVector) bi00.lanewise(ASHR, 4).convertShape(I2F, FLOATS, 0);
      b0 = bf02.mul(bs).fma(x4, b0);
      FloatVector bf03 = (FloatVector) bi01.lanewise(ASHR, 4).convertShape(I2F, FLOATS, 0);
      b0 = bf03.mul(bs).fma(x6, b0);
      ByteVector cb00 = ByteVector.fromMemorySegment(QUARTER_BYTES, codes, c + p, LE);
      IntVector ci00 = (IntVector) cb00.convertShape(B2I, INTS, 0);
      ByteVector cb01 = ByteVector.fromMemorySegment(QUARTER_BYTES, codes, c + p + LANES, LE);
      IntVector ci01 = (IntVector) cb01.convertShape(B2I, INTS, 0);
      FloatVector cf00 = (FloatVector) ci00.lanewise(LSHL, 28).convertShape(I2F, FLOATS, 0);
      c0 = cf00.mul(cu).fma(x0, c0);
      FloatVector cf01 = (FloatVector) ci01.lanewise(LSHL, 28).convertShape(I2F, FLOATS, 0);
      c0 = cf01.mul(cu).fma(x2, c0);
      FloatVector cf02 = (FloatVector) ci00.lanewise(ASHR, 4).convertShape(I2F, FLOATS, 0);
      c0 = cf02.mul(cs).fma(x4, c0);
      FloatVector cf03 = (FloatVector) ci01.lanewise(ASHR, 4).convertShape(I2F, FLOATS, 0);
      c0 = cf03.mul(cs).fma(x6, c0);
      ByteVector db00 = ByteVector.fromMemorySegment(QUARTER_BYTES, codes, d + p, LE);
      IntVector di00 = (IntVector) db00.convertShape(B2I, INTS, 0);
      ByteVector db01 = ByteVector.fromMemorySegment(QUARTER_BYTES, codes, d + p + LANES, LE);
      IntVector di01 = (IntVector) db01.convertShape(B2I, INTS, 0);
      FloatVector df00 = (FloatVector) di00.lanewise(LSHL, 28).convertShape(I2F, FLOATS, 0);
      d0 = df00.mul(du).fma(x0, d0);
      FloatVector df01 = (FloatVector) di01.lanewise(LSHL, 28).convertShape(I2F, FLOATS, 0);
      d0 = df01.mul(du).fma(x2, d0);
      FloatVector df02 = (FloatVector) di00.lanewise(ASHR, 4).convertShape(I2F, FLOATS, 0);
      d0 = df02.mul(ds).fma(x4, d0);
      FloatVector df03 = (FloatVector) di01.lanewise(ASHR, 4).convertShape(I2F, FLOATS, 0);
      d0 = df03.mul(ds).fma(x6, d0);
      if (TWO) {
        FloatVector x1 = FloatVector.fromArray(FLOATS, x, i + L);
        FloatVector x3 = FloatVector.fromArray(FLOATS, x, i + L + LANES);
        FloatVector x5 = FloatVector.fromArray(FLOATS, x, i + L + 2 * LANES);
        FloatVector x7 = FloatVector.fromArray(FLOATS, x, i + L + 3 * LANES);
        ByteVector ab10 = ByteVector.fromMemorySegment(QUARTER_BYTES, codes, a + p + L, LE);
        IntVector ai10 = (IntVector) ab10.convertShape(B2I, INTS, 0);
        ByteVector ab11 = ByteVector.fromMemorySegment(QUARTER_BYTES, codes, a + p + L + LANES, LE);
        IntVector ai11 = (IntVector) ab11.convertShape(B2I, INTS, 0);
        FloatVector af10 = (FloatVector) ai10.lanewise(LSHL, 28).convertShape(I2F, FLOATS, 0);
        a1 = af10.mul(au).fma(x1, a1);
        FloatVector af11 = (FloatVector) ai11.lanewise(LSHL, 28).convertShape(I2F, FLOATS, 0);
        a1 = af11.mul(au).fma(x3, a1);
        FloatVector af12 = (FloatVector) ai10.lanewise(ASHR, 4).convertShape(I2F, FLOATS, 0);
        a1 = af12.mul(as).fma(x5, a1);
        FloatVector af13 = (FloatVector) ai11.lanewise(ASHR, 4).convertShape(I2F, FLOATS, 0);
        a1 = af13.mul(as).fma(x7, a1);
        ByteVector bb10 = ByteVector.fromMemorySegment(QUARTER_BYTES, codes, b + p + L, LE);
        IntVector bi10 = (IntVector) bb10.convertShape(B2I, INTS, 0);
        ByteVector bb11 = ByteVector.fromMemorySegment(QUARTER_BYTES, codes, b + p + L + LANES, LE);
        IntVector bi11 = (IntVector) bb11.convertShape(B2I, INTS, 0);
        FloatVector bf10 = (FloatVector) bi10.lanewise(LSHL, 28).convertShape(I2F, FLOATS, 0);
        b1 = bf10.mul(bu).fma(x1, b1);
        FloatVector bf11 = (FloatVector) bi11.lanewise(LSHL, 28).convertShape(I2F, FLOATS, 0);
        b1 = bf11.mul(bu).fma(x3, b1);
        FloatVector bf12 = (FloatVector) bi10.lanewise(ASHR, 4).convertShape(I2F, FLOATS, 0);
        b1 = bf12.mul(bs).fma(x5, b1);
        FloatVector bf13 = (FloatVector) bi11.lanewise(ASHR, 4).convertShape(I2F, FLOATS, 0);
        b1 = bf13.mul(bs).fma(x7, b1);
        ByteVector cb10 = ByteVector.fromMemorySegment(QUARTER_BYTES, codes, c + p + L, LE);
        IntVector ci10 = (IntVector) cb10.convertShape(B2I, INTS, 0);
        ByteVector cb11 = ByteVector.fromMemorySegment(QUARTER_BYTES, codes, c + p + L + LANES, LE);
        IntVector ci11 = (IntVector) cb11.convertShape(B2I, INTS, 0);
        FloatVector cf10 = (FloatVector) ci10.lanewise(LSHL, 28).convertShape(I2F, FLOATS, 0);
        c1 = cf10.mul(cu).fma(x1, c1);
        FloatVector cf11 = (FloatVector) ci11.lanewise(LSHL, 28).convertShape(I2F, FLOATS, 0);
        c1 = cf11.mul(cu).fma(x3, c1);
        FloatVector cf12 = (FloatVector) ci10.lanewise(ASHR, 4).convertShape(I2F, FLOATS, 0);
        c1 = cf12.mul(cs).fma(x5, c1);
        FloatVector cf13 = (FloatVector) ci11.lanewise(ASHR, 4).convertShape(I2F, FLOATS, 0);
        c1 = cf13.mul(cs).fma(x7, c1);
        ByteVector db10 = ByteVector.fromMemorySegment(QUARTER_BYTES, codes, d + p + L, LE);
        IntVector di10 = (IntVector) db10.convertShape(B2I, INTS, 0);
        ByteVector db11 = ByteVector.fromMemorySegment(QUARTER_BYTES, codes, d + p + L + LANES, LE);
        IntVector di11 = (IntVector) db11.convertShape(B2I, INTS, 0);
        FloatVector df10 = (FloatVector) di10.lanewise(LSHL, 28).convertShape(I2F, FLOATS, 0);
        d1 = df10.mul(du).fma(x1, d1);
        FloatVector df11 = (FloatVector) di11.lanewise(LSHL, 28).convertShape(I2F, FLOATS, 0);
        d1 = df11.mul(du).fma(x3, d1);
        FloatVector df12 = (FloatVector) di10.lanewise(ASHR, 4).convertShape(I2F, FLOATS, 0);
        d1 = df12.mul(ds).fma(x5, d1);
        FloatVector df13 = (FloatVector) di11.lanewise(ASHR, 4).convertShape(I2F, FLOATS, 0);
        d1 = df13.mul(ds).fma(x7, d1);
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
        int whole = columns - columns % GROUP;
        decodeInt4(codes, at, at + format.codesAt(columns), whole, out, offset);
        ScalarDenseLoops.decodeFrom(whole, format, codes, at, columns, out, offset);
      }
    }
  }

  private static void decodeInt4(
      MemorySegment codes, long scales, long at, int columns, float[] out, int offset) {
    for (int group = 0; group < columns / GROUP; group++) {
      float scale = Float.intBitsToFloat(codes.get(SHORT, scales + 2L * group) << 16);
      for (int i = 0; i < GROUP / 2; i += L) {
        ByteVector pairs =
            ByteVector.fromMemorySegment(QUARTER_BYTES, codes, at + group * (GROUP / 2L) + i, LE);
        IntVector p = (IntVector) pairs.convertShape(B2I, INTS, 0);
        FloatVector low = (FloatVector) p.lanewise(LSHL, 28).convertShape(I2F, FLOATS, 0);
        FloatVector high = (FloatVector) p.lanewise(ASHR, 4).convertShape(I2F, FLOATS, 0);
        int to = offset + group * GROUP + i;
        low.mul(scale * FROM_UPPER_BITS).intoArray(out, to);
        high.mul(scale).intoArray(out, to + GROUP / 2);
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
        tilePass(rows, columns, from, to, x, first, second, lanes, lane);
      }
    }
    if (whole < columns) {
      ScalarDenseLoops.addTile(rows, columns, whole, x, first, second, lanes);
    }
  }

  private static void tilePass(
      float[] rows,
      int columns,
      int from,
      int to,
      float[] x,
      int first,
      int second,
      float[] lanes,
      int lane) {
    FloatVector a0 = FloatVector.fromArray(FLOATS, lanes, lane);
    FloatVector b0 = FloatVector.fromArray(FLOATS, lanes, lane + LANES);
    FloatVector c0 = FloatVector.fromArray(FLOATS, lanes, lane + 2 * LANES);
    FloatVector d0 = FloatVector.fromArray(FLOATS, lanes, lane + 3 * LANES);
    FloatVector a1 = FloatVector.fromArray(FLOATS, lanes, lane + 4 * LANES);
    FloatVector b1 = FloatVector.fromArray(FLOATS, lanes, lane + 5 * LANES);
    FloatVector c1 = FloatVector.fromArray(FLOATS, lanes, lane + 6 * LANES);
    FloatVector d1 = FloatVector.fromArray(FLOATS, lanes, lane + 7 * LANES);
    for (int i = from + lane; i < to; i += LANES) {
      FloatVector x0 = FloatVector.fromArray(FLOATS, x, first + i);
      FloatVector x1 = FloatVector.fromArray(FLOATS, x, second + i);
      FloatVector a = FloatVector.fromArray(FLOATS, rows, i);
      FloatVector b = FloatVector.fromArray(FLOATS, rows, columns + i);
      FloatVector c = FloatVector.fromArray(FLOATS, rows, 2 * columns + i);
      FloatVector d = FloatVector.fromArray(FLOATS, rows, 3 * columns + i);
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

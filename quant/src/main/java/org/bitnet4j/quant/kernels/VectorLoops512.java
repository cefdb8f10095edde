package org.bitnet4j.quant.kernels;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/// The loops in vectors of 512 bits.
///
/// The build derives the classes for 256 and 128 bits from this file by replacing that number: the
/// compiler makes one instruction of a vector operation only where its species is a constant, so
/// each width needs a class of its own. Branches on the constants below vanish in each of them.
/// Tails go to [ScalarLoops].
///
/// A variable that a loop carries is never the receiver of a call: of it the compiler knows only
/// the abstract type, and once another width has run in the same virtual machine it would call, and
/// box, where it should add. Hence `term.add(sum)`, and after a loop `zero.add(sum)`, or a cast to
/// the class of the width: `VECTOR.cast(sum)`. The same holds, if less often, for a number as the
/// other operand of what has just been computed: `constant.add(term)`, not `term.add(number)`.
final class VectorLoops512 implements KernelLoops {
  static final VectorLoops512 INSTANCE = new VectorLoops512();

  private static final VectorSpecies<Byte> BYTES = ByteVector.SPECIES_512;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_512;
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_512;
  private static final VectorSpecies<Double> DOUBLES = DoubleVector.SPECIES_512;

  /// Floats that fill one vector of doubles.
  private static final VectorSpecies<Float> HALF_FLOATS =
      VectorSpecies.of(float.class, VectorShape.forBitSize(DOUBLES.vectorBitSize() / 2));

  /// One byte for each int of a vector. At 128 bits there is no shape for four bytes: the upper
  /// half is then rubbish, which the next store overwrites.
  private static final VectorSpecies<Byte> QUARTER_BYTES =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, INTS.vectorBitSize() / 4)));

  private static final int LANES = StatisticLanes.COUNT;

  /// Lanes in one vector of doubles: 8, 4 or 2.
  private static final int D = DOUBLES.length();

  /// Elements that stay in the nearest cache while all lanes are visited, two vectors of them at a
  /// time; no bound where two hold them all.
  private static final int BLOCK = 2 * D == LANES ? 1 << 30 : 2048;

  private static final int ALL_BITS = -1;
  private static final int ALL_BUT_SIGN = 0x7FFF_FFFF;
  private static final int INFINITY_BITS = 0x7F80_0000;

  /// 1.5 · 2^23: adding it to |x| < 2^22 rounds half to even and leaves rint(x), in two's
  /// complement, in the low bits of the mantissa.
  private static final float ROUNDER = 12_582_912f;

  /// Elements whose codes fill a long.
  private static final int LONG_CODES = 32;

  /// Which bytes of canonical codes each order has side by side, and back.
  private static final VectorShuffle<Byte> GATHER_4 = gather(TwoBitOrder.RUNS_OF_4);

  private static final VectorShuffle<Byte> GATHER_16 = gather(TwoBitOrder.RUNS_OF_16);
  private static final VectorShuffle<Byte> GATHER_16_HIGH_FIRST =
      gather(TwoBitOrder.RUNS_OF_16_HIGH_FIRST);
  private static final VectorShuffle<Byte> GATHER_32 = gather(TwoBitOrder.RUNS_OF_32);
  private static final VectorShuffle<Byte> GATHER_32_HIGH_FIRST =
      gather(TwoBitOrder.RUNS_OF_32_HIGH_FIRST);
  private static final VectorShuffle<Byte> SCATTER_4 = scatter(TwoBitOrder.RUNS_OF_4);
  private static final VectorShuffle<Byte> SCATTER_16 = scatter(TwoBitOrder.RUNS_OF_16);
  private static final VectorShuffle<Byte> SCATTER_16_HIGH_FIRST =
      scatter(TwoBitOrder.RUNS_OF_16_HIGH_FIRST);
  private static final VectorShuffle<Byte> SCATTER_32 = scatter(TwoBitOrder.RUNS_OF_32);
  private static final VectorShuffle<Byte> SCATTER_32_HIGH_FIRST =
      scatter(TwoBitOrder.RUNS_OF_32_HIGH_FIRST);

  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private VectorLoops512() {}

  @Override
  public double sum(float[] x, int offset, int count) {
    return maskedSum(x, offset, count, ALL_BITS);
  }

  @Override
  public double absSum(float[] x, int offset, int count) {
    return maskedSum(x, offset, count, ALL_BUT_SIGN);
  }

  /// Σ of the elements, of whose bits only some are kept.
  private static double maskedSum(float[] x, int offset, int count, int keep) {
    double[] lanes = StatisticLanes.zeroed();
    int end = offset + count - count % LANES;
    for (int block = offset; block < end; block += BLOCK) {
      int blockEnd = Math.min(end - block, BLOCK) + block;
      for (int lane = 0; lane < LANES; lane += 2 * D) {
        addMasked(x, block, blockEnd, keep, lanes, lane);
      }
    }
    for (int i = end; i < offset + count; i++) {
      lanes[i - end] += Float.intBitsToFloat(Float.floatToRawIntBits(x[i]) & keep);
    }
    return StatisticLanes.total(lanes);
  }

  /// Adds the elements of two vectors of lanes, one of sixteen elements at a time.
  private static void addMasked(float[] x, int from, int end, int keep, double[] lanes, int lane) {
    DoubleVector low = DoubleVector.fromArray(DOUBLES, lanes, lane);
    DoubleVector high = DoubleVector.fromArray(DOUBLES, lanes, lane + D);
    for (int i = from + lane; i < end; i += LANES) {
      IntVector a = FloatVector.fromArray(HALF_FLOATS, x, i).reinterpretAsInts().and(keep);
      IntVector b = FloatVector.fromArray(HALF_FLOATS, x, i + D).reinterpretAsInts().and(keep);
      FloatVector p = a.reinterpretAsFloats();
      FloatVector q = b.reinterpretAsFloats();
      low = ((DoubleVector) p.convertShape(VectorOperators.F2D, DOUBLES, 0)).add(low);
      high = ((DoubleVector) q.convertShape(VectorOperators.F2D, DOUBLES, 0)).add(high);
    }
    store(low, high, lanes, lane);
  }

  @Override
  public double squaredDeviationSum(float[] x, int offset, int count, double mean) {
    double[] lanes = StatisticLanes.zeroed();
    int end = offset + count - count % LANES;
    for (int block = offset; block < end; block += BLOCK) {
      int blockEnd = Math.min(end - block, BLOCK) + block;
      for (int lane = 0; lane < LANES; lane += 2 * D) {
        addSquaredDeviations(x, block, blockEnd, mean, lanes, lane);
      }
    }
    for (int i = end; i < offset + count; i++) {
      lanes[i - end] += (x[i] - mean) * (x[i] - mean);
    }
    return StatisticLanes.total(lanes);
  }

  private static void addSquaredDeviations(
      float[] x, int from, int end, double mean, double[] lanes, int lane) {
    DoubleVector low = DoubleVector.fromArray(DOUBLES, lanes, lane);
    DoubleVector high = DoubleVector.fromArray(DOUBLES, lanes, lane + D);
    for (int i = from + lane; i < end; i += LANES) {
      FloatVector a = FloatVector.fromArray(HALF_FLOATS, x, i);
      FloatVector b = FloatVector.fromArray(HALF_FLOATS, x, i + D);
      DoubleVector p = ((DoubleVector) a.convertShape(VectorOperators.F2D, DOUBLES, 0)).sub(mean);
      DoubleVector q = ((DoubleVector) b.convertShape(VectorOperators.F2D, DOUBLES, 0)).sub(mean);
      low = p.mul(p).add(low);
      high = q.mul(q).add(high);
    }
    store(low, high, lanes, lane);
  }

  private static void store(DoubleVector low, DoubleVector high, double[] lanes, int lane) {
    // Adding to +0 changes no lane, since none is −0.
    DoubleVector.zero(DOUBLES).add(low).intoArray(lanes, lane);
    DoubleVector.zero(DOUBLES).add(high).intoArray(lanes, lane + D);
  }

  @Override
  public float absMax(float[] x, int offset, int count) {
    // As integers, magnitudes order as the floats do, infinity and NaN above all others.
    IntVector max = IntVector.zero(INTS);
    int i = 0;
    for (; i <= count - FLOATS.length(); i += FLOATS.length()) {
      max = magnitudeBits(x, offset + i).max(max);
    }
    int bits = IntVector.zero(INTS).max(max).reduceLanes(VectorOperators.MAX);
    return Math.max(
        Float.intBitsToFloat(bits), ScalarLoops.INSTANCE.absMax(x, offset + i, count - i));
  }

  @Override
  public int firstNonFinite(float[] x, int offset, int count) {
    int i = 0;
    for (; i <= count - FLOATS.length(); i += FLOATS.length()) {
      VectorMask<Integer> found =
          magnitudeBits(x, offset + i).compare(VectorOperators.GE, INFINITY_BITS);
      if (found.anyTrue()) {
        return i + found.firstTrue();
      }
    }
    int inTail = ScalarLoops.INSTANCE.firstNonFinite(x, offset + i, count - i);
    return inTail < 0 ? -1 : i + inTail;
  }

  private static IntVector magnitudeBits(float[] x, int i) {
    return FloatVector.fromArray(FLOATS, x, i).reinterpretAsInts().and(ALL_BUT_SIGN);
  }

  @Override
  public void ternarizeRounding(
      float[] x, int offset, int count, float inverseScale, byte[] trits, int tritOffset) {
    int i = 0;
    for (; i <= count - QUARTER_BYTES.length(); i += FLOATS.length()) {
      FloatVector scaled = FloatVector.fromArray(FLOATS, x, offset + i).mul(inverseScale);
      // rint is half to even: ½ goes to 0, everything beyond it to ±1 or further out.
      trits(scaled, 0.5f).intoArray(trits, tritOffset + i);
    }
    ScalarLoops.INSTANCE.ternarizeRounding(
        x, offset + i, count - i, inverseScale, trits, tritOffset + i);
  }

  @Override
  public void ternarizeThreshold(
      float[] x, int offset, int count, float threshold, byte[] trits, int tritOffset) {
    int i = 0;
    for (; i <= count - QUARTER_BYTES.length(); i += FLOATS.length()) {
      FloatVector values = FloatVector.fromArray(FLOATS, x, offset + i);
      trits(values, threshold).intoArray(trits, tritOffset + i);
    }
    ScalarLoops.INSTANCE.ternarizeThreshold(
        x, offset + i, count - i, threshold, trits, tritOffset + i);
  }

  private static ByteVector trits(FloatVector values, float threshold) {
    IntVector trits =
        IntVector.zero(INTS)
            .blend(1, values.compare(VectorOperators.GT, threshold).cast(INTS))
            .blend(-1, values.compare(VectorOperators.LT, -threshold).cast(INTS));
    return narrowed(trits);
  }

  private static ByteVector narrowed(IntVector ints) {
    return (ByteVector) ints.convertShape(VectorOperators.I2B, QUARTER_BYTES, 0);
  }

  @Override
  public void packRounding(
      float[] x, int offset, int count, float inverseScale, MemorySegment codes, long codeOffset) {
    int i = 0;
    for (; i <= count - LONG_CODES; i += LONG_CODES) {
      long plus = 0;
      long minus = 0;
      for (int k = 0; k < LONG_CODES; k += FLOATS.length()) {
        FloatVector scaled = FloatVector.fromArray(FLOATS, x, offset + i + k).mul(inverseScale);
        plus |= scaled.compare(VectorOperators.GT, 0.5f).toLong() << k;
        minus |= scaled.compare(VectorOperators.LT, -0.5f).toLong() << k;
      }
      // Code 2 is +1, code 1 is 0, code 0 is −1: the high bit is plus, the low one neither.
      long zero = ~(plus | minus) & 0xFFFF_FFFFL;
      codes.set(LONG, codeOffset + i / 4, spread(plus) << 1 | spread(zero));
    }
    ScalarLoops.INSTANCE.packRounding(
        x, offset + i, count - i, inverseScale, codes, codeOffset + i / 4);
  }

  /// Bit i of 32 to bit 2i of 64.
  private static long spread(long x) {
    x = (x | x << 16) & 0x0000_FFFF_0000_FFFFL;
    x = (x | x << 8) & 0x00FF_00FF_00FF_00FFL;
    x = (x | x << 4) & 0x0F0F_0F0F_0F0F_0F0FL;
    x = (x | x << 2) & 0x3333_3333_3333_3333L;
    return (x | x << 1) & 0x5555_5555_5555_5555L;
  }

  @Override
  public void packTwoBit(
      byte[] trits, int offset, int count, MemorySegment codes, long codeOffset) {
    IntVector seen = IntVector.zero(INTS);
    int i = 0;
    for (; i <= count - 4 * QUARTER_BYTES.length(); i += BYTES.length()) {
      ByteVector code = ByteVector.fromArray(BYTES, trits, offset + i).add((byte) 1);
      seen = code.or(code.add((byte) 1)).reinterpretAsInts().or(seen);
      // Byte j of an int holds a code; bring all four into byte 0: first 1 to 0 and 3 to 2.
      IntVector pairs = code.reinterpretAsInts();
      pairs = pairs.or(pairs.lanewise(VectorOperators.LSHR, 6));
      IntVector packed = pairs.or(pairs.lanewise(VectorOperators.LSHR, 12));
      ((ByteVector) packed.convertShape(VectorOperators.I2B, QUARTER_BYTES, 0))
          .intoMemorySegment(codes, codeOffset + i / 4, ByteOrder.LITTLE_ENDIAN);
    }
    // c and c + 1 stay below 4 only for a code c of 0, 1 or 2.
    int all = IntVector.zero(INTS).or(seen).reduceLanes(VectorOperators.OR);
    if ((all & 0xFCFC_FCFC) != 0) {
      ScalarLoops.INSTANCE.packTwoBit(trits, offset, count, codes, codeOffset); // names the index
    }
    ScalarLoops.INSTANCE.packTwoBit(trits, offset + i, count - i, codes, codeOffset + i / 4);
  }

  @Override
  public void unpackTwoBit(
      MemorySegment codes, long codeOffset, int count, byte[] trits, int offset) {
    int i = 0;
    for (; i <= count - 4 * QUARTER_BYTES.length(); i += BYTES.length()) {
      ByteVector packed =
          ByteVector.fromMemorySegment(
              QUARTER_BYTES, codes, codeOffset + i / 4, ByteOrder.LITTLE_ENDIAN);
      IntVector pairs = (IntVector) packed.convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
      pairs = pairs.or(pairs.lanewise(VectorOperators.LSHL, 12)).and(0x000F_000F);
      IntVector code = pairs.or(pairs.lanewise(VectorOperators.LSHL, 6)).and(0x0303_0303);
      code.reinterpretAsBytes().sub((byte) 1).intoArray(trits, offset + i);
    }
    ScalarLoops.INSTANCE.unpackTwoBit(codes, codeOffset + i / 4, count - i, trits, offset + i);
  }

  @Override
  public void weaveTwoBit(
      TwoBitOrder order,
      byte[] codes,
      int codeOffset,
      byte[] woven,
      int wovenOffset,
      int blockBytes,
      int stride,
      int blocks) {
    int whole = order.run() > BYTES.length() ? 0 : blockBytes & -BYTES.length();
    VectorShuffle<Byte> gather =
        switch (order) {
          case RUNS_OF_4 -> GATHER_4;
          case RUNS_OF_16 -> GATHER_16;
          case RUNS_OF_16_HIGH_FIRST -> GATHER_16_HIGH_FIRST;
          case RUNS_OF_32 -> GATHER_32;
          case RUNS_OF_32_HIGH_FIRST -> GATHER_32_HIGH_FIRST;
        };
    for (int block = 0; block < blocks; block++) {
      int from = codeOffset + block * blockBytes;
      int to = wovenOffset + block * stride;
      for (int i = 0; i < whole; i += BYTES.length()) {
        ByteVector runs = ByteVector.fromArray(BYTES, codes, from + i).rearrange(gather);
        transposed(runs.reinterpretAsInts()).reinterpretAsBytes().intoArray(woven, to + i);
      }
      if (whole < blockBytes) {
        WordWeave.weave(order, codes, from + whole, woven, to + whole, blockBytes - whole);
      }
    }
  }

  @Override
  public void unweaveTwoBit(
      TwoBitOrder order,
      byte[] woven,
      int wovenOffset,
      int blockBytes,
      int stride,
      int blocks,
      byte[] codes,
      int codeOffset) {
    int whole = order.run() > BYTES.length() ? 0 : blockBytes & -BYTES.length();
    VectorShuffle<Byte> scatter =
        switch (order) {
          case RUNS_OF_4 -> SCATTER_4;
          case RUNS_OF_16 -> SCATTER_16;
          case RUNS_OF_16_HIGH_FIRST -> SCATTER_16_HIGH_FIRST;
          case RUNS_OF_32 -> SCATTER_32;
          case RUNS_OF_32_HIGH_FIRST -> SCATTER_32_HIGH_FIRST;
        };
    for (int block = 0; block < blocks; block++) {
      int from = wovenOffset + block * stride;
      int to = codeOffset + block * blockBytes;
      for (int i = 0; i < whole; i += BYTES.length()) {
        IntVector runs = ByteVector.fromArray(BYTES, woven, from + i).reinterpretAsInts();
        transposed(runs).reinterpretAsBytes().rearrange(scatter).intoArray(codes, to + i);
      }
      if (whole < blockBytes) {
        WordWeave.unweave(order, woven, from + whole, codes, to + whole, blockBytes - whole);
      }
    }
  }

  /// The shuffle of a vector of units; none fits where a unit is longer than the vector.
  private static VectorShuffle<Byte> gather(TwoBitOrder order) {
    return VectorShuffle.fromOp(
        BYTES, i -> order.run() > BYTES.length() ? i : order.gatheredFrom(i));
  }

  private static VectorShuffle<Byte> scatter(TwoBitOrder order) {
    return VectorShuffle.fromOp(
        BYTES, i -> order.run() > BYTES.length() ? i : order.scatteredFrom(i));
  }

  /// Two-bit cell j of byte i of each int to cell i of byte j.
  private static IntVector transposed(IntVector x) {
    IntVector high =
        x.lanewise(VectorOperators.LSHR, 12).lanewise(VectorOperators.XOR, x).and(0x0000_F0F0);
    IntVector y =
        x.lanewise(VectorOperators.XOR, high)
            .lanewise(VectorOperators.XOR, high.lanewise(VectorOperators.LSHL, 12));
    IntVector low =
        y.lanewise(VectorOperators.LSHR, 6).lanewise(VectorOperators.XOR, y).and(0x00CC_00CC);
    return y.lanewise(VectorOperators.XOR, low)
        .lanewise(VectorOperators.XOR, low.lanewise(VectorOperators.LSHL, 6));
  }

  @Override
  public boolean areTrits(byte[] codes, int offset, int bytes) {
    IntVector seen = IntVector.zero(INTS);
    int i = 0;
    for (; i <= bytes - BYTES.length(); i += BYTES.length()) {
      IntVector packed = ByteVector.fromArray(BYTES, codes, offset + i).reinterpretAsInts();
      seen = packed.and(packed.lanewise(VectorOperators.LSHR, 1)).or(seen);
    }
    int threes = IntVector.zero(INTS).or(seen).reduceLanes(VectorOperators.OR) & 0x5555_5555;
    return threes == 0 && ScalarLoops.INSTANCE.areTrits(codes, offset + i, bytes - i);
  }

  @Override
  public void quantizeInt8(
      float[] x, int offset, int count, float scale, byte[] codes, int codeOffset) {
    int i = 0;
    for (; i <= count - QUARTER_BYTES.length(); i += FLOATS.length()) {
      FloatVector scaled = FloatVector.fromArray(FLOATS, x, offset + i).mul(scale);
      // The bounds are whole, so that clamping before rounding is the same.
      FloatVector clamped =
          scaled
              .blend(127f, scaled.compare(VectorOperators.GT, 127f))
              .blend(-128f, scaled.compare(VectorOperators.LT, -128f))
              .blend(0f, scaled.test(VectorOperators.IS_NAN));
      IntVector rounded = clamped.add(ROUNDER).reinterpretAsInts();
      narrowed(rounded).intoArray(codes, codeOffset + i);
    }
    ScalarLoops.INSTANCE.quantizeInt8(x, offset + i, count - i, scale, codes, codeOffset + i);
  }
}

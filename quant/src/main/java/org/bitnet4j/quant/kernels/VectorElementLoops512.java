package org.bitnet4j.quant.kernels;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.LT;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/// The element-wise loops in vectors of 512 bits; 256 and 128 are derived from this file as those
/// of [VectorLoops512] are, and its rule on carried variables holds here too. Tails go to
/// [ScalarElementLoops].
final class VectorElementLoops512 implements ElementLoops {
  static final VectorElementLoops512 INSTANCE = new VectorElementLoops512();

  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_512;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_512;

  /// One short for each int of a vector.
  private static final VectorSpecies<Short> HALF_SHORTS =
      VectorSpecies.of(short.class, VectorShape.forBitSize(INTS.vectorBitSize() / 2));

  private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;
  private static final int L = FLOATS.length();

  private static final int SIGN = 0x8000_0000;
  private static final int ALL_BUT_SIGN = 0x7FFF_FFFF;
  private static final int INFINITY_BITS = 0x7F80_0000;

  /// Difference of the exponents' biases, 127 − 15, in place.
  private static final int REBIAS = 112 << 23;

  /// 2^−14, the least normal value of binary16, as binary32.
  private static final int LEAST_NORMAL = 113 << 23;

  /// 2^16, above all of binary16, as binary32.
  private static final int TOO_LARGE = 143 << 23;

  /// Exponent bits of binary16, where the mantissa has its place in binary32.
  private static final int HALF_EXPONENT = 0x7C00 << 13;

  private static final int HALF_INFINITY = 0x7C00;
  private static final int HALF_NAN = 0x7E00;
  private static final int BFLOAT16_QUIET = 0x0040;

  private VectorElementLoops512() {}

  @Override
  public void scaleByWeight(
      float[] x, int offset, int count, float factor, float[] weight, float[] out, int outOffset) {
    int i = 0;
    for (; i <= count - L; i += L) {
      FloatVector w = FloatVector.fromArray(FLOATS, weight, i);
      FloatVector.fromArray(FLOATS, x, offset + i).mul(factor).mul(w).intoArray(out, outOffset + i);
    }
    for (; i < count; i++) {
      out[outOffset + i] = x[offset + i] * factor * weight[i];
    }
  }

  @Override
  public void rotate(float[] x, int offset, int half, float[] cos, float[] sin, int tableOffset) {
    int i = 0;
    for (; i <= half - L; i += L) {
      FloatVector a = FloatVector.fromArray(FLOATS, x, offset + i);
      FloatVector b = FloatVector.fromArray(FLOATS, x, offset + half + i);
      FloatVector c = FloatVector.fromArray(FLOATS, cos, tableOffset + i);
      FloatVector s = FloatVector.fromArray(FLOATS, sin, tableOffset + i);
      a.fma(c, b.mul(s).neg()).intoArray(x, offset + i);
      b.fma(c, a.mul(s)).intoArray(x, offset + half + i);
    }
    for (; i < half; i++) {
      float a = x[offset + i];
      float b = x[offset + half + i];
      float c = cos[tableOffset + i];
      float s = sin[tableOffset + i];
      x[offset + i] = Math.fma(a, c, -(b * s));
      x[offset + half + i] = Math.fma(b, c, a * s);
    }
  }

  @Override
  public float max(float[] x, int offset, int count) {
    FloatVector least = FloatVector.broadcast(FLOATS, Float.NEGATIVE_INFINITY);
    FloatVector max = least;
    int i = 0;
    for (; i <= count - L; i += L) {
      max = FloatVector.fromArray(FLOATS, x, offset + i).max(max);
    }
    // A maximum is the same in any order.
    float inVectors = least.max(max).reduceLanes(VectorOperators.MAX);
    return Math.max(inVectors, ScalarElementLoops.INSTANCE.max(x, offset + i, count - i));
  }

  /// The operations of [Exponential#exp].
  private static FloatVector exp(FloatVector x) {
    FloatVector clamped =
        x.blend(Exponential.LEAST, x.compare(LT, Exponential.LEAST))
            .blend(Exponential.MOST, x.compare(GT, Exponential.MOST));
    FloatVector shifted = clamped.fma(Exponential.LOG2_E, Exponential.ROUNDER);
    FloatVector n = shifted.sub(Exponential.ROUNDER);
    FloatVector high = n.fma(FloatVector.broadcast(FLOATS, -Exponential.LN2_HIGH), clamped);
    FloatVector r = n.fma(FloatVector.broadcast(FLOATS, -Exponential.LN2_LOW), high);
    FloatVector p =
        r.fma(Exponential.C6, Exponential.C5)
            .fma(r, FloatVector.broadcast(FLOATS, Exponential.C4))
            .fma(r, FloatVector.broadcast(FLOATS, Exponential.C3))
            .fma(r, FloatVector.broadcast(FLOATS, Exponential.C2));
    FloatVector y = r.mul(r).fma(p, r).add(1f);
    IntVector power = shifted.reinterpretAsInts().sub(Exponential.ROUNDER_BITS);
    IntVector half = power.lanewise(ASHR, 1);
    FloatVector first = half.add(127).lanewise(LSHL, 23).reinterpretAsFloats();
    FloatVector second = power.sub(half).add(127).lanewise(LSHL, 23).reinterpretAsFloats();
    return y.mul(first).mul(second);
  }

  @Override
  public void exp(float[] x, int offset, int count, float shift) {
    int i = 0;
    for (; i <= count - L; i += L) {
      exp(FloatVector.fromArray(FLOATS, x, offset + i).sub(shift)).intoArray(x, offset + i);
    }
    ScalarElementLoops.INSTANCE.exp(x, offset + i, count - i, shift);
  }

  @Override
  public void siluTimes(float[] gate, int go, float[] up, int uo, int count, float[] out, int oo) {
    int i = 0;
    for (; i <= count - L; i += L) {
      FloatVector x = FloatVector.fromArray(FLOATS, gate, go + i);
      FloatVector y = FloatVector.fromArray(FLOATS, up, uo + i);
      x.div(exp(x.neg()).add(1f)).mul(y).intoArray(out, oo + i);
    }
    ScalarElementLoops.INSTANCE.siluTimes(gate, go + i, up, uo + i, count - i, out, oo + i);
  }

  @Override
  public void reluSquaredTimes(
      float[] gate, int go, float[] up, int uo, int count, float[] out, int oo) {
    int i = 0;
    for (; i <= count - L; i += L) {
      FloatVector positive = FloatVector.fromArray(FLOATS, gate, go + i).max(0f);
      FloatVector y = FloatVector.fromArray(FLOATS, up, uo + i);
      positive.mul(positive).mul(y).intoArray(out, oo + i);
    }
    ScalarElementLoops.INSTANCE.reluSquaredTimes(gate, go + i, up, uo + i, count - i, out, oo + i);
  }

  @Override
  public void geluTimes(float[] gate, int go, float[] up, int uo, int count, float[] out, int oo) {
    int i = 0;
    for (; i <= count - L; i += L) {
      FloatVector x = FloatVector.fromArray(FLOATS, gate, go + i);
      FloatVector y = FloatVector.fromArray(FLOATS, up, uo + i);
      FloatVector slope =
          x.mul(x).fma(ScalarElementLoops.GELU_CUBIC, ScalarElementLoops.GELU_LINEAR);
      x.div(exp(x.mul(slope).neg()).add(1f)).mul(y).intoArray(out, oo + i);
    }
    ScalarElementLoops.INSTANCE.geluTimes(gate, go + i, up, uo + i, count - i, out, oo + i);
  }

  @Override
  public void add(float[] x, int offset, float[] y, int yOffset, int count) {
    int i = 0;
    for (; i <= count - L; i += L) {
      FloatVector b = FloatVector.fromArray(FLOATS, y, yOffset + i);
      FloatVector.fromArray(FLOATS, x, offset + i).add(b).intoArray(x, offset + i);
    }
    ScalarElementLoops.INSTANCE.add(x, offset + i, y, yOffset + i, count - i);
  }

  @Override
  public void scale(float[] x, int offset, int count, float factor) {
    int i = 0;
    for (; i <= count - L; i += L) {
      FloatVector.fromArray(FLOATS, x, offset + i).mul(factor).intoArray(x, offset + i);
    }
    ScalarElementLoops.INSTANCE.scale(x, offset + i, count - i, factor);
  }

  @Override
  public void toFloat16(float[] x, int offset, int count, MemorySegment halves, long at) {
    FloatVector oneHalf = FloatVector.broadcast(FLOATS, 0.5f);
    int i = 0;
    for (; i <= count - L; i += L) {
      IntVector bits = FloatVector.fromArray(FLOATS, x, offset + i).reinterpretAsInts();
      IntVector magnitude = bits.and(ALL_BUT_SIGN);
      // Half of the last place less one, and one more where the last bit is odd: ties go to even.
      IntVector odd = magnitude.lanewise(LSHR, 13).and(1);
      IntVector normal = magnitude.add(odd).sub(REBIAS - 0x0FFF).lanewise(LSHR, 13);
      // The last place of ½ is 2^−24, that of subnormal halves: the addition rounds to it.
      IntVector subnormal =
          oneHalf.add(magnitude.reinterpretAsFloats()).reinterpretAsInts().sub(0x3F00_0000);
      IntVector half =
          normal
              .blend(subnormal, magnitude.compare(LT, LEAST_NORMAL))
              .blend(HALF_INFINITY, magnitude.compare(GE, TOO_LARGE))
              .blend(HALF_NAN, magnitude.compare(GT, INFINITY_BITS))
              .or(bits.lanewise(LSHR, 16).and(0x8000));
      ((ShortVector) half.convertShape(VectorOperators.I2S, HALF_SHORTS, 0))
          .intoMemorySegment(halves, at + 2L * i, LE);
    }
    ScalarElementLoops.INSTANCE.toFloat16(x, offset + i, count - i, halves, at + 2L * i);
  }

  @Override
  public void fromFloat16(MemorySegment halves, long at, int count, float[] x, int offset) {
    FloatVector minusLeast = FloatVector.broadcast(FLOATS, -0x1p-14f);
    int i = 0;
    for (; i <= count - L; i += L) {
      IntVector half =
          (IntVector)
              ShortVector.fromMemorySegment(HALF_SHORTS, halves, at + 2L * i, LE)
                  .convertShape(VectorOperators.S2I, INTS, 0);
      IntVector magnitude = half.and(0x7FFF).lanewise(LSHL, 13);
      IntVector normal = magnitude.add(REBIAS);
      // 2^−14 · (1 + m / 2^10) less 2^−14 is m · 2^−24.
      FloatVector shifted = magnitude.add(LEAST_NORMAL).reinterpretAsFloats();
      IntVector subnormal = minusLeast.add(shifted).reinterpretAsInts();
      normal
          .blend(subnormal, magnitude.compare(LT, 1 << 23))
          .blend(magnitude.add(2 * REBIAS), magnitude.compare(GE, HALF_EXPONENT))
          .or(half.and(SIGN))
          .reinterpretAsFloats()
          .intoArray(x, offset + i);
    }
    ScalarElementLoops.INSTANCE.fromFloat16(halves, at + 2L * i, count - i, x, offset + i);
  }

  @Override
  public void toBfloat16(float[] x, int offset, int count, MemorySegment halves, long at) {
    int i = 0;
    for (; i <= count - L; i += L) {
      IntVector bits = FloatVector.fromArray(FLOATS, x, offset + i).reinterpretAsInts();
      IntVector upper = bits.lanewise(LSHR, 16);
      IntVector rounded = bits.add(upper.and(1)).add(0x7FFF).lanewise(LSHR, 16);
      IntVector half =
          rounded.blend(
              upper.or(BFLOAT16_QUIET), bits.and(ALL_BUT_SIGN).compare(GT, INFINITY_BITS));
      ((ShortVector) half.convertShape(VectorOperators.I2S, HALF_SHORTS, 0))
          .intoMemorySegment(halves, at + 2L * i, LE);
    }
    ScalarElementLoops.INSTANCE.toBfloat16(x, offset + i, count - i, halves, at + 2L * i);
  }

  @Override
  public void fromBfloat16(MemorySegment halves, long at, int count, float[] x, int offset) {
    int i = 0;
    for (; i <= count - L; i += L) {
      IntVector half =
          (IntVector)
              ShortVector.fromMemorySegment(HALF_SHORTS, halves, at + 2L * i, LE)
                  .convertShape(VectorOperators.S2I, INTS, 0);
      half.lanewise(LSHL, 16).reinterpretAsFloats().intoArray(x, offset + i);
    }
    ScalarElementLoops.INSTANCE.fromBfloat16(halves, at + 2L * i, count - i, x, offset + i);
  }
}

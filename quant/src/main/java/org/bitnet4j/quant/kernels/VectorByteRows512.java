package org.bitnet4j.quant.kernels;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.B2F;
import static jdk.incubator.vector.VectorOperators.F2D;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.XOR;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/// Rows of [DenseFormat#INT8]: the part of [VectorDenseLoops512] for codes of a byte.
final class VectorByteRows512 {
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_512;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_512;
  private static final Class<? extends FloatVector> VECTOR =
      FLOATS.vectorType().asSubclass(FloatVector.class);

  private static final VectorSpecies<Double> DOUBLES = DoubleVector.SPECIES_512;
  private static final Class<? extends DoubleVector> SUMS =
      DOUBLES.vectorType().asSubclass(DoubleVector.class);

  /// One byte for each float of a vector; twice that at 128 bits, where half of it is not used.
  private static final VectorSpecies<Byte> QUARTER_BYTES =
      VectorSpecies.of(
          byte.class, VectorShape.forBitSize(Math.max(64, FLOATS.vectorBitSize() / 4)));

  private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(LE);

  private static final int L = FLOATS.length();
  private static final int LANES = DenseLoops.LANES;
  private static final int TILE_BYTES = 4 * LANES;

  /// Whether one vector does not hold all lanes.
  private static final boolean TWO = L < LANES;

  /// 1.5 · 2^23: what is added to it is rounded to a whole number, half to even, which the low bits
  /// then hold.
  private static final float ROUNDER = 0x1.8p23f;

  /// The biases of an int's four codes.
  private static final int BIASES = 0x0080_8080;

  private VectorByteRows512() {}

  /// Products of four rows with one token: one or two vectors of the sixteen lanes.
  ///
  /// @param a offset of the first row's codes, at the lane
  /// @param tiles of 64 columns
  /// @param x holds the token
  /// @param at offset of its activations, at the lane
  /// @param lanes partial sums, added to
  /// @param lane first lane
  static void multiply(
      MemorySegment codes,
      long a,
      long b,
      long c,
      long d,
      int tiles,
      MemorySegment x,
      long at,
      float[] lanes,
      int lane) {
    int next = TWO ? lane + L : lane;
    FloatVector a0 = FloatVector.fromArray(FLOATS, lanes, lane);
    FloatVector b0 = FloatVector.fromArray(FLOATS, lanes, lane + LANES);
    FloatVector c0 = FloatVector.fromArray(FLOATS, lanes, lane + 2 * LANES);
    FloatVector d0 = FloatVector.fromArray(FLOATS, lanes, lane + 3 * LANES);
    FloatVector a1 = FloatVector.fromArray(FLOATS, lanes, next);
    FloatVector b1 = FloatVector.fromArray(FLOATS, lanes, next + LANES);
    FloatVector c1 = FloatVector.fromArray(FLOATS, lanes, next + 2 * LANES);
    FloatVector d1 = FloatVector.fromArray(FLOATS, lanes, next + 3 * LANES);
    // 0x000000FF … 0xFF000000: a code each, the last with its sign.
    IntVector mask0 = IntVector.broadcast(INTS, 0xFF);
    IntVector mask1 = IntVector.broadcast(INTS, 0xFF00);
    IntVector mask2 = IntVector.broadcast(INTS, 0xFF_0000);
    IntVector mask3 = IntVector.broadcast(INTS, 0xFF00_0000);
    for (int tile = 0; tile < tiles; tile++) {
      long p = (long) TILE_BYTES * tile;
      long q = at + 4L * TILE_BYTES * tile;
      IntVector aw0 = IntVector.fromMemorySegment(INTS, codes, a + p, LE);
      IntVector bw0 = IntVector.fromMemorySegment(INTS, codes, b + p, LE);
      IntVector cw0 = IntVector.fromMemorySegment(INTS, codes, c + p, LE);
      IntVector dw0 = IntVector.fromMemorySegment(INTS, codes, d + p, LE);
      FloatVector x00 = FloatVector.fromMemorySegment(FLOATS, x, q, LE);
      a0 = ((FloatVector) aw0.and(mask0).convertShape(I2F, FLOATS, 0)).fma(x00, a0);
      b0 = ((FloatVector) bw0.and(mask0).convertShape(I2F, FLOATS, 0)).fma(x00, b0);
      c0 = ((FloatVector) cw0.and(mask0).convertShape(I2F, FLOATS, 0)).fma(x00, c0);
      d0 = ((FloatVector) dw0.and(mask0).convertShape(I2F, FLOATS, 0)).fma(x00, d0);
      FloatVector x10 = FloatVector.fromMemorySegment(FLOATS, x, q + 1 * TILE_BYTES, LE);
      a0 = ((FloatVector) aw0.and(mask1).convertShape(I2F, FLOATS, 0)).fma(x10, a0);
      b0 = ((FloatVector) bw0.and(mask1).convertShape(I2F, FLOATS, 0)).fma(x10, b0);
      c0 = ((FloatVector) cw0.and(mask1).convertShape(I2F, FLOATS, 0)).fma(x10, c0);
      d0 = ((FloatVector) dw0.and(mask1).convertShape(I2F, FLOATS, 0)).fma(x10, d0);
      FloatVector x20 = FloatVector.fromMemorySegment(FLOATS, x, q + 2 * TILE_BYTES, LE);
      a0 = ((FloatVector) aw0.and(mask2).convertShape(I2F, FLOATS, 0)).fma(x20, a0);
      b0 = ((FloatVector) bw0.and(mask2).convertShape(I2F, FLOATS, 0)).fma(x20, b0);
      c0 = ((FloatVector) cw0.and(mask2).convertShape(I2F, FLOATS, 0)).fma(x20, c0);
      d0 = ((FloatVector) dw0.and(mask2).convertShape(I2F, FLOATS, 0)).fma(x20, d0);
      FloatVector x30 = FloatVector.fromMemorySegment(FLOATS, x, q + 3 * TILE_BYTES, LE);
      a0 = ((FloatVector) aw0.and(mask3).convertShape(I2F, FLOATS, 0)).fma(x30, a0);
      b0 = ((FloatVector) bw0.and(mask3).convertShape(I2F, FLOATS, 0)).fma(x30, b0);
      c0 = ((FloatVector) cw0.and(mask3).convertShape(I2F, FLOATS, 0)).fma(x30, c0);
      d0 = ((FloatVector) dw0.and(mask3).convertShape(I2F, FLOATS, 0)).fma(x30, d0);
      if (TWO) {
        IntVector aw1 = IntVector.fromMemorySegment(INTS, codes, a + p + 4L * L, LE);
        IntVector bw1 = IntVector.fromMemorySegment(INTS, codes, b + p + 4L * L, LE);
        IntVector cw1 = IntVector.fromMemorySegment(INTS, codes, c + p + 4L * L, LE);
        IntVector dw1 = IntVector.fromMemorySegment(INTS, codes, d + p + 4L * L, LE);
        FloatVector x01 = FloatVector.fromMemorySegment(FLOATS, x, q + 4L * L, LE);
        a1 = ((FloatVector) aw1.and(mask0).convertShape(I2F, FLOATS, 0)).fma(x01, a1);
        b1 = ((FloatVector) bw1.and(mask0).convertShape(I2F, FLOATS, 0)).fma(x01, b1);
        c1 = ((FloatVector) cw1.and(mask0).convertShape(I2F, FLOATS, 0)).fma(x01, c1);
        d1 = ((FloatVector) dw1.and(mask0).convertShape(I2F, FLOATS, 0)).fma(x01, d1);
        FloatVector x11 = FloatVector.fromMemorySegment(FLOATS, x, q + 1 * TILE_BYTES + 4L * L, LE);
        a1 = ((FloatVector) aw1.and(mask1).convertShape(I2F, FLOATS, 0)).fma(x11, a1);
        b1 = ((FloatVector) bw1.and(mask1).convertShape(I2F, FLOATS, 0)).fma(x11, b1);
        c1 = ((FloatVector) cw1.and(mask1).convertShape(I2F, FLOATS, 0)).fma(x11, c1);
        d1 = ((FloatVector) dw1.and(mask1).convertShape(I2F, FLOATS, 0)).fma(x11, d1);
        FloatVector x21 = FloatVector.fromMemorySegment(FLOATS, x, q + 2 * TILE_BYTES + 4L * L, LE);
        a1 = ((FloatVector) aw1.and(mask2).convertShape(I2F, FLOATS, 0)).fma(x21, a1);
        b1 = ((FloatVector) bw1.and(mask2).convertShape(I2F, FLOATS, 0)).fma(x21, b1);
        c1 = ((FloatVector) cw1.and(mask2).convertShape(I2F, FLOATS, 0)).fma(x21, c1);
        d1 = ((FloatVector) dw1.and(mask2).convertShape(I2F, FLOATS, 0)).fma(x21, d1);
        FloatVector x31 = FloatVector.fromMemorySegment(FLOATS, x, q + 3 * TILE_BYTES + 4L * L, LE);
        a1 = ((FloatVector) aw1.and(mask3).convertShape(I2F, FLOATS, 0)).fma(x31, a1);
        b1 = ((FloatVector) bw1.and(mask3).convertShape(I2F, FLOATS, 0)).fma(x31, b1);
        c1 = ((FloatVector) cw1.and(mask3).convertShape(I2F, FLOATS, 0)).fma(x31, c1);
        d1 = ((FloatVector) dw1.and(mask3).convertShape(I2F, FLOATS, 0)).fma(x31, d1);
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

  /// Makes a token ready; see [DenseLoops#byteToken].
  static void load(float[] x, int groups, MemorySegment ready, long at, long correctionAt) {
    FloatVector scale1 = FloatVector.broadcast(FLOATS, 0x1p-8f);
    FloatVector scale2 = FloatVector.broadcast(FLOATS, 0x1p-16f);
    FloatVector scale3 = FloatVector.broadcast(FLOATS, 0x1p-24f);
    for (int lane = 0; lane < LANES; lane += L) {
      DoubleVector low = DoubleVector.zero(DOUBLES);
      DoubleVector high = low;
      for (int group = 0; group < groups; group++) {
        int i = group * TILE_BYTES + lane;
        long p = at + 4L * i;
        FloatVector x0 = FloatVector.fromArray(FLOATS, x, i);
        FloatVector x1 = FloatVector.fromArray(FLOATS, x, i + LANES);
        FloatVector x2 = FloatVector.fromArray(FLOATS, x, i + 2 * LANES);
        FloatVector x3 = FloatVector.fromArray(FLOATS, x, i + 3 * LANES);
        x0.intoMemorySegment(ready, p, LE);
        scale1.mul(x1).intoMemorySegment(ready, p + TILE_BYTES, LE);
        scale2.mul(x2).intoMemorySegment(ready, p + 2 * TILE_BYTES, LE);
        scale3.mul(x3).intoMemorySegment(ready, p + 3 * TILE_BYTES, LE);
        FloatVector three = x0.add(x1).add(x2);
        low = ((DoubleVector) three.convertShape(F2D, DOUBLES, 0)).add(low);
        high = ((DoubleVector) three.convertShape(F2D, DOUBLES, 1)).add(high);
      }
      DoubleVector first = SUMS.cast(low);
      DoubleVector second = SUMS.cast(high);
      long p = correctionAt + 4L * lane;
      for (int i = 0; i < L / 2; i++) {
        ready.set(FLOAT, p + 4L * i, (float) (-128 * first.lane(i)));
        ready.set(FLOAT, p + 4L * (i + L / 2), (float) (-128 * second.lane(i)));
      }
    }
  }

  /// Codes of whole tiles, as floats.
  static void decode(MemorySegment codes, long at, int tiles, float[] out, int offset) {
    for (int tile = 0; tile < tiles; tile++) {
      int to = offset + TILE_BYTES * tile;
      for (int lane = 0; lane < LANES; lane += L) {
        long p = at + (long) TILE_BYTES * tile + 4L * lane;
        IntVector v = IntVector.fromMemorySegment(INTS, codes, p, LE);
        // Without biases every byte has its sign.
        IntVector w = v.lanewise(XOR, BIASES);
        for (int k = 0; k < 4; k++) {
          IntVector code = w.lanewise(LSHL, 24 - 8 * k).lanewise(ASHR, 24);
          ((FloatVector) code.convertShape(I2F, FLOATS, 0)).intoArray(out, to + LANES * k + lane);
        }
      }
    }
  }

  /// Stores rint(x · inverse) as codes of whole tiles.
  static void encode(
      float[] x, int offset, int tiles, float inverse, MemorySegment codes, long at) {
    for (int tile = 0; tile < tiles; tile++) {
      int from = offset + TILE_BYTES * tile;
      for (int lane = 0; lane < LANES; lane += L) {
        FloatVector x0 = FloatVector.fromArray(FLOATS, x, from + lane);
        IntVector v0 = x0.mul(inverse).add(ROUNDER).reinterpretAsInts().and(0xFF);
        FloatVector x1 = FloatVector.fromArray(FLOATS, x, from + LANES + lane);
        IntVector v1 = x1.mul(inverse).add(ROUNDER).reinterpretAsInts().and(0xFF);
        FloatVector x2 = FloatVector.fromArray(FLOATS, x, from + 2 * LANES + lane);
        IntVector v2 = x2.mul(inverse).add(ROUNDER).reinterpretAsInts().and(0xFF);
        FloatVector x3 = FloatVector.fromArray(FLOATS, x, from + 3 * LANES + lane);
        IntVector v3 = x3.mul(inverse).add(ROUNDER).reinterpretAsInts().and(0xFF);
        IntVector low = v1.lanewise(LSHL, 8).or(v0);
        IntVector high = v3.lanewise(LSHL, 8).or(v2);
        IntVector v = high.lanewise(LSHL, 16).or(low).lanewise(XOR, BIASES);
        v.intoMemorySegment(codes, at + (long) TILE_BYTES * tile + 4L * lane, LE);
      }
    }
  }

  /// Bytes in their own order, as floats; those behind the last whole vector are left out.
  ///
  /// @return how many there are now
  static int plain(MemorySegment bytes, long at, int count, float[] out, int offset) {
    int i = 0;
    for (; i <= count - L; i += L) {
      ByteVector some = ByteVector.fromMemorySegment(QUARTER_BYTES, bytes, at + i, LE);
      ((FloatVector) some.convertShape(B2F, FLOATS, 0)).intoArray(out, offset + i);
    }
    return i;
  }
}

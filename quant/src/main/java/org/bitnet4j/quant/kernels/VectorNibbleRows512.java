package org.bitnet4j.quant.kernels;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.S2I;
import static jdk.incubator.vector.VectorOperators.XOR;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/// Rows of [DenseFormat#INT4]: the part of [VectorDenseLoops512] for codes of half a byte.
final class VectorNibbleRows512 {
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_512;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_512;
  private static final Class<? extends FloatVector> VECTOR =
      FLOATS.vectorType().asSubclass(FloatVector.class);

  /// One short for each int of a vector.
  private static final VectorSpecies<Short> HALF_SHORTS =
      VectorSpecies.of(short.class, VectorShape.forBitSize(INTS.vectorBitSize() / 2));

  private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;
  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(LE);

  private static final int L = FLOATS.length();
  private static final int LANES = DenseLoops.LANES;

  /// Bytes of a tile's codes.
  private static final int TILE_BYTES = Short.BYTES * LANES;

  /// Bytes of sixteen floats.
  private static final int FLOAT_BYTES = Float.BYTES * LANES;

  /// The biases of a short's four codes.
  private static final int BIASES = 0x0888;

  private VectorNibbleRows512() {}

  /// Products of four rows with one token: one vector of the sixteen lanes. Each group is a sum
  /// that starts at the token's correction and is multiplied by the group's scale.
  ///
  /// A group at a time, and scales from an array: more in one body, and the compiler leaves vectors
  /// on the heap.
  ///
  /// @param a offset of the first row's codes, at the lane
  /// @param scales of the first row, then of the second and so on
  /// @param groups how many a row has
  /// @param x holds the token
  /// @param at offset of its activations, at the lane
  /// @param correctionAt offset of its corrections, at the lane
  /// @param lanes partial sums, added to
  /// @param lane first lane
  static void multiply(
      MemorySegment codes,
      long a,
      long b,
      long c,
      long d,
      float[] scales,
      int groups,
      MemorySegment x,
      long at,
      long correctionAt,
      float[] lanes,
      int lane) {
    FloatVector a0 = FloatVector.fromArray(FLOATS, lanes, lane);
    FloatVector b0 = FloatVector.fromArray(FLOATS, lanes, lane + LANES);
    FloatVector c0 = FloatVector.fromArray(FLOATS, lanes, lane + 2 * LANES);
    FloatVector d0 = FloatVector.fromArray(FLOATS, lanes, lane + 3 * LANES);
    // 0x0000000F … 0xFFFFF000: a code each, the last with its sign.
    IntVector mask0 = IntVector.broadcast(INTS, 0xF);
    IntVector mask1 = IntVector.broadcast(INTS, 0xF0);
    IntVector mask2 = IntVector.broadcast(INTS, 0xF00);
    IntVector mask3 = IntVector.broadcast(INTS, 0xFFFF_F000);
    for (int group = 0; group < groups; group++) {
      long p = (long) TILE_BYTES * group;
      long q = at + 4L * FLOAT_BYTES * group;
      FloatVector first =
          FloatVector.fromMemorySegment(FLOATS, x, correctionAt + (long) FLOAT_BYTES * group, LE);
      FloatVector x0 = FloatVector.fromMemorySegment(FLOATS, x, q, LE);
      FloatVector x1 = FloatVector.fromMemorySegment(FLOATS, x, q + 1 * FLOAT_BYTES, LE);
      FloatVector x2 = FloatVector.fromMemorySegment(FLOATS, x, q + 2 * FLOAT_BYTES, LE);
      FloatVector x3 = FloatVector.fromMemorySegment(FLOATS, x, q + 3 * FLOAT_BYTES, LE);
      ShortVector as = ShortVector.fromMemorySegment(HALF_SHORTS, codes, a + p, LE);
      IntVector aw = (IntVector) as.convertShape(S2I, INTS, 0);
      FloatVector a1 = ((FloatVector) aw.and(mask0).convertShape(I2F, FLOATS, 0)).fma(x0, first);
      FloatVector a2 = ((FloatVector) aw.and(mask1).convertShape(I2F, FLOATS, 0)).fma(x1, a1);
      FloatVector a3 = ((FloatVector) aw.and(mask2).convertShape(I2F, FLOATS, 0)).fma(x2, a2);
      FloatVector a4 = ((FloatVector) aw.and(mask3).convertShape(I2F, FLOATS, 0)).fma(x3, a3);
      a0 = a4.fma(FloatVector.broadcast(FLOATS, scales[group]), a0);
      ShortVector bs = ShortVector.fromMemorySegment(HALF_SHORTS, codes, b + p, LE);
      IntVector bw = (IntVector) bs.convertShape(S2I, INTS, 0);
      FloatVector b1 = ((FloatVector) bw.and(mask0).convertShape(I2F, FLOATS, 0)).fma(x0, first);
      FloatVector b2 = ((FloatVector) bw.and(mask1).convertShape(I2F, FLOATS, 0)).fma(x1, b1);
      FloatVector b3 = ((FloatVector) bw.and(mask2).convertShape(I2F, FLOATS, 0)).fma(x2, b2);
      FloatVector b4 = ((FloatVector) bw.and(mask3).convertShape(I2F, FLOATS, 0)).fma(x3, b3);
      b0 = b4.fma(FloatVector.broadcast(FLOATS, scales[groups + group]), b0);
      ShortVector cs = ShortVector.fromMemorySegment(HALF_SHORTS, codes, c + p, LE);
      IntVector cw = (IntVector) cs.convertShape(S2I, INTS, 0);
      FloatVector c1 = ((FloatVector) cw.and(mask0).convertShape(I2F, FLOATS, 0)).fma(x0, first);
      FloatVector c2 = ((FloatVector) cw.and(mask1).convertShape(I2F, FLOATS, 0)).fma(x1, c1);
      FloatVector c3 = ((FloatVector) cw.and(mask2).convertShape(I2F, FLOATS, 0)).fma(x2, c2);
      FloatVector c4 = ((FloatVector) cw.and(mask3).convertShape(I2F, FLOATS, 0)).fma(x3, c3);
      c0 = c4.fma(FloatVector.broadcast(FLOATS, scales[2 * groups + group]), c0);
      ShortVector ds = ShortVector.fromMemorySegment(HALF_SHORTS, codes, d + p, LE);
      IntVector dw = (IntVector) ds.convertShape(S2I, INTS, 0);
      FloatVector d1 = ((FloatVector) dw.and(mask0).convertShape(I2F, FLOATS, 0)).fma(x0, first);
      FloatVector d2 = ((FloatVector) dw.and(mask1).convertShape(I2F, FLOATS, 0)).fma(x1, d1);
      FloatVector d3 = ((FloatVector) dw.and(mask2).convertShape(I2F, FLOATS, 0)).fma(x2, d2);
      FloatVector d4 = ((FloatVector) dw.and(mask3).convertShape(I2F, FLOATS, 0)).fma(x3, d3);
      d0 = d4.fma(FloatVector.broadcast(FLOATS, scales[3 * groups + group]), d0);
    }
    VECTOR.cast(a0).intoArray(lanes, lane);
    VECTOR.cast(b0).intoArray(lanes, lane + LANES);
    VECTOR.cast(c0).intoArray(lanes, lane + 2 * LANES);
    VECTOR.cast(d0).intoArray(lanes, lane + 3 * LANES);
  }

  /// Makes a token ready; see [DenseLoops#nibbleToken].
  static void load(float[] x, int groups, MemorySegment ready, long at, long correctionAt) {
    FloatVector scale1 = FloatVector.broadcast(FLOATS, 0x1p-4f);
    FloatVector scale2 = FloatVector.broadcast(FLOATS, 0x1p-8f);
    FloatVector scale3 = FloatVector.broadcast(FLOATS, 0x1p-12f);
    FloatVector bias = FloatVector.broadcast(FLOATS, -8);
    for (int lane = 0; lane < LANES; lane += L) {
      for (int group = 0; group < groups; group++) {
        int i = group * 4 * LANES + lane;
        long p = at + 4L * i;
        FloatVector x0 = FloatVector.fromArray(FLOATS, x, i);
        FloatVector x1 = FloatVector.fromArray(FLOATS, x, i + LANES);
        FloatVector x2 = FloatVector.fromArray(FLOATS, x, i + 2 * LANES);
        FloatVector x3 = FloatVector.fromArray(FLOATS, x, i + 3 * LANES);
        x0.intoMemorySegment(ready, p, LE);
        scale1.mul(x1).intoMemorySegment(ready, p + FLOAT_BYTES, LE);
        scale2.mul(x2).intoMemorySegment(ready, p + 2 * FLOAT_BYTES, LE);
        scale3.mul(x3).intoMemorySegment(ready, p + 3 * FLOAT_BYTES, LE);
        FloatVector sum = bias.mul(x0.add(x1).add(x2));
        sum.intoMemorySegment(ready, correctionAt + (long) FLOAT_BYTES * group + 4L * lane, LE);
      }
    }
  }

  /// Values of whole tiles.
  static void decode(
      MemorySegment codes, long scales, long at, int tiles, float[] out, int offset) {
    for (int tile = 0; tile < tiles; tile++) {
      float scale = Bfloat16.toFloat(codes.get(SHORT, scales + (long) Short.BYTES * tile));
      for (int lane = 0; lane < LANES; lane += L) {
        long p = at + (long) TILE_BYTES * tile + 2L * lane;
        ShortVector s = ShortVector.fromMemorySegment(HALF_SHORTS, codes, p, LE);
        // Without biases every nibble has its sign.
        IntVector w = ((IntVector) s.convertShape(S2I, INTS, 0)).lanewise(XOR, BIASES);
        for (int k = 0; k < 4; k++) {
          IntVector code = w.lanewise(LSHL, 28 - 4 * k).lanewise(ASHR, 28);
          ((FloatVector) code.convertShape(I2F, FLOATS, 0))
              .mul(scale)
              .intoArray(out, offset + 4 * LANES * tile + LANES * k + lane);
        }
      }
    }
  }
}

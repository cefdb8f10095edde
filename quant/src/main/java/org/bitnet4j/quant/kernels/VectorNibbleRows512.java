package org.bitnet4j.quant.kernels;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/// Rows of [DenseFormat#INT4]: the part of [VectorDenseLoops512] for codes of half a byte.
final class VectorNibbleRows512 {
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_512;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_512;

  private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(LE);

  private static final int L = FLOATS.length();
  private static final int LANES = DenseLoops.LANES;
  private static final int TILE = DenseFormat.TILE;

  /// The second of two bfloat16, as binary32.
  private static final int UPPER_HALF = 0xFFFF_0000;

  private VectorNibbleRows512() {}

  /// Two rows, two groups at a time: nibble k of int j is the code of column 16k + j. The loop over
  /// nibbles stays a loop: written out, the compiler leaves vectors on the heap.
  static void multiply(
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
    for (int tile = 0; tile < count / TILE; tile++) {
      int i = offset + tile * TILE;
      long p = codeAt + tile * (TILE / 2L);
      long q = scaleAt + 4L * tile;
      int aq = codes.get(INT, a + q);
      int bq = codes.get(INT, b + q);
      IntVector ai = IntVector.fromMemorySegment(INTS, codes, a + p, LE);
      IntVector bi = IntVector.fromMemorySegment(INTS, codes, b + p, LE);
      for (int k = 0; k < 8; k++) {
        float as = Float.intBitsToFloat(k < 4 ? aq << 16 : aq & UPPER_HALF);
        float bs = Float.intBitsToFloat(k < 4 ? bq << 16 : bq & UPPER_HALF);
        FloatVector xk = FloatVector.fromArray(FLOATS, x, i + k * LANES);
        IntVector ac = ai.lanewise(LSHL, 28 - 4 * k).lanewise(ASHR, 28);
        IntVector bc = bi.lanewise(LSHL, 28 - 4 * k).lanewise(ASHR, 28);
        a0 = ((FloatVector) ac.convertShape(I2F, FLOATS, 0)).mul(as).fma(xk, a0);
        b0 = ((FloatVector) bc.convertShape(I2F, FLOATS, 0)).mul(bs).fma(xk, b0);
      }
    }
    a0.intoArray(lanes, lane);
    b0.intoArray(lanes, lane + LANES);
  }

  /// Values of whole tiles.
  static void decode(
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
}

package org.bitnet4j.quant.kernels;

import static jdk.incubator.vector.VectorOperators.B2F;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/// Rows of [DenseFormat#INT8]: the part of [VectorDenseLoops512] for codes of a byte.
final class VectorByteRows512 {
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_512;

  /// One byte for each float of a vector; twice that at 128 bits, where half of it is not used.
  private static final VectorSpecies<Byte> QUARTER_BYTES =
      VectorSpecies.of(
          byte.class, VectorShape.forBitSize(Math.max(64, FLOATS.vectorBitSize() / 4)));

  private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;
  private static final int L = FLOATS.length();
  private static final int LANES = DenseLoops.LANES;

  /// Whether one vector does not hold all lanes.
  private static final boolean TWO = L < LANES;

  private VectorByteRows512() {}

  /// Products of four rows with one token.
  static void multiply(
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

  /// Codes as floats; those behind the last whole vector are left to the caller.
  ///
  /// @return how many there are now
  static int decode(MemorySegment codes, long at, int columns, float[] out, int offset) {
    int i = 0;
    for (; i <= columns - L; i += L) {
      ByteVector bytes = ByteVector.fromMemorySegment(QUARTER_BYTES, codes, at + i, LE);
      ((FloatVector) bytes.convertShape(B2F, FLOATS, 0)).intoArray(out, offset + i);
    }
    return i;
  }
}

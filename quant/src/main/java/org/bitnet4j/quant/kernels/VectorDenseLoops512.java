package org.bitnet4j.quant.kernels;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
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
  private static final Class<? extends FloatVector> VECTOR =
      FLOATS.vectorType().asSubclass(FloatVector.class);
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final int L = FLOATS.length();

  /// Whether one vector does not hold all lanes.
  private static final boolean TWO = L < LANES;

  /// Lanes that a pass visits.
  private static final int PASS = TWO ? 2 * L : LANES;

  /// Columns that stay in the nearest cache until all passes are done.
  private static final int BLOCK = PASS == LANES ? 1 << 30 : 1024;

  /// The same, for tiles, whose passes visit one vector of lanes.
  private static final int TILE_BLOCK = TWO ? 1024 : 1 << 30;

  private static final int TILE = DenseFormat.TILE;

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
    int whole = columns - columns % LANES;
    for (int from = 0; from < whole; from += BLOCK) {
      int to = Math.min(whole - from, BLOCK) + from;
      for (int lane = 0; lane < LANES; lane += PASS) {
        int first = from + lane;
        int n = to - from;
        int at = offset + first;
        switch (format) {
          case FLOAT32 -> {
            long p = 4L * first;
            VectorFloatRows512.float32(codes, a + p, b + p, c + p, d + p, n, x, at, lanes, lane);
          }
          case FLOAT16 -> {
            long p = 2L * first;
            VectorFloatRows512.float16(codes, a + p, b + p, c + p, d + p, n, x, at, lanes, lane);
          }
          case BFLOAT16 -> {
            long p = 2L * first;
            VectorFloatRows512.bfloat16(codes, a + p, b + p, c + p, d + p, n, x, at, lanes, lane);
          }
          case INT8, INT4 ->
              throw new IllegalArgumentException(format + " must be a float format.");
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

  @Override
  public void codeRows(
      DenseFormat format,
      MemorySegment codes,
      long a,
      long b,
      long c,
      long d,
      int columns,
      CodeTokens tokens,
      int token,
      float[] scales,
      float[] lanes) {
    int padded = DenseFormat.padded(columns);
    MemorySegment x = tokens.memory();
    long at = tokens.at(token);
    long corrections = tokens.correctionsAt(at);
    if (format == DenseFormat.INT4) {
      int groups = padded / DenseFormat.GROUP;
      VectorElementLoops512.INSTANCE.fromBfloat16(codes, a, groups, scales, 0);
      VectorElementLoops512.INSTANCE.fromBfloat16(codes, b, groups, scales, groups);
      VectorElementLoops512.INSTANCE.fromBfloat16(codes, c, groups, scales, 2 * groups);
      VectorElementLoops512.INSTANCE.fromBfloat16(codes, d, groups, scales, 3 * groups);
      Arrays.fill(lanes, 0, ROWS * LANES, 0);
      for (int lane = 0; lane < LANES; lane += L) {
        long p = format.codesAt(columns) + 2L * lane;
        long q = at + 4L * lane;
        long r = corrections + 4L * lane;
        VectorNibbleRows512.multiply(
            codes, a + p, b + p, c + p, d + p, scales, groups, x, q, r, lanes, lane);
      }
      return;
    }
    for (int row = 0; row < ROWS; row++) {
      MemorySegment.copy(x, FLOAT, corrections, lanes, row * LANES, LANES);
    }
    for (int from = 0; from < padded; from += BLOCK) {
      int tiles = Math.min(padded - from, BLOCK) / TILE;
      for (int lane = 0; lane < LANES; lane += PASS) {
        long p = from + 4L * lane;
        long q = at + 4L * (from + lane);
        VectorByteRows512.multiply(codes, a + p, b + p, c + p, d + p, tiles, x, q, lanes, lane);
      }
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
        int whole = columns - columns % TILE;
        VectorByteRows512.decode(codes, at, whole / TILE, out, offset);
        ScalarDenseLoops.decodeFrom(whole, format, codes, at, columns, out, offset);
      }
      case INT4 -> {
        int whole = columns - columns % TILE;
        long codeAt = at + format.codesAt(columns);
        VectorNibbleRows512.decode(codes, at, codeAt, whole / TILE, out, offset);
        ScalarDenseLoops.decodeFrom(whole, format, codes, at, columns, out, offset);
      }
    }
  }

  @Override
  public void byteToken(float[] x, int groups, MemorySegment ready, long at, long correctionAt) {
    VectorByteRows512.load(x, groups, ready, at, correctionAt);
  }

  @Override
  public void nibbleToken(float[] x, int groups, MemorySegment ready, long at, long correctionAt) {
    VectorNibbleRows512.load(x, groups, ready, at, correctionAt);
  }

  @Override
  public void encodeBytes(
      float[] x, int offset, int columns, RowScale scale, MemorySegment codes, long at) {
    int whole = columns - columns % TILE;
    VectorByteRows512.encode(x, offset, whole / TILE, scale.inverse(), codes, at);
    ScalarDenseLoops.encodeBytesFrom(whole, x, offset, columns, scale, codes, at);
  }

  @Override
  public void encodeNibbles(float[] x, int offset, int columns, MemorySegment codes, long at) {
    int together = VectorGroupCode512.GROUPS * DenseFormat.GROUP;
    int whole = columns - columns % together;
    long codeAt = at + DenseFormat.INT4.codesAt(columns);
    VectorGroupCode512.Scratch scratch = new VectorGroupCode512.Scratch();
    for (int from = 0; from < whole; from += together) {
      long scaleAt = at + from / DenseFormat.GROUP * (long) Short.BYTES;
      VectorGroupCode512.encode(x, offset + from, codes, scaleAt, codeAt + from / 2, scratch);
    }
    ScalarDenseLoops.encodeNibblesFrom(whole, x, offset, columns, codes, at);
  }

  /// Bytes in their own order, as floats.
  static void bytes(MemorySegment bytes, long at, int count, float[] out) {
    for (int i = VectorByteRows512.plain(bytes, at, count, out, 0); i < count; i++) {
      out[i] = bytes.get(ValueLayout.JAVA_BYTE, at + i);
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
    VECTOR.cast(a0).intoArray(lanes, lane);
    VECTOR.cast(b0).intoArray(lanes, lane + LANES);
    VECTOR.cast(c0).intoArray(lanes, lane + 2 * LANES);
    VECTOR.cast(d0).intoArray(lanes, lane + 3 * LANES);
    VECTOR.cast(a1).intoArray(lanes, lane + 4 * LANES);
    VECTOR.cast(b1).intoArray(lanes, lane + 5 * LANES);
    VECTOR.cast(c1).intoArray(lanes, lane + 6 * LANES);
    VECTOR.cast(d1).intoArray(lanes, lane + 7 * LANES);
  }
}

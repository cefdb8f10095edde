package org.bitnet4j.quant.kernels;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;

/// The reference: every product as its formula, written for reading.
final class ScalarDenseLoops implements DenseLoops {
  static final ScalarDenseLoops INSTANCE = new ScalarDenseLoops();

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final int GROUP = DenseFormat.GROUP;
  private static final int TILE = DenseFormat.TILE;

  private ScalarDenseLoops() {}

  /// The value of one column, the row's scale not multiplied in.
  static float value(DenseFormat format, MemorySegment codes, long at, int columns, int column) {
    return switch (format) {
      case FLOAT32 -> codes.get(FLOAT, at + 4L * column);
      case FLOAT16 -> Float.float16ToFloat(codes.get(SHORT, at + 2L * column));
      case BFLOAT16 -> Bfloat16.toFloat(codes.get(SHORT, at + 2L * column));
      case INT8 -> codes.get(ValueLayout.JAVA_BYTE, at + column);
      case INT4 -> {
        float scale =
            Bfloat16.toFloat(codes.get(SHORT, at + (long) Short.BYTES * (column / GROUP)));
        int nibble = column % TILE / LANES;
        long word =
            at + format.codesAt(columns) + column / TILE * (TILE / 2L) + column % LANES * 4L;
        int pair = codes.get(ValueLayout.JAVA_BYTE, word + nibble / 2);
        yield (nibble % 2 == 0 ? pair << 28 >> 28 : pair >> 4) * scale;
      }
    };
  }

  @Override
  public void decode(
      DenseFormat format, MemorySegment codes, long at, int columns, float[] out, int offset) {
    decodeFrom(0, format, codes, at, columns, out, offset);
  }

  /// Values from a column on.
  static void decodeFrom(
      int from,
      DenseFormat format,
      MemorySegment codes,
      long at,
      int columns,
      float[] out,
      int offset) {
    for (int column = from; column < columns; column++) {
      out[offset + column] = value(format, codes, at, columns, column);
    }
  }

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
    addRow(format, codes, a, columns, x, offset, lanes, 0);
    addRow(format, codes, b, columns, x, offset, lanes, LANES);
    addRow(format, codes, c, columns, x, offset, lanes, 2 * LANES);
    addRow(format, codes, d, columns, x, offset, lanes, 3 * LANES);
  }

  private static void addRow(
      DenseFormat format,
      MemorySegment codes,
      long at,
      int columns,
      float[] x,
      int offset,
      float[] lanes,
      int lane) {
    addColumns(format, codes, at, columns, 0, x, offset, lanes, lane);
  }

  /// Adds the columns from one on.
  static void addColumns(
      DenseFormat format,
      MemorySegment codes,
      long at,
      int columns,
      int from,
      float[] x,
      int offset,
      float[] lanes,
      int lane) {
    for (int column = from; column < columns; column++) {
      int k = lane + column % LANES;
      lanes[k] = Math.fma(value(format, codes, at, columns, column), x[offset + column], lanes[k]);
    }
  }

  @Override
  public void tile(float[] rows, int columns, float[] x, int first, int second, float[] lanes) {
    Arrays.fill(lanes, 0, TOKENS * ROWS * LANES, 0);
    addTile(rows, columns, 0, x, first, second, lanes);
  }

  /// Adds the columns from one on.
  static void addTile(
      float[] rows, int columns, int from, float[] x, int first, int second, float[] lanes) {
    for (int row = 0; row < ROWS; row++) {
      for (int column = from; column < columns; column++) {
        float w = rows[row * columns + column];
        int k = row * LANES + column % LANES;
        int l = ROWS * LANES + k;
        lanes[k] = Math.fma(w, x[first + column], lanes[k]);
        lanes[l] = Math.fma(w, x[second + column], lanes[l]);
      }
    }
  }
}

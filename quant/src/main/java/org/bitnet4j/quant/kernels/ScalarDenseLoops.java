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

  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final int GROUP = DenseFormat.GROUP;
  private static final int TILE = DenseFormat.TILE;

  /// Codes of a word.
  private static final int FIELDS = TILE / LANES;

  private ScalarDenseLoops() {}

  /// The value of one column, the row's scale not multiplied in.
  static float value(DenseFormat format, MemorySegment codes, long at, int columns, int column) {
    return switch (format) {
      case FLOAT32 -> codes.get(FLOAT, at + 4L * column);
      case FLOAT16 -> Float.float16ToFloat(codes.get(SHORT, at + 2L * column));
      case BFLOAT16 -> Bfloat16.toFloat(codes.get(SHORT, at + 2L * column));
      case INT8 -> code(format, codes, at, column);
      case INT4 ->
          code(format, codes, at + format.codesAt(columns), column)
              * groupScale(codes, at, column / GROUP);
    };
  }

  private static int code(DenseFormat format, MemorySegment codes, long at, int column) {
    int field = column % TILE / LANES;
    int bits = format.codeBits();
    int word = word(format, codes, at, column / TILE, column % LANES);
    // The uppermost field has a sign.
    int stored =
        field == FIELDS - 1 ? word >> (bits * field) : (word >> (bits * field)) & mask(bits);
    return stored - format.bias(field);
  }

  /// The four codes of a tile and a lane.
  private static int word(DenseFormat format, MemorySegment codes, long at, int tile, int lane) {
    long words = (long) tile * LANES + lane;
    return format == DenseFormat.INT4
        ? codes.get(SHORT, at + Short.BYTES * words)
        : codes.get(INT, at + Integer.BYTES * words);
  }

  private static int mask(int bits) {
    return (1 << bits) - 1;
  }

  private static float groupScale(MemorySegment codes, long at, int group) {
    return Bfloat16.toFloat(codes.get(SHORT, at + (long) Short.BYTES * group));
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
  public void encodeBytes(
      float[] x, int offset, int columns, RowScale scale, MemorySegment codes, long at) {
    encodeBytesFrom(0, x, offset, columns, scale, codes, at);
  }

  /// Codes from a column on.
  static void encodeBytesFrom(
      int from, float[] x, int offset, int columns, RowScale scale, MemorySegment codes, long at) {
    for (int column = from; column < columns; column++) {
      store(
          DenseFormat.INT8, RowScale.code(x[offset + column], scale.inverse()), codes, at, column);
    }
  }

  @Override
  public void encodeNibbles(float[] x, int offset, int columns, MemorySegment codes, long at) {
    encodeNibblesFrom(0, x, offset, columns, codes, at);
  }

  /// Groups from a column on.
  static void encodeNibblesFrom(
      int from, float[] x, int offset, int columns, MemorySegment codes, long at) {
    long codeAt = at + DenseFormat.INT4.codesAt(columns);
    for (int first = from; first < columns; first += GROUP) {
      int end = Math.min(columns, first + GROUP);
      float scale = GroupCode.scale(x, offset + first, end - first);
      codes.set(SHORT, at + (long) Short.BYTES * (first / GROUP), Bfloat16.of(scale));
      for (int column = first; column < end; column++) {
        store(DenseFormat.INT4, GroupCode.code(x[offset + column], scale), codes, codeAt, column);
      }
    }
  }

  /// Writes a code into its field, whose bits must be 0.
  private static void store(
      DenseFormat format, int code, MemorySegment codes, long at, int column) {
    int field = column % TILE / LANES;
    int bits = format.codeBits();
    int stored = (code + format.bias(field)) & mask(bits);
    int word = word(format, codes, at, column / TILE, column % LANES) | stored << (bits * field);
    long words = (long) (column / TILE) * LANES + column % LANES;
    if (format == DenseFormat.INT4) {
      codes.set(SHORT, at + Short.BYTES * words, (short) word);
    } else {
      codes.set(INT, at + Integer.BYTES * words, word);
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
  public void byteToken(float[] x, int groups, MemorySegment ready, long at, long correctionAt) {
    for (int lane = 0; lane < LANES; lane++) {
      double sum = 0;
      for (int group = 0; group < groups; group++) {
        int i = group * GROUP + lane;
        sum += x[i] + x[i + LANES] + x[i + 2 * LANES];
        for (int field = 0; field < FIELDS; field++) {
          int column = i + field * LANES;
          ready.set(FLOAT, at + 4L * column, x[column] * Math.scalb(1f, -8 * field));
        }
      }
      ready.set(FLOAT, correctionAt + 4L * lane, (float) (-128 * sum));
    }
  }

  @Override
  public void nibbleToken(float[] x, int groups, MemorySegment ready, long at, long correctionAt) {
    for (int group = 0; group < groups; group++) {
      for (int lane = 0; lane < LANES; lane++) {
        int i = group * GROUP + lane;
        float sum = x[i] + x[i + LANES] + x[i + 2 * LANES];
        ready.set(FLOAT, correctionAt + 4L * (group * LANES + lane), -8 * sum);
        for (int field = 0; field < FIELDS; field++) {
          int column = i + field * LANES;
          ready.set(FLOAT, at + 4L * column, x[column] * Math.scalb(1f, -4 * field));
        }
      }
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
    for (int lane = 0; lane < LANES; lane++) {
      lanes[lane] = codeLane(format, codes, a, columns, tokens, token, lane);
      lanes[LANES + lane] = codeLane(format, codes, b, columns, tokens, token, lane);
      lanes[2 * LANES + lane] = codeLane(format, codes, c, columns, tokens, token, lane);
      lanes[3 * LANES + lane] = codeLane(format, codes, d, columns, tokens, token, lane);
    }
  }

  /// A row's sum over the columns of a lane, field by field: one sum that starts at the token's
  /// correction, or one of each group, multiplied by the group's scale.
  private static float codeLane(
      DenseFormat format,
      MemorySegment codes,
      long at,
      int columns,
      CodeTokens tokens,
      int token,
      int lane) {
    boolean grouped = format == DenseFormat.INT4;
    MemorySegment x = tokens.memory();
    long xAt = tokens.at(token) + 4L * lane;
    long correctionAt = tokens.correctionsAt(tokens.at(token)) + 4L * lane;
    int tiles = DenseFormat.padded(columns) / TILE;
    float total = 0;
    float sum = grouped ? 0 : x.get(FLOAT, correctionAt);
    for (int tile = 0; tile < tiles; tile++) {
      int word = word(format, codes, at + format.codesAt(columns), tile, lane);
      if (grouped) {
        sum = x.get(FLOAT, correctionAt + 4L * LANES * tile);
      }
      for (int field = 0; field < FIELDS; field++) {
        float ready = x.get(FLOAT, xAt + 4L * TILE * tile + 4L * LANES * field);
        sum = Math.fma(field(format, word, field), ready, sum);
      }
      if (grouped) {
        total = Math.fma(sum, groupScale(codes, at, tile), total);
      }
    }
    return grouped ? total : sum;
  }

  /// A field of a word, masked but left where it is; the uppermost has the word's sign.
  private static float field(DenseFormat format, int word, int field) {
    int shift = format.codeBits() * field;
    return field == FIELDS - 1
        ? (word >> shift) << shift
        : word & (mask(format.codeBits()) << shift);
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

package org.bitnet4j.quant.kernels;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/// Packs and unpacks a block of a [Tiling], eight rows at a time in the bytes of longs. For one
/// thread.
///
/// Byte 4i + j of a vector belongs to row j · lanes/4 + i: so a long of a tile holds rows i and i +
/// 1 of each quarter of the block. Words of sixteen two-bit codes of these rows, those of a quarter
/// in one long, become four longs of a byte of every row by exchanging bytes between them; groups
/// of codes are cut out of those and numbered in all eight bytes at once.
///
/// Plain Java on purpose: a matrix is packed once, while a model is loaded, and loops of vectors,
/// twice as fast when compiled, made 1.8 GB of objects and took half a second until they were.
final class TileBlock {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong WORD =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /// Code 1, a zero trit, in all four places.
  private static final byte ZEROS = 0b01_01_01_01;

  private static final long LOW_INT = 0x0000_0000_FFFF_FFFFL;
  private static final long EVEN_BYTES = 0x00FF_00FF_00FF_00FFL;
  private static final long EVEN_PAIRS = 0x0000_FFFF_0000_FFFFL;

  /// Bit 0, bits 0..1, … 0..5 of each byte.
  private static final long LOW_1 = 0x0101_0101_0101_0101L;

  private static final long LOW_2 = 3 * LOW_1;
  private static final long LOW_3 = 7 * LOW_1;
  private static final long LOW_4 = 15 * LOW_1;
  private static final long LOW_5 = 31 * LOW_1;
  private static final long LOW_6 = 63 * LOW_1;

  /// Bit 0, bits 0..1 of every four.
  private static final long NIBBLE_1 = 0x1111_1111_1111_1111L;

  private static final long NIBBLE_2 = 3 * NIBBLE_1;

  /// Bytes of a row that a step takes: two tiles of 24 columns, or three of 16.
  private static final int STEP = 12;

  /// Bytes from one row of a last step to the next.
  private static final int LAST_STRIDE = 16;

  private final Tiling tiling;
  private final int lanes;
  private final int tilesAtOnce;

  /// The rows of a last step, with what is behind them.
  private final byte[] last;

  TileBlock(Tiling tiling) {
    this.tiling = tiling;
    this.lanes = tiling.loops().lanes();
    this.tilesAtOnce = 4 * STEP / tiling.format().tileColumns();
    this.last = new byte[lanes * LAST_STRIDE];
  }

  /// A segment that starts on a byte, as [Tiling#packRows].
  void pack(int segment, byte[] rows, int stride, MemorySegment codes, long at) {
    int start = start(segment);
    int columns = tiling.segmentWidth(segment);
    int tiles = tiling.segmentTiles(segment);
    int whole = columns / (4 * STEP);
    long to = at + tiling.firstTile(segment) * tiling.tileBytes();
    pack(rows, start, stride, codes, to, whole, tilesAtOnce);
    int left = tiles - whole * tilesAtOnce;
    if (left > 0) {
      int from = start + whole * STEP;
      copyLast(rows, from, stride, columns - whole * 4 * STEP);
      to += (long) whole * tilesAtOnce * tiling.tileBytes();
      pack(last, 0, LAST_STRIDE, codes, to, 1, left);
    }
  }

  /// A segment that starts on a byte, as [Tiling#unpackRows].
  void unpack(int segment, MemorySegment codes, long at, byte[] rows, int stride) {
    int start = start(segment);
    int columns = tiling.segmentWidth(segment);
    int tiles = tiling.segmentTiles(segment);
    int whole = columns / (4 * STEP);
    long from = at + tiling.firstTile(segment) * tiling.tileBytes();
    unpack(codes, from, rows, start, stride, whole, tilesAtOnce);
    int left = tiles - whole * tilesAtOnce;
    if (left > 0) {
      from += (long) whole * tilesAtOnce * tiling.tileBytes();
      unpack(codes, from, last, 0, LAST_STRIDE, 1, left);
      handLast(rows, start + whole * STEP, stride, columns - whole * 4 * STEP);
    }
  }

  private int start(int segment) {
    return (int) ((long) segment * tiling.segmentColumns() / 4);
  }

  private void pack(
      byte[] rows, int start, int stride, MemorySegment codes, long at, int steps, int tiles) {
    switch (tiling.format()) {
      case Lut27Tiles _ -> {
        for (int step = 0; step < steps; step++) {
          pack27(rows, start + step * STEP, stride, codes, at + step * 10L * lanes, tiles > 1);
        }
      }
      case Lut9Tiles _ -> {
        for (int step = 0; step < steps; step++) {
          pack9(rows, start + step * STEP, stride, codes, at + step * 12L * lanes, tiles);
        }
      }
    }
  }

  private void unpack(
      MemorySegment codes, long at, byte[] rows, int start, int stride, int steps, int tiles) {
    switch (tiling.format()) {
      case Lut27Tiles _ -> {
        for (int step = 0; step < steps; step++) {
          unpack27(codes, at + step * 10L * lanes, rows, start + step * STEP, stride, tiles > 1);
        }
      }
      case Lut9Tiles _ -> {
        for (int step = 0; step < steps; step++) {
          unpack9(codes, at + step * 12L * lanes, rows, start + step * STEP, stride, tiles);
        }
      }
    }
  }

  /// Takes the last columns of all rows, and zero trits behind them.
  private void copyLast(byte[] rows, int start, int stride, int columns) {
    Arrays.fill(last, ZEROS);
    int bytes = columns / 4;
    int used = (1 << (2 * (columns % 4))) - 1;
    for (int row = 0; row < lanes; row++) {
      int from = row * stride + start;
      int to = row * LAST_STRIDE;
      System.arraycopy(rows, from, last, to, bytes);
      if (used != 0) {
        last[to + bytes] = (byte) ((rows[from + bytes] & used) | (ZEROS & ~used));
      }
    }
  }

  /// Hands the last columns to all rows, with zero bits behind them.
  private void handLast(byte[] rows, int start, int stride, int columns) {
    int bytes = columns / 4;
    int used = (1 << (2 * (columns % 4))) - 1;
    for (int row = 0; row < lanes; row++) {
      int from = row * LAST_STRIDE;
      int to = row * stride + start;
      System.arraycopy(last, from, rows, to, bytes);
      if (used != 0) {
        rows[to + bytes] = (byte) (last[from + bytes] & used);
      }
    }
  }

  /// Two tiles of 24 columns, or the first of them, of all rows.
  private void pack27(
      byte[] rows, int start, int stride, MemorySegment codes, long at, boolean both) {
    int quarter = lanes / 4;
    int next = quarter * stride;
    long vector = lanes;
    for (int i = 0; i < quarter; i += 2) {
      int r = start + i * stride;
      // Words 0, 1 and 2 of rows i and i + 1 of the four quarters.
      long p = (long) LONG.get(rows, r);
      long q = (long) LONG.get(rows, r + stride);
      long a0 = (p & LOW_INT) | (q << 32);
      long b0 = (p >>> 32) | (q & ~LOW_INT);
      long c0 =
          ((int) INT.get(rows, r + 8) & LOW_INT)
              | ((long) (int) INT.get(rows, r + stride + 8) << 32);
      r += next;
      p = (long) LONG.get(rows, r);
      q = (long) LONG.get(rows, r + stride);
      long a1 = (p & LOW_INT) | (q << 32);
      long b1 = (p >>> 32) | (q & ~LOW_INT);
      long c1 =
          ((int) INT.get(rows, r + 8) & LOW_INT)
              | ((long) (int) INT.get(rows, r + stride + 8) << 32);
      r += next;
      p = (long) LONG.get(rows, r);
      q = (long) LONG.get(rows, r + stride);
      long a2 = (p & LOW_INT) | (q << 32);
      long b2 = (p >>> 32) | (q & ~LOW_INT);
      long c2 =
          ((int) INT.get(rows, r + 8) & LOW_INT)
              | ((long) (int) INT.get(rows, r + stride + 8) << 32);
      r += next;
      p = (long) LONG.get(rows, r);
      q = (long) LONG.get(rows, r + stride);
      long a3 = (p & LOW_INT) | (q << 32);
      long b3 = (p >>> 32) | (q & ~LOW_INT);
      long c3 =
          ((int) INT.get(rows, r + 8) & LOW_INT)
              | ((long) (int) INT.get(rows, r + stride + 8) << 32);
      // Byte j of word k against byte k of word j: delta swaps (Hacker's Delight, 7-3).
      long x = ((a0 >>> 8) ^ a1) & EVEN_BYTES;
      long y = ((a2 >>> 8) ^ a3) & EVEN_BYTES;
      a0 ^= x << 8;
      a1 ^= x;
      a2 ^= y << 8;
      a3 ^= y;
      x = ((a0 >>> 16) ^ a2) & EVEN_PAIRS;
      y = ((a1 >>> 16) ^ a3) & EVEN_PAIRS;
      a0 ^= x << 16;
      a2 ^= x;
      a1 ^= y << 16;
      a3 ^= y;
      x = ((b0 >>> 8) ^ b1) & EVEN_BYTES;
      y = ((b2 >>> 8) ^ b3) & EVEN_BYTES;
      b0 ^= x << 8;
      b1 ^= x;
      b2 ^= y << 8;
      b3 ^= y;
      x = ((b0 >>> 16) ^ b2) & EVEN_PAIRS;
      y = ((b1 >>> 16) ^ b3) & EVEN_PAIRS;
      b0 ^= x << 16;
      b2 ^= x;
      b1 ^= y << 16;
      b3 ^= y;
      x = ((c0 >>> 8) ^ c1) & EVEN_BYTES;
      y = ((c2 >>> 8) ^ c3) & EVEN_BYTES;
      c0 ^= x << 8;
      c1 ^= x;
      c2 ^= y << 8;
      c3 ^= y;
      x = ((c0 >>> 16) ^ c2) & EVEN_PAIRS;
      y = ((c1 >>> 16) ^ c3) & EVEN_PAIRS;
      c0 ^= x << 16;
      c2 ^= x;
      c1 ^= y << 16;
      c3 ^= y;
      long to = at + 4L * i;
      store27(a0, a1, a2, a3, b0, b1, codes, to, vector);
      if (both) {
        store27(b2, b3, c0, c1, c2, c3, codes, to + 5 * vector, vector);
      }
    }
  }

  /// A tile from bytes of 24 columns in order, of eight rows: see [Lut27Tiles].
  private static void store27(
      long a, long b, long c, long d, long e, long f, MemorySegment codes, long to, long vector) {
    long i5 = index(((d >>> 6) & LOW_2) | ((e & LOW_4) << 2));
    long i6 = index(((e >>> 4) & LOW_4) | ((f & LOW_2) << 4));
    long i7 = index((f >>> 2) & LOW_6);
    long i0 = index(a & LOW_6);
    codes.set(WORD, to, i0 | (i5 & LOW_3) << 5);
    long i1 = index(((a >>> 6) & LOW_2) | ((b & LOW_4) << 2));
    long upper = (i5 & (LOW_2 << 3)) << 2;
    codes.set(WORD, to + vector, i1 | upper | (i7 & (LOW_1 << 3)) << 4);
    long i2 = index(((b >>> 4) & LOW_4) | ((c & LOW_2) << 4));
    codes.set(WORD, to + 2 * vector, i2 | (i6 & LOW_3) << 5);
    long i3 = index((c >>> 2) & LOW_6);
    upper = (i6 & (LOW_2 << 3)) << 2;
    codes.set(WORD, to + 3 * vector, i3 | upper | (i7 & (LOW_1 << 4)) << 3);
    long i4 = index(d & LOW_6);
    codes.set(WORD, to + 4 * vector, i4 | (i7 & LOW_3) << 5);
  }

  /// Six bits t₀ + 4·t₁ + 16·t₂ less t₁ and 7·t₂ are t₀ + 3·t₁ + 9·t₂.
  private static long index(long six) {
    return six - ((six >>> 2) & LOW_2) - 7 * ((six >>> 4) & LOW_2);
  }

  /// The inverse of [#index]: i + t₁ + 7·t₂. A comparison i ≥ n is bit 5 of i + 32 − n.
  private static long six(long index) {
    long t2 =
        (((index + (32 - 9) * LOW_1) >>> 5) & LOW_1)
            + (((index + (32 - 18) * LOW_1) >>> 5) & LOW_1);
    long rest = index - 9 * t2;
    long t1 =
        (((rest + (32 - 3) * LOW_1) >>> 5) & LOW_1) + (((rest + (32 - 6) * LOW_1) >>> 5) & LOW_1);
    return index + t1 + 7 * t2;
  }

  private void unpack27(
      MemorySegment codes, long at, byte[] rows, int start, int stride, boolean both) {
    long vector = lanes;
    for (int i = 0; i < lanes / 4; i += 2) {
      int r = start + i * stride;
      long from = at + 4L * i;
      long a = codes.get(WORD, from);
      long b = codes.get(WORD, from + vector);
      long c = codes.get(WORD, from + 2 * vector);
      long d = codes.get(WORD, from + 3 * vector);
      long e = codes.get(WORD, from + 4 * vector);
      long g0 = six(a & LOW_5);
      long g1 = six(b & LOW_5);
      long g2 = six(c & LOW_5);
      long g3 = six(d & LOW_5);
      long g4 = six(e & LOW_5);
      long g5 = six(((a >>> 5) & LOW_3) | ((b >>> 2) & (LOW_2 << 3)));
      long g6 = six(((c >>> 5) & LOW_3) | ((d >>> 2) & (LOW_2 << 3)));
      long g7 = six(((e >>> 5) & LOW_3) | ((b >>> 4) & (LOW_1 << 3)) | ((d >>> 3) & (LOW_1 << 4)));
      spread(
          g0 | (g1 & LOW_2) << 6,
          ((g1 >>> 2) & LOW_4) | (g2 & LOW_4) << 4,
          ((g2 >>> 4) & LOW_2) | g3 << 2,
          g4 | (g5 & LOW_2) << 6,
          rows,
          r,
          stride);
      long low = ((g5 >>> 2) & LOW_4) | (g6 & LOW_4) << 4;
      long high = ((g6 >>> 4) & LOW_2) | g7 << 2;
      if (!both) {
        spread(low, high, 0, 0, rows, r + 4, stride);
        continue;
      }
      from += 5 * vector;
      a = codes.get(WORD, from);
      b = codes.get(WORD, from + vector);
      c = codes.get(WORD, from + 2 * vector);
      d = codes.get(WORD, from + 3 * vector);
      e = codes.get(WORD, from + 4 * vector);
      g0 = six(a & LOW_5);
      g1 = six(b & LOW_5);
      g2 = six(c & LOW_5);
      g3 = six(d & LOW_5);
      g4 = six(e & LOW_5);
      g5 = six(((a >>> 5) & LOW_3) | ((b >>> 2) & (LOW_2 << 3)));
      g6 = six(((c >>> 5) & LOW_3) | ((d >>> 2) & (LOW_2 << 3)));
      g7 = six(((e >>> 5) & LOW_3) | ((b >>> 4) & (LOW_1 << 3)) | ((d >>> 3) & (LOW_1 << 4)));
      spread(
          low,
          high,
          g0 | (g1 & LOW_2) << 6,
          ((g1 >>> 2) & LOW_4) | (g2 & LOW_4) << 4,
          rows,
          r + 4,
          stride);
      spread(
          ((g2 >>> 4) & LOW_2) | g3 << 2,
          g4 | (g5 & LOW_2) << 6,
          ((g5 >>> 2) & LOW_4) | (g6 & LOW_4) << 4,
          ((g6 >>> 4) & LOW_2) | g7 << 2,
          rows,
          r + 8,
          stride);
    }
  }

  /// Hands four bytes of eight rows to them, a word each.
  private void spread(long w0, long w1, long w2, long w3, byte[] rows, int at, int stride) {
    long x = ((w0 >>> 8) ^ w1) & EVEN_BYTES;
    long y = ((w2 >>> 8) ^ w3) & EVEN_BYTES;
    long a = w0 ^ (x << 8);
    long b = w1 ^ x;
    long c = w2 ^ (y << 8);
    long d = w3 ^ y;
    x = ((a >>> 16) ^ c) & EVEN_PAIRS;
    y = ((b >>> 16) ^ d) & EVEN_PAIRS;
    int next = lanes / 4 * stride;
    put(a ^ (x << 16), rows, at, stride);
    put(b ^ (y << 16), rows, at + next, stride);
    put(c ^ x, rows, at + 2 * next, stride);
    put(d ^ y, rows, at + 3 * next, stride);
  }

  private static void put(long words, byte[] rows, int at, int stride) {
    INT.set(rows, at, (int) words);
    INT.set(rows, at + stride, (int) (words >>> 32));
  }

  /// Up to three tiles of 16 columns, a word of every row each: see [Lut9Tiles].
  private void pack9(byte[] rows, int start, int stride, MemorySegment codes, long at, int tiles) {
    int next = lanes / 4 * stride;
    long vector = lanes;
    for (int tile = 0; tile < tiles; tile++) {
      long to = at + tile * 4L * vector;
      for (int i = 0; i < lanes / 4; i += 2) {
        int r = start + tile * Integer.BYTES + i * stride;
        long a = pairs(rows, r, stride);
        long b = pairs(rows, r + next, stride);
        long c = pairs(rows, r + 2 * next, stride);
        long d = pairs(rows, r + 3 * next, stride);
        long x = ((a >>> 8) ^ b) & EVEN_BYTES;
        long y = ((c >>> 8) ^ d) & EVEN_BYTES;
        a ^= x << 8;
        b ^= x;
        c ^= y << 8;
        d ^= y;
        x = ((a >>> 16) ^ c) & EVEN_PAIRS;
        y = ((b >>> 16) ^ d) & EVEN_PAIRS;
        codes.set(WORD, to + 4L * i, a ^ (x << 16));
        codes.set(WORD, to + 4L * i + vector, b ^ (y << 16));
        codes.set(WORD, to + 4L * i + 2 * vector, c ^ x);
        codes.set(WORD, to + 4L * i + 3 * vector, d ^ y);
      }
    }
  }

  /// A word of two rows, its fields t₀ + 4·t₁ less t₁.
  private static long pairs(byte[] rows, int at, int stride) {
    long words =
        ((int) INT.get(rows, at) & LOW_INT) | ((long) (int) INT.get(rows, at + stride) << 32);
    return words - ((words >>> 2) & NIBBLE_2);
  }

  private void unpack9(
      MemorySegment codes, long at, byte[] rows, int start, int stride, int tiles) {
    long vector = lanes;
    for (int tile = 0; tile < tiles; tile++) {
      for (int i = 0; i < lanes / 4; i += 2) {
        long from = at + tile * 4L * vector + 4L * i;
        spread(
            fours(codes.get(WORD, from)),
            fours(codes.get(WORD, from + vector)),
            fours(codes.get(WORD, from + 2 * vector)),
            fours(codes.get(WORD, from + 3 * vector)),
            rows,
            start + tile * Integer.BYTES + i * stride,
            stride);
      }
    }
  }

  /// i + t₁, where i ≥ n is bit 3 of i + 8 − n.
  private static long fours(long indices) {
    return indices
        + (((indices + (8 - 3) * NIBBLE_1) >>> 3) & NIBBLE_1)
        + (((indices + (8 - 6) * NIBBLE_1) >>> 3) & NIBBLE_1);
  }
}

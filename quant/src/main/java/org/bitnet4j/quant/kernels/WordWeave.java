package org.bitnet4j.quant.kernels;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Two-bit codes from canonical order into a [TwoBitOrder] and back, by words.
///
/// A set of words is an array of two-bit cells whose index has a few bits for the word, three for
/// the byte in it and two for the cell in the byte. Both orders number the same cells, with the
/// bits of the index in another order. Exchanging a bit of the word with a bit inside it takes six
/// operations for two words (a delta swap: Warren, Hacker's Delight, 7-3), exchanging two inside
/// takes six for one word, so a few of them do what moving cells one by one does in hundreds.
final class WordWeave {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  /// Cells 0 and 1 of each byte, 0b00_00_11_11.
  private static final long LOW_PAIRS = 0x0F0F_0F0F_0F0F_0F0FL;

  /// Cells 0 and 2 of each byte, 0b00_11_00_11.
  private static final long EVEN_CELLS = 0x3333_3333_3333_3333L;

  /// The even bytes.
  private static final long EVEN_BYTES = 0x00FF_00FF_00FF_00FFL;

  /// The even pairs of bytes.
  private static final long EVEN_PAIRS = 0x0000_FFFF_0000_FFFFL;

  /// The lower half.
  private static final long LOW_HALF = 0x0000_0000_FFFF_FFFFL;

  private WordWeave() {}

  /// Weaves units.
  ///
  /// @param order the order to bring them into
  /// @param codes canonical codes
  /// @param from first byte of the first unit in `codes`
  /// @param woven receives the units
  /// @param to first byte of the first unit in `woven`
  /// @param bytes bytes of all units
  static void weave(TwoBitOrder order, byte[] codes, int from, byte[] woven, int to, int bytes) {
    switch (order) {
      case RUNS_OF_4 -> {
        for (int i = 0; i < bytes; i += 4) {
          INT.set(woven, to + i, transposed((int) INT.get(codes, from + i)));
        }
      }
      case RUNS_OF_16, RUNS_OF_16_HIGH_FIRST -> {
        for (int i = 0; i < bytes; i += 16) {
          weave16(order.highFirst(), codes, from + i, woven, to + i);
        }
      }
      case RUNS_OF_32, RUNS_OF_32_HIGH_FIRST -> {
        int first = order.highFirst() ? 24 : 0;
        int step = order.highFirst() ? -8 : 8;
        for (int i = 0; i < bytes; i += 32) {
          weave32(codes, from + i + first, step, woven, to + i);
        }
      }
    }
  }

  /// The inverse of [#weave].
  ///
  /// @param order the order to bring them out of
  /// @param woven holds the units
  /// @param from first byte of the first unit in `woven`
  /// @param codes receives canonical codes
  /// @param to first byte of the first unit in `codes`
  /// @param bytes bytes of all units
  static void unweave(TwoBitOrder order, byte[] woven, int from, byte[] codes, int to, int bytes) {
    switch (order) {
      case RUNS_OF_4 -> {
        for (int i = 0; i < bytes; i += 4) {
          INT.set(codes, to + i, transposed((int) INT.get(woven, from + i)));
        }
      }
      case RUNS_OF_16, RUNS_OF_16_HIGH_FIRST -> {
        for (int i = 0; i < bytes; i += 16) {
          unweave16(order.highFirst(), woven, from + i, codes, to + i);
        }
      }
      case RUNS_OF_32, RUNS_OF_32_HIGH_FIRST -> {
        int first = order.highFirst() ? 24 : 0;
        int step = order.highFirst() ? -8 : 8;
        for (int i = 0; i < bytes; i += 32) {
          unweave32(woven, from + i, codes, to + i + first, step);
        }
      }
    }
  }

  /// Code i of run p to bits 2p..2p+1 of byte i.
  ///
  /// @param a first byte of the run of the lowest bits
  /// @param step from there to the next run
  private static void weave32(byte[] codes, int a, int step, byte[] woven, int at) {
    long w0 = (long) LONG.get(codes, a);
    long w1 = (long) LONG.get(codes, a + step);
    long w2 = (long) LONG.get(codes, a + 2 * step);
    long w3 = (long) LONG.get(codes, a + 3 * step);
    // The number of the run, the two bits of the word, becomes the cell ...
    long t = ((w0 >>> 4) ^ w2) & LOW_PAIRS;
    w0 ^= t << 4;
    w2 ^= t;
    t = ((w1 >>> 4) ^ w3) & LOW_PAIRS;
    w1 ^= t << 4;
    w3 ^= t;
    t = ((w0 >>> 2) ^ w1) & EVEN_CELLS;
    w0 ^= t << 2;
    w1 ^= t;
    t = ((w2 >>> 2) ^ w3) & EVEN_CELLS;
    w2 ^= t << 2;
    w3 ^= t;
    // ... and the number i of the code, whose low bits are the word now, the byte.
    t = ((w0 >>> 8) ^ w1) & EVEN_BYTES;
    w0 ^= t << 8;
    w1 ^= t;
    t = ((w2 >>> 8) ^ w3) & EVEN_BYTES;
    w2 ^= t << 8;
    w3 ^= t;
    t = ((w0 >>> 16) ^ w2) & EVEN_PAIRS;
    w0 ^= t << 16;
    w2 ^= t;
    t = ((w1 >>> 16) ^ w3) & EVEN_PAIRS;
    w1 ^= t << 16;
    w3 ^= t;
    LONG.set(woven, at, (w0 & LOW_HALF) | (w1 << 32));
    LONG.set(woven, at + 8, (w2 & LOW_HALF) | (w3 << 32));
    LONG.set(woven, at + 16, (w0 >>> 32) | (w1 & ~LOW_HALF));
    LONG.set(woven, at + 24, (w2 >>> 32) | (w3 & ~LOW_HALF));
  }

  private static void unweave32(byte[] woven, int at, byte[] codes, int a, int step) {
    long v0 = (long) LONG.get(woven, at);
    long v1 = (long) LONG.get(woven, at + 8);
    long v2 = (long) LONG.get(woven, at + 16);
    long v3 = (long) LONG.get(woven, at + 24);
    long w0 = (v0 & LOW_HALF) | (v2 << 32);
    long w1 = (v0 >>> 32) | (v2 & ~LOW_HALF);
    long w2 = (v1 & LOW_HALF) | (v3 << 32);
    long w3 = (v1 >>> 32) | (v3 & ~LOW_HALF);
    long t = ((w0 >>> 16) ^ w2) & EVEN_PAIRS;
    w0 ^= t << 16;
    w2 ^= t;
    t = ((w1 >>> 16) ^ w3) & EVEN_PAIRS;
    w1 ^= t << 16;
    w3 ^= t;
    t = ((w0 >>> 8) ^ w1) & EVEN_BYTES;
    w0 ^= t << 8;
    w1 ^= t;
    t = ((w2 >>> 8) ^ w3) & EVEN_BYTES;
    w2 ^= t << 8;
    w3 ^= t;
    t = ((w0 >>> 2) ^ w1) & EVEN_CELLS;
    w0 ^= t << 2;
    w1 ^= t;
    t = ((w2 >>> 2) ^ w3) & EVEN_CELLS;
    w2 ^= t << 2;
    w3 ^= t;
    t = ((w0 >>> 4) ^ w2) & LOW_PAIRS;
    w0 ^= t << 4;
    w2 ^= t;
    t = ((w1 >>> 4) ^ w3) & LOW_PAIRS;
    w1 ^= t << 4;
    w3 ^= t;
    LONG.set(codes, a, w0);
    LONG.set(codes, a + step, w1);
    LONG.set(codes, a + 2 * step, w2);
    LONG.set(codes, a + 3 * step, w3);
  }

  private static void weave16(boolean highFirst, byte[] codes, int from, byte[] woven, int at) {
    long v0 = (long) LONG.get(codes, from);
    long v1 = (long) LONG.get(codes, from + 8);
    // Two runs to a word; backwards, the words and their halves change places.
    long w0 = highFirst ? Long.rotateLeft(v1, 32) : v0;
    long w1 = highFirst ? Long.rotateLeft(v0, 32) : v1;
    long t = ((w0 >>> 4) ^ w1) & LOW_PAIRS;
    w0 ^= t << 4;
    w1 ^= t;
    t = ((w0 >>> 16) ^ w1) & EVEN_PAIRS;
    w0 ^= t << 16;
    w1 ^= t;
    LONG.set(woven, at, weaveHalf(w0));
    LONG.set(woven, at + 8, weaveHalf(w1));
  }

  private static void unweave16(boolean highFirst, byte[] woven, int at, byte[] codes, int to) {
    long w0 = unweaveHalf((long) LONG.get(woven, at));
    long w1 = unweaveHalf((long) LONG.get(woven, at + 8));
    long t = ((w0 >>> 16) ^ w1) & EVEN_PAIRS;
    w0 ^= t << 16;
    w1 ^= t;
    t = ((w0 >>> 4) ^ w1) & LOW_PAIRS;
    w0 ^= t << 4;
    w1 ^= t;
    LONG.set(codes, to, highFirst ? Long.rotateLeft(w1, 32) : w0);
    LONG.set(codes, to + 8, highFirst ? Long.rotateLeft(w0, 32) : w1);
  }

  /// The half of the word against the odd cell, then against the odd byte.
  private static long weaveHalf(long w) {
    long t = ((w >>> 30) ^ w) & (EVEN_CELLS << 2) & LOW_HALF;
    w ^= t ^ (t << 30);
    t = ((w >>> 24) ^ w) & (EVEN_BYTES << 8) & LOW_HALF;
    return w ^ t ^ (t << 24);
  }

  private static long unweaveHalf(long w) {
    long t = ((w >>> 24) ^ w) & (EVEN_BYTES << 8) & LOW_HALF;
    w ^= t ^ (t << 24);
    t = ((w >>> 30) ^ w) & (EVEN_CELLS << 2) & LOW_HALF;
    return w ^ t ^ (t << 30);
  }

  /// Cell j of byte i to cell i of byte j.
  private static int transposed(int x) {
    // High bit of the byte against high bit of the cell, then the low ones.
    int t = ((x >>> 12) ^ x) & 0x0000_F0F0;
    x ^= t ^ (t << 12);
    t = ((x >>> 6) ^ x) & 0x00CC_00CC;
    return x ^ t ^ (t << 6);
  }
}

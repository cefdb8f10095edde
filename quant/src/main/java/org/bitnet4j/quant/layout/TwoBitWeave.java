package org.bitnet4j.quant.layout;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Four runs of two-bit codes, one after the other, turned into bytes that hold one code of each
/// run, and back: the step between canonical order and that of I2_S, TQ2_0 and IQ2_BN.
///
/// A set of words is an array of two-bit cells whose index has a few bits for the word, three for
/// the byte in it and two for the cell in the byte. Both orders number the same cells, with the
/// bits of the index in another order. Exchanging a bit of the word with a bit inside it takes six
/// operations for two words (a delta swap: Warren, Hacker's Delight, 7-3), exchanging two inside
/// takes six for one word, so a few of them do what moving cells one by one does in hundreds.
final class TwoBitWeave {
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

  private TwoBitWeave() {}

  /// Weaves four runs of 32 codes: code i of run p goes to bits 2p..2p+1 of byte i.
  ///
  /// @param codes holds the runs, 8 bytes each
  /// @param a first byte of run 0
  /// @param b first byte of run 1
  /// @param c first byte of run 2
  /// @param d first byte of run 3
  /// @param woven receives 32 bytes
  /// @param at the first of them
  static void weave(byte[] codes, int a, int b, int c, int d, byte[] woven, int at) {
    long w0 = (long) LONG.get(codes, a);
    long w1 = (long) LONG.get(codes, b);
    long w2 = (long) LONG.get(codes, c);
    long w3 = (long) LONG.get(codes, d);
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

  /// The inverse of [#weave].
  ///
  /// @param woven holds 32 bytes
  /// @param at the first of them
  /// @param codes receives the runs, 8 bytes each
  /// @param a first byte of run 0
  /// @param b first byte of run 1
  /// @param c first byte of run 2
  /// @param d first byte of run 3
  static void unweave(byte[] woven, int at, byte[] codes, int a, int b, int c, int d) {
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
    LONG.set(codes, b, w1);
    LONG.set(codes, c, w2);
    LONG.set(codes, d, w3);
  }

  /// Weaves four runs of 16 codes, two in each word: code i of run p goes to bits 2p..2p+1 of byte
  /// i.
  ///
  /// @param codes holds the runs
  /// @param a first byte of runs 0 and 1
  /// @param b first byte of runs 2 and 3
  /// @param turn 32 where the odd run of a word comes first, else 0
  /// @param woven receives 16 bytes
  /// @param at the first of them
  static void weaveHalves(byte[] codes, int a, int b, int turn, byte[] woven, int at) {
    long w0 = Long.rotateLeft((long) LONG.get(codes, a), turn);
    long w1 = Long.rotateLeft((long) LONG.get(codes, b), turn);
    long t = ((w0 >>> 4) ^ w1) & LOW_PAIRS;
    w0 ^= t << 4;
    w1 ^= t;
    t = ((w0 >>> 16) ^ w1) & EVEN_PAIRS;
    w0 ^= t << 16;
    w1 ^= t;
    LONG.set(woven, at, weaveHalf(w0));
    LONG.set(woven, at + 8, weaveHalf(w1));
  }

  /// The inverse of [#weaveHalves].
  ///
  /// @param woven holds 16 bytes
  /// @param at the first of them
  /// @param codes receives the runs
  /// @param a first byte of runs 0 and 1
  /// @param b first byte of runs 2 and 3
  /// @param turn 32 where the odd run of a word comes first, else 0
  static void unweaveHalves(byte[] woven, int at, byte[] codes, int a, int b, int turn) {
    long w0 = unweaveHalf((long) LONG.get(woven, at));
    long w1 = unweaveHalf((long) LONG.get(woven, at + 8));
    long t = ((w0 >>> 16) ^ w1) & EVEN_PAIRS;
    w0 ^= t << 16;
    w1 ^= t;
    t = ((w0 >>> 4) ^ w1) & LOW_PAIRS;
    w0 ^= t << 4;
    w1 ^= t;
    LONG.set(codes, a, Long.rotateLeft(w0, turn));
    LONG.set(codes, b, Long.rotateLeft(w1, turn));
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

  /// Weaves four runs of four codes in each half of a word: code i of run p goes to cell p of byte
  /// i. It is its own inverse.
  ///
  /// @param from holds 8 bytes
  /// @param at the first of them
  /// @param to receives the lower half
  /// @param low first byte of that
  /// @param high first byte, in `to`, of the upper half
  static void transpose(byte[] from, int at, byte[] to, int low, int high) {
    long w = transposed((long) LONG.get(from, at));
    INT.set(to, low, (int) w);
    INT.set(to, high, (int) (w >>> 32));
  }

  /// [#transpose] of two halves that lie apart.
  ///
  /// @param from holds the halves
  /// @param low first byte of the lower half
  /// @param high first byte of the upper half
  /// @param to receives 8 bytes
  /// @param at the first of them
  static void transposeBack(byte[] from, int low, int high, byte[] to, int at) {
    long w = ((int) INT.get(from, low) & LOW_HALF) | ((long) (int) INT.get(from, high) << 32);
    LONG.set(to, at, transposed(w));
  }

  private static long transposed(long w) {
    // High bit of the byte against high bit of the cell, then the low ones.
    long t = ((w >>> 12) ^ w) & 0x0000_F0F0_0000_F0F0L;
    w ^= t ^ (t << 12);
    t = ((w >>> 6) ^ w) & 0x00CC_00CC_00CC_00CCL;
    return w ^ t ^ (t << 6);
  }
}

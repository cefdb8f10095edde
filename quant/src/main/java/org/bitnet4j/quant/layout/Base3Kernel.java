package org.bitnet4j.quant.layout;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// The fast path between canonical two-bit codes and the blocks of one [Base3Code], by tables. The
/// parameters are those of [BlockCode#encode] and [BlockCode#decode]; codes that are 3 give some
/// byte, and it is for the caller to refuse them.
sealed interface Base3Kernel {
  /// Stores blocks.
  void encode(byte[] codes, byte[] stored, int at, int stride, int blocks);

  /// Reads blocks.
  boolean decode(byte[] stored, int at, int stride, int blocks, byte[] codes);

  /// Blocks made of runs of bytes, whose digit n holds consecutive columns: four bytes of a run
  /// give one canonical byte for each digit.
  final class Runs implements Base3Kernel {
    private static final VarHandle INT =
        MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    /// Set in the spread digits of a byte that no encoder produces, where no shift by up to 6 moves
    /// it onto a digit or out of the word.
    private static final long BAD = 1L << 56;

    /// Digit n of a byte in bits 8n..8n+1.
    private static final long[] DIGITS = digits(Base3Digits.COUNT);

    /// The same where the last digit must be 0.
    private static final long[] FOUR_DIGITS = digits(Base3Digits.COUNT - 1);

    /// The four codes of a canonical byte, one in each byte.
    private static final int[] SPREAD = new int[256];

    /// The byte of each number of five digits, and 0 for what five codes up to 3 can exceed it by.
    private static final byte[] PACKED = new byte[512];

    static {
      for (int codes = 0; codes < 256; codes++) {
        SPREAD[codes] =
            (codes & 3) | (codes >> 2 & 3) << 8 | (codes >> 4 & 3) << 16 | (codes >> 6) << 24;
      }
      for (int q = 0; q < Base3Digits.NUMBERS; q++) {
        PACKED[q] = Base3Digits.pack(q);
      }
    }

    private final int codeBytes;
    private final Base3Code.Run[] runs;

    /// The kernel of a list of runs.
    ///
    /// @param columns columns of a block
    /// @param runs the runs that cover it
    Runs(int columns, Base3Code.Run... runs) {
      this.codeBytes = columns / 4;
      this.runs = runs;
    }

    private static long[] digits(int used) {
      long[] spread = new long[256];
      for (int b = 0; b < 256; b++) {
        boolean sound = Base3Digits.unpack((byte) b) >= 0;
        for (int n = 0; n < Base3Digits.COUNT; n++) {
          long digit = Base3Digits.digit((byte) b, n);
          sound &= n < used || digit == 0;
          spread[b] |= digit << (8 * n);
        }
        spread[b] |= sound ? 0 : BAD;
      }
      return spread;
    }

    @Override
    public void encode(byte[] codes, byte[] stored, int at, int stride, int blocks) {
      for (Base3Code.Run run : runs) {
        int from = run.firstColumn() / 4;
        int to = at + run.firstByte();
        if (run.width() % 4 != 0) {
          encodePairs(codes, from, stored, to, stride, blocks);
        } else if (run.digits() == Base3Digits.COUNT) {
          encodeFive(codes, from, stored, to, stride, blocks, run.width() / 4);
        } else {
          encodeFour(codes, from, stored, to, stride, blocks);
        }
      }
    }

    private void encodeFive(
        byte[] codes, int from, byte[] stored, int at, int stride, int blocks, int quads) {
      for (int block = 0; block < blocks; block++) {
        for (int quad = 0; quad < quads; quad++) {
          int c = from + block * codeBytes + quad;
          // Four numbers side by side, at most 242 each, by Horner's rule.
          int q = SPREAD[codes[c] & 0xFF];
          q = 3 * q + SPREAD[codes[c + quads] & 0xFF];
          q = 3 * q + SPREAD[codes[c + 2 * quads] & 0xFF];
          q = 3 * q + SPREAD[codes[c + 3 * quads] & 0xFF];
          q = 3 * q + SPREAD[codes[c + 4 * quads] & 0xFF];
          INT.set(stored, at + block * stride + 4 * quad, pack(q));
        }
      }
    }

    private void encodeFour(byte[] codes, int from, byte[] stored, int at, int stride, int blocks) {
      for (int block = 0; block < blocks; block++) {
        int c = from + block * codeBytes;
        int q = SPREAD[codes[c] & 0xFF];
        q = 3 * q + SPREAD[codes[c + 1] & 0xFF];
        q = 3 * q + SPREAD[codes[c + 2] & 0xFF];
        q = 3 * q + SPREAD[codes[c + 3] & 0xFF];
        INT.set(stored, at + block * stride, pack(3 * q));
      }
    }

    private static int pack(int q) {
      return (PACKED[q & 0xFF] & 0xFF)
          | (PACKED[q >>> 8 & 0xFF] & 0xFF) << 8
          | (PACKED[q >>> 16 & 0xFF] & 0xFF) << 16
          | PACKED[q >>> 24] << 24;
    }

    /// Two bytes of four digits: digit n of byte m is code 2n + m of the two canonical bytes.
    private void encodePairs(
        byte[] codes, int from, byte[] stored, int at, int stride, int blocks) {
      for (int block = 0; block < blocks; block++) {
        int c = from + block * codeBytes;
        int eight = (codes[c] & 0xFF) | (codes[c + 1] & 0xFF) << 8;
        for (int m = 0; m < 2; m++) {
          int four = eight >> (2 * m);
          int q =
              (four & 3) * 81 + (four >> 4 & 3) * 27 + (four >> 8 & 3) * 9 + (four >> 12 & 3) * 3;
          stored[at + block * stride + m] = PACKED[q];
        }
      }
    }

    @Override
    public boolean decode(byte[] stored, int at, int stride, int blocks, byte[] codes) {
      long seen = 0;
      for (Base3Code.Run run : runs) {
        int from = at + run.firstByte();
        int to = run.firstColumn() / 4;
        if (run.width() % 4 != 0) {
          seen |= decodePairs(stored, from, stride, blocks, codes, to);
        } else if (run.digits() == Base3Digits.COUNT) {
          seen |= decodeFive(stored, from, stride, blocks, codes, to, run.width() / 4);
        } else {
          seen |= decodeFour(stored, from, stride, blocks, codes, to);
        }
      }
      return seen < BAD;
    }

    private long decodeFive(
        byte[] stored, int at, int stride, int blocks, byte[] codes, int to, int quads) {
      long seen = 0;
      for (int block = 0; block < blocks; block++) {
        for (int quad = 0; quad < quads; quad++) {
          long digits = digits(DIGITS, (int) INT.get(stored, at + block * stride + 4 * quad));
          seen |= digits;
          int c = to + block * codeBytes + quad;
          codes[c] = (byte) digits;
          codes[c + quads] = (byte) (digits >>> 8);
          codes[c + 2 * quads] = (byte) (digits >>> 16);
          codes[c + 3 * quads] = (byte) (digits >>> 24);
          codes[c + 4 * quads] = (byte) (digits >>> 32);
        }
      }
      return seen;
    }

    private long decodeFour(byte[] stored, int at, int stride, int blocks, byte[] codes, int to) {
      long seen = 0;
      for (int block = 0; block < blocks; block++) {
        long digits = digits(FOUR_DIGITS, (int) INT.get(stored, at + block * stride));
        seen |= digits;
        INT.set(codes, to + block * codeBytes, (int) digits);
      }
      return seen;
    }

    /// The digits of four bytes: byte n holds the four digits n, as four canonical codes.
    private static long digits(long[] table, int four) {
      return table[four & 0xFF]
          | table[four >>> 8 & 0xFF] << 2
          | table[four >>> 16 & 0xFF] << 4
          | table[four >>> 24] << 6;
    }

    private long decodePairs(byte[] stored, int at, int stride, int blocks, byte[] codes, int to) {
      long seen = 0;
      for (int block = 0; block < blocks; block++) {
        int b = at + block * stride;
        long digits = FOUR_DIGITS[stored[b] & 0xFF] | FOUR_DIGITS[stored[b + 1] & 0xFF] << 2;
        seen |= digits;
        // Digit n of both is in the low half of byte n; two of them make a canonical byte.
        long halves = digits | digits >>> 4;
        codes[to + block * codeBytes] = (byte) halves;
        codes[to + block * codeBytes + 1] = (byte) (halves >>> 16);
      }
      return seen;
    }
  }

  /// Blocks of IQ1_BN: 16 columns are three bytes of five digits, the first column the least
  /// significant, and a digit of the last byte.
  final class Fives implements Base3Kernel {
    private static final VarHandle INT =
        MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int BLOCK_CODES = 16;
    private static final int BLOCK_BYTES = 13;

    /// Above the 32 bits of 16 codes, and still a bit of the word when shifted by 30.
    private static final long BAD = 1L << 32;

    /// The five digits of a byte as canonical codes, the last digit in bits 0..1.
    private static final long[] CODES = new long[256];

    /// The first four digits of the last byte, the last of them in bits 0..1, 2..3, …
    private static final long[] LAST_CODES = new long[256];

    /// The byte of five canonical codes.
    private static final byte[] PACKED = new byte[1 << 10];

    /// The last byte of four canonical codes.
    private static final byte[] LAST_PACKED = new byte[1 << 8];

    static {
      for (int codes = 0; codes < PACKED.length; codes++) {
        int q = 0;
        for (int j = 4; j >= 0; j--) {
          q = 3 * q + (codes >> (2 * j) & 3);
        }
        if (q < Base3Digits.NUMBERS) {
          PACKED[codes] = Base3Digits.pack(q);
        }
        if (codes < LAST_PACKED.length) {
          LAST_PACKED[codes] = PACKED[codes];
        }
      }
      for (int b = 0; b < 256; b++) {
        boolean sound = Base3Digits.unpack((byte) b) >= 0;
        for (int n = 0; n < Base3Digits.COUNT; n++) {
          CODES[b] |= (long) Base3Digits.digit((byte) b, n) << (8 - 2 * n);
        }
        LAST_CODES[b] = CODES[b] & 0xFF;
        boolean lastSound = sound && CODES[b] <= 0xFF;
        CODES[b] |= sound ? 0 : BAD;
        LAST_CODES[b] |= lastSound ? 0 : BAD;
      }
    }

    @Override
    public void encode(byte[] codes, byte[] stored, int at, int stride, int blocks) {
      for (int block = 0; block < blocks; block++) {
        int to = at + block * stride;
        int last = 0;
        for (int i = 0; i < 4; i++) {
          int sixteen = (int) INT.get(codes, block * BLOCK_CODES + 4 * i);
          stored[to + 3 * i] = PACKED[sixteen & 0x3FF];
          stored[to + 3 * i + 1] = PACKED[sixteen >>> 10 & 0x3FF];
          stored[to + 3 * i + 2] = PACKED[sixteen >>> 20 & 0x3FF];
          last |= sixteen >>> 30 << (2 * i);
        }
        stored[to + BLOCK_BYTES - 1] = LAST_PACKED[last];
      }
    }

    @Override
    public boolean decode(byte[] stored, int at, int stride, int blocks, byte[] codes) {
      long seen = 0;
      for (int block = 0; block < blocks; block++) {
        int from = at + block * stride;
        long last = LAST_CODES[stored[from + BLOCK_BYTES - 1] & 0xFF];
        seen |= last;
        for (int i = 0; i < 4; i++) {
          long sixteen =
              CODES[stored[from + 3 * i] & 0xFF]
                  | CODES[stored[from + 3 * i + 1] & 0xFF] << 10
                  | CODES[stored[from + 3 * i + 2] & 0xFF] << 20;
          seen |= sixteen;
          int codesOfAll = (int) (sixteen | (last >>> (2 * i) & 3) << 30);
          INT.set(codes, block * BLOCK_CODES + 4 * i, codesOfAll);
        }
      }
      return seen < BAD;
    }
  }
}

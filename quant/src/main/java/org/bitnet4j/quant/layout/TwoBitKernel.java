package org.bitnet4j.quant.layout;

import java.util.Arrays;

/// The fast path between canonical two-bit codes and the blocks of one [TwoBitCode], by words. The
/// parameters are those of [BlockCode#encode] and [BlockCode#decode].
sealed interface TwoBitKernel {
  /// Stores blocks.
  void encode(byte[] codes, int codeStride, byte[] stored, int at, int stride, int blocks);

  /// Reads blocks.
  void decode(byte[] stored, int at, int stride, int blocks, byte[] codes, int codeStride);

  /// Blocks in canonical order already.
  ///
  /// @param bytes bytes of a block's codes
  record Copied(int bytes) implements TwoBitKernel {
    @Override
    public void encode(
        byte[] codes, int codeStride, byte[] stored, int at, int stride, int blocks) {
      for (int block = 0; block < blocks; block++) {
        System.arraycopy(codes, block * bytes, stored, at + block * stride, bytes);
      }
    }

    @Override
    public void decode(
        byte[] stored, int at, int stride, int blocks, byte[] codes, int codeStride) {
      for (int block = 0; block < blocks; block++) {
        System.arraycopy(stored, at + block * stride, codes, block * bytes, bytes);
      }
    }
  }

  /// Blocks of units of 128 columns in 32 bytes, woven from four runs of 32 columns.
  ///
  /// @param units units of a block
  /// @param firstHigh whether the first run is in the highest bits
  record Woven(int units, boolean firstHigh) implements TwoBitKernel {
    @Override
    public void encode(
        byte[] codes, int codeStride, byte[] stored, int at, int stride, int blocks) {
      int first = firstHigh ? 24 : 0;
      int step = firstHigh ? -8 : 8;
      for (int block = 0; block < blocks; block++) {
        for (int unit = 0; unit < units; unit++) {
          int a = 32 * (block * units + unit) + first;
          TwoBitWeave.weave(
              codes,
              a,
              a + step,
              a + 2 * step,
              a + 3 * step,
              stored,
              at + block * stride + 32 * unit);
        }
      }
    }

    @Override
    public void decode(
        byte[] stored, int at, int stride, int blocks, byte[] codes, int codeStride) {
      int first = firstHigh ? 24 : 0;
      int step = firstHigh ? -8 : 8;
      for (int block = 0; block < blocks; block++) {
        for (int unit = 0; unit < units; unit++) {
          int a = 32 * (block * units + unit) + first;
          TwoBitWeave.unweave(
              stored,
              at + block * stride + 32 * unit,
              codes,
              a,
              a + step,
              a + 2 * step,
              a + 3 * step);
        }
      }
    }
  }

  /// Blocks of 64 columns in 16 bytes, woven from four runs of 16 columns.
  ///
  /// @param firstHigh whether the first run is in the highest bits
  record WovenHalves(boolean firstHigh) implements TwoBitKernel {
    @Override
    public void encode(
        byte[] codes, int codeStride, byte[] stored, int at, int stride, int blocks) {
      int first = firstHigh ? 8 : 0;
      int turn = firstHigh ? 32 : 0;
      for (int block = 0; block < blocks; block++) {
        int a = 16 * block;
        TwoBitWeave.weaveHalves(codes, a + first, a + 8 - first, turn, stored, at + block * stride);
      }
    }

    @Override
    public void decode(
        byte[] stored, int at, int stride, int blocks, byte[] codes, int codeStride) {
      int first = firstHigh ? 8 : 0;
      int turn = firstHigh ? 32 : 0;
      for (int block = 0; block < blocks; block++) {
        int a = 16 * block;
        TwoBitWeave.unweaveHalves(
            stored, at + block * stride, codes, a + first, a + 8 - first, turn);
      }
    }
  }

  /// Blocks of one column of four rows, the first row in the highest bits.
  record WovenRows() implements TwoBitKernel {
    /// Columns in a word of codes.
    private static final int COLUMNS = 32;

    @Override
    public void encode(
        byte[] codes, int codeStride, byte[] stored, int at, int stride, int blocks) {
      int whole = blocks / COLUMNS;
      for (int word = 0; word < whole; word++) {
        int a = 8 * word;
        TwoBitWeave.weave(
            codes,
            a + 3 * codeStride,
            a + 2 * codeStride,
            a + codeStride,
            a,
            stored,
            at + COLUMNS * word);
      }
      for (int column = whole * COLUMNS; column < blocks; column++) {
        int packed = 0;
        for (int row = 0; row < 4; row++) {
          int code = (codes[row * codeStride + column / 4] >> (2 * (column % 4))) & 3;
          packed = packed << 2 | code;
        }
        stored[at + column] = (byte) packed;
      }
    }

    @Override
    public void decode(
        byte[] stored, int at, int stride, int blocks, byte[] codes, int codeStride) {
      int whole = blocks / COLUMNS;
      for (int word = 0; word < whole; word++) {
        int a = 8 * word;
        TwoBitWeave.unweave(
            stored,
            at + COLUMNS * word,
            codes,
            a + 3 * codeStride,
            a + 2 * codeStride,
            a + codeStride,
            a);
      }
      for (int row = 0; row < 4; row++) {
        int start = row * codeStride;
        Arrays.fill(
            codes, start + 8 * whole, start + Math.ceilDiv(blocks, 4), (byte) 0b01_01_01_01);
        for (int column = whole * COLUMNS; column < blocks; column++) {
          int shift = 2 * (column % 4);
          int code = (stored[at + column] >> (6 - 2 * row)) & 3;
          int others = codes[start + column / 4] & ~(3 << shift);
          codes[start + column / 4] = (byte) (others | code << shift);
        }
      }
    }
  }

  /// Blocks of 64 columns of four rows in 64 bytes, 16 columns of one row in four of them.
  record TransposedRows() implements TwoBitKernel {
    @Override
    public void encode(
        byte[] codes, int codeStride, byte[] stored, int at, int stride, int blocks) {
      for (int block = 0; block < blocks; block++) {
        for (int row = 0; row < 4; row++) {
          int from = row * codeStride + 16 * block;
          int to = at + block * stride + 4 * row;
          TwoBitWeave.transpose(codes, from, stored, to, to + 16);
          TwoBitWeave.transpose(codes, from + 8, stored, to + 32, to + 48);
        }
      }
    }

    @Override
    public void decode(
        byte[] stored, int at, int stride, int blocks, byte[] codes, int codeStride) {
      for (int block = 0; block < blocks; block++) {
        for (int row = 0; row < 4; row++) {
          int from = at + block * stride + 4 * row;
          int to = row * codeStride + 16 * block;
          TwoBitWeave.transposeBack(stored, from, from + 16, codes, to);
          TwoBitWeave.transposeBack(stored, from + 32, from + 48, codes, to + 8);
        }
      }
    }
  }
}

package org.bitnet4j.quant.layout;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.bitnet4j.quant.kernels.TernaryKernels;
import org.bitnet4j.quant.kernels.TwoBitOrder;

/// The fast path between canonical two-bit codes and the blocks of one [TwoBitCode], by the kernels
/// of the machine. The parameters are those of [BlockCode#encode] and [BlockCode#decode].
sealed interface TwoBitKernel {
  /// Words of an array.
  VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /// Half words of an array.
  VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  /// Stores blocks.
  void encode(
      TernaryKernels kernels,
      byte[] codes,
      int codeStride,
      byte[] stored,
      int at,
      int stride,
      int blocks);

  /// Reads blocks.
  void decode(
      TernaryKernels kernels,
      byte[] stored,
      int at,
      int stride,
      int blocks,
      byte[] codes,
      int codeStride);

  /// Blocks in canonical order already, of 16 or 32 bytes.
  ///
  /// @param halves how many times 16 bytes
  record Copied(int halves) implements TwoBitKernel {
    private static final int HALF = 16;

    @Override
    public void encode(
        TernaryKernels kernels,
        byte[] codes,
        int codeStride,
        byte[] stored,
        int at,
        int stride,
        int blocks) {
      for (int half = 0; half < halves; half++) {
        copy(codes, HALF * half, HALF * halves, stored, at + HALF * half, stride, blocks);
      }
    }

    @Override
    public void decode(
        TernaryKernels kernels,
        byte[] stored,
        int at,
        int stride,
        int blocks,
        byte[] codes,
        int codeStride) {
      for (int half = 0; half < halves; half++) {
        copy(stored, at + HALF * half, stride, codes, HALF * half, HALF * halves, blocks);
      }
    }

    /// Copies 16 bytes at a time, two words: far less than a call for so few would take. Steps that
    /// are constants let the compiler check bounds once for the loop, so the usual ones have loops.
    private static void copy(
        byte[] source, int from, int fromStep, byte[] target, int to, int toStep, int count) {
      if (fromStep == 16 && toStep == 18) {
        for (int i = 0; i < count; i++) {
          move(source, from + 16 * i, target, to + 18 * i);
        }
      } else if (fromStep == 18 && toStep == 16) {
        for (int i = 0; i < count; i++) {
          move(source, from + 18 * i, target, to + 16 * i);
        }
      } else if (fromStep == 32 && toStep == 34) {
        for (int i = 0; i < count; i++) {
          move(source, from + 32 * i, target, to + 34 * i);
        }
      } else if (fromStep == 34 && toStep == 32) {
        for (int i = 0; i < count; i++) {
          move(source, from + 34 * i, target, to + 32 * i);
        }
      } else {
        for (int i = 0; i < count; i++) {
          move(source, from + fromStep * i, target, to + toStep * i);
        }
      }
    }

    private static void move(byte[] source, int from, byte[] target, int to) {
      LONG.set(target, to, (long) LONG.get(source, from));
      LONG.set(target, to + 8, (long) LONG.get(source, from + 8));
    }
  }

  /// Blocks in another order of two-bit codes.
  ///
  /// @param order the order
  /// @param bytes bytes of a block's codes
  record Woven(TwoBitOrder order, int bytes) implements TwoBitKernel {
    @Override
    public void encode(
        TernaryKernels kernels,
        byte[] codes,
        int codeStride,
        byte[] stored,
        int at,
        int stride,
        int blocks) {
      // Blocks without gaps are one long block, of which every width of vector has its whole.
      boolean dense = stride == bytes;
      kernels.weaveTwoBit(
          order,
          codes,
          0,
          stored,
          at,
          dense ? bytes * blocks : bytes,
          dense ? bytes * blocks : stride,
          dense ? 1 : blocks);
    }

    @Override
    public void decode(
        TernaryKernels kernels,
        byte[] stored,
        int at,
        int stride,
        int blocks,
        byte[] codes,
        int codeStride) {
      boolean dense = stride == bytes;
      kernels.unweaveTwoBit(
          order,
          stored,
          at,
          dense ? bytes * blocks : bytes,
          dense ? bytes * blocks : stride,
          dense ? 1 : blocks,
          codes,
          0);
    }
  }

  /// Blocks of one column of four rows, the first row in the highest bits: units whose runs are 32
  /// columns of a row each.
  record FourRows() implements TwoBitKernel {
    /// Columns of a unit, which are also its bytes.
    private static final int COLUMNS = 32;

    private static final TwoBitOrder ORDER = TwoBitOrder.RUNS_OF_32_HIGH_FIRST;

    @Override
    public void encode(
        TernaryKernels kernels,
        byte[] codes,
        int codeStride,
        byte[] stored,
        int at,
        int stride,
        int blocks) {
      int whole = blocks / COLUMNS;
      byte[] units = new byte[whole * COLUMNS];
      for (int row = 0; row < 4; row++) {
        int from = row * codeStride;
        int to = 8 * row;
        for (int unit = 0; unit < whole; unit++) {
          LONG.set(units, to + COLUMNS * unit, (long) LONG.get(codes, from + 8 * unit));
        }
      }
      kernels.weaveTwoBit(ORDER, units, 0, stored, at, units.length, units.length, 1);
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
        TernaryKernels kernels,
        byte[] stored,
        int at,
        int stride,
        int blocks,
        byte[] codes,
        int codeStride) {
      int whole = blocks / COLUMNS;
      byte[] units = new byte[whole * COLUMNS];
      kernels.unweaveTwoBit(ORDER, stored, at, units.length, units.length, 1, units, 0);
      for (int row = 0; row < 4; row++) {
        int from = 8 * row;
        int to = row * codeStride;
        for (int unit = 0; unit < whole; unit++) {
          LONG.set(codes, to + 8 * unit, (long) LONG.get(units, from + COLUMNS * unit));
        }
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

  /// Blocks of 64 columns of four rows in 64 bytes: each four bytes are a unit of 16 columns of one
  /// row. Blocks lie side by side.
  record FourRowUnits() implements TwoBitKernel {
    private static final TwoBitOrder ORDER = TwoBitOrder.RUNS_OF_4;

    @Override
    public void encode(
        TernaryKernels kernels,
        byte[] codes,
        int codeStride,
        byte[] stored,
        int at,
        int stride,
        int blocks) {
      int length = 16 * blocks;
      byte[] units = new byte[length];
      for (int row = 0; row < 4; row++) {
        kernels.weaveTwoBit(ORDER, codes, row * codeStride, units, 0, length, length, 1);
        int to = at + 4 * row;
        for (int unit = 0; unit < 4 * blocks; unit++) {
          INT.set(stored, to + 16 * unit, (int) INT.get(units, 4 * unit));
        }
      }
    }

    @Override
    public void decode(
        TernaryKernels kernels,
        byte[] stored,
        int at,
        int stride,
        int blocks,
        byte[] codes,
        int codeStride) {
      int length = 16 * blocks;
      byte[] units = new byte[length];
      for (int row = 0; row < 4; row++) {
        int from = at + 4 * row;
        for (int unit = 0; unit < 4 * blocks; unit++) {
          INT.set(units, 4 * unit, (int) INT.get(stored, from + 16 * unit));
        }
        kernels.unweaveTwoBit(ORDER, units, 0, length, length, 1, codes, row * codeStride);
      }
    }
  }
}

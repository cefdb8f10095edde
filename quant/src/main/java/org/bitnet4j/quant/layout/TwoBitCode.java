package org.bitnet4j.quant.layout;

import java.util.Arrays;
import org.bitnet4j.quant.kernels.TernaryKernels;
import org.bitnet4j.quant.kernels.TwoBitOrder;

/// Blocks with two bits per code: each element has a byte and a shift of its own.
final class TwoBitCode implements BlockCode {
  /// Where an element lies, from its row and column within the block.
  interface Place {
    /// A number of the element.
    int of(int row, int column);
  }

  private static final int UNUSED = 3;

  private final int rows;
  private final int columns;
  private final int bytes;
  private final Place byteOf;
  private final Place shiftOf;
  private final TwoBitKernel kernel;

  private TwoBitCode(int rows, int columns, Place byteOf, Place shiftOf, TwoBitKernel kernel) {
    this.rows = rows;
    this.columns = columns;
    this.bytes = rows * columns / 4;
    this.byteOf = byteOf;
    this.shiftOf = shiftOf;
    this.kernel = kernel;
  }

  /// I2_S: column j of 128 in byte j mod 32, the first 32 in the highest bits.
  static final TwoBitCode I2_S =
      new TwoBitCode(
          1,
          128,
          (_, c) -> c % 32,
          (_, c) -> 6 - c / 32 * 2,
          new TwoBitKernel.Woven(TwoBitOrder.RUNS_OF_32_HIGH_FIRST, 32));

  /// I2_S as written on ARM: column j of 64 in byte j mod 16, the first 16 in the highest bits.
  static final TwoBitCode I2_S_ARM =
      new TwoBitCode(
          1,
          64,
          (_, c) -> c % 16,
          (_, c) -> 6 - c / 16 * 2,
          new TwoBitKernel.Woven(TwoBitOrder.RUNS_OF_16_HIGH_FIRST, 16));

  /// I2_S of builds without ACT_PARALLEL: a byte holds one column of four rows, the first in the
  /// highest bits.
  static final TwoBitCode I2_S_4ROW =
      new TwoBitCode(4, 1, (_, _) -> 0, (r, _) -> 6 - 2 * r, new TwoBitKernel.FourRows());

  /// TQ2_0: two halves of 128 columns in 32 bytes each, column 32l + m of a half in bits 2l of byte
  /// m.
  static final TwoBitCode TQ2_0 =
      new TwoBitCode(
          1,
          256,
          (_, c) -> c / 128 * 32 + c % 32,
          (_, c) -> c % 128 / 32 * 2,
          new TwoBitKernel.Woven(TwoBitOrder.RUNS_OF_32, 64));

  /// Q2_0 of 64 columns: column j in bits 2(j mod 4) of byte j / 4, the canonical order.
  static final TwoBitCode Q2_0 = sequential(64);

  /// Q2_0 of 128 columns, PQ2_0.
  static final TwoBitCode Q2_0_G128 = sequential(128);

  /// IQ2_BN: column j of 64 in byte j mod 16, the first 16 in the lowest bits.
  static final TwoBitCode IQ2_BN =
      new TwoBitCode(
          1,
          64,
          (_, c) -> c % 16,
          (_, c) -> c / 16 * 2,
          new TwoBitKernel.Woven(TwoBitOrder.RUNS_OF_16, 16));

  /// IQ2_BN_R4: byte 16l + 4k + i holds the columns 16l + i + {0, 4, 8, 12} of row k, the first in
  /// the lowest bits.
  static final TwoBitCode IQ2_BN_R4 =
      new TwoBitCode(
          4,
          64,
          (r, c) -> c / 16 * 16 + 4 * r + c % 4,
          (_, c) -> c % 16 / 4 * 2,
          new TwoBitKernel.FourRowUnits());

  private static TwoBitCode sequential(int columns) {
    return new TwoBitCode(
        1, columns, (_, c) -> c / 4, (_, c) -> c % 4 * 2, new TwoBitKernel.Copied(columns / 64));
  }

  @Override
  public int rows() {
    return rows;
  }

  @Override
  public int columns() {
    return columns;
  }

  @Override
  public int bytes() {
    return bytes;
  }

  @Override
  public int byteOf(int row, int column) {
    return byteOf.of(row, column);
  }

  @Override
  public String allowed() {
    return "four codes in [0, 2], two bits each";
  }

  @Override
  public void encodeBlock(byte[] codes, byte[] block) {
    Arrays.fill(block, 0, bytes, (byte) 0);
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        block[byteOf.of(r, c)] |= (byte) (codes[r * columns + c] << shiftOf.of(r, c));
      }
    }
  }

  @Override
  public int decodeBlock(byte[] block, byte[] codes) {
    int bad = bytes;
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        int code = (block[byteOf.of(r, c)] >> shiftOf.of(r, c)) & 3;
        codes[r * columns + c] = (byte) code;
        bad = code == UNUSED ? Math.min(bad, byteOf.of(r, c)) : bad;
      }
    }
    return bad == bytes ? -1 : bad;
  }

  @Override
  public void encode(
      TernaryKernels kernels,
      byte[] codes,
      int codeStride,
      byte[] stored,
      int at,
      int stride,
      int blocks) {
    kernel.encode(kernels, codes, codeStride, stored, at, stride, blocks);
  }

  @Override
  public boolean decode(
      TernaryKernels kernels,
      byte[] stored,
      int at,
      int stride,
      int blocks,
      byte[] codes,
      int codeStride) {
    kernel.decode(kernels, stored, at, stride, blocks, codes, codeStride);
    return true;
  }
}

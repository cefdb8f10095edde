package org.bitnet4j.quant.layout;

import org.bitnet4j.quant.kernels.TernaryKernels;

/// Blocks of [base-3 bytes][Base3Digits]: each element has a byte and a digit of its own. Digits
/// without an element are 0.
final class Base3Code implements BlockCode {
  /// Where an element lies, from its column within the block.
  interface Place {
    /// A number of the element.
    int of(int column);
  }

  private final int columns;
  private final int bytes;
  private final Place byteOf;
  private final Place digitOf;
  private final Base3Kernel kernel;

  /// Bit n set where digit n of a byte has an element.
  private final int[] used;

  private Base3Code(int columns, int bytes, Place byteOf, Place digitOf, Base3Kernel kernel) {
    this.columns = columns;
    this.bytes = bytes;
    this.byteOf = byteOf;
    this.digitOf = digitOf;
    this.kernel = kernel;
    this.used = new int[bytes];
    for (int c = 0; c < columns; c++) {
      used[byteOf.of(c)] |= 1 << digitOf.of(c);
    }
  }

  /// A run of bytes: byte `firstByte` + m holds the columns `firstColumn` + m + n · `width`, n
  /// being the digit.
  ///
  /// @param firstColumn the first column
  /// @param firstByte the first byte
  /// @param width how many bytes
  /// @param digits how many digits of each are used, from the most significant on
  record Run(int firstColumn, int firstByte, int width, int digits) {}

  /// TQ1_0: 32 and 16 bytes of five digits, 4 of four.
  static final Base3Code TQ1_0 =
      runs(256, new Run(0, 0, 32, 5), new Run(160, 32, 16, 5), new Run(240, 48, 4, 4));

  /// PTQ1_0: 16 and 8 bytes of five digits, 2 of four.
  static final Base3Code PTQ1_0 =
      runs(128, new Run(0, 0, 16, 5), new Run(80, 16, 8, 5), new Run(120, 24, 2, 4));

  /// IQ1_BN: of each 16 columns, three times five in a byte each; the sixteenth ones share byte 12.
  /// The first column is the least significant digit.
  static final Base3Code IQ1_BN =
      new Base3Code(
          64,
          13,
          c -> c % 16 == 15 ? 12 : c / 16 * 3 + c % 16 / 5,
          c -> c % 16 == 15 ? 4 - c / 16 : 4 - c % 16 % 5,
          new Base3Kernel.Fives());

  private static Base3Code runs(int columns, Run... runs) {
    int[] bytes = new int[columns];
    int[] digits = new int[columns];
    int end = 0;
    for (Run run : runs) {
      for (int i = 0; i < run.width * run.digits; i++) {
        bytes[run.firstColumn + i] = run.firstByte + i % run.width;
        digits[run.firstColumn + i] = i / run.width;
      }
      end = run.firstByte + run.width;
    }
    return new Base3Code(
        columns, end, c -> bytes[c], c -> digits[c], new Base3Kernel.Runs(columns, runs));
  }

  @Override
  public int rows() {
    return 1;
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
    return byteOf.of(column);
  }

  @Override
  public String allowed() {
    return "the base-3 byte of a number of five digits, digits without a weight being 0";
  }

  @Override
  public void encodeBlock(byte[] codes, byte[] block) {
    int[] numbers = new int[bytes];
    for (int c = 0; c < columns; c++) {
      numbers[byteOf.of(c)] += codes[c] * Base3Digits.weight(digitOf.of(c));
    }
    for (int i = 0; i < bytes; i++) {
      block[i] = Base3Digits.pack(numbers[i]);
    }
  }

  @Override
  public int decodeBlock(byte[] block, byte[] codes) {
    for (int c = 0; c < columns; c++) {
      codes[c] = (byte) Base3Digits.digit(block[byteOf.of(c)], digitOf.of(c));
    }
    for (int i = 0; i < bytes; i++) {
      if (Base3Digits.unpack(block[i]) < 0 || !unusedAreZero(block[i], used[i])) {
        return i;
      }
    }
    return -1;
  }

  private static boolean unusedAreZero(byte packed, int used) {
    for (int n = 0; n < Base3Digits.COUNT; n++) {
      if ((used >> n & 1) == 0 && Base3Digits.digit(packed, n) != 0) {
        return false;
      }
    }
    return true;
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
    kernel.encode(codes, stored, at, stride, blocks);
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
    return kernel.decode(stored, at, stride, blocks, codes);
  }
}

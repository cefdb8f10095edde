package org.bitnet4j.quant.packing;

import org.bitnet4j.quant.InvalidTensorException;

/// Checks that codecs share.
final class CodecChecks {
  private CodecChecks() {}

  /// Refuses values that are no trit.
  ///
  /// @param trits values from index 0 on
  /// @param block their place in the tensor
  static void require(byte[] trits, BlockSpan block) {
    int count = block.count();
    // c = t + 1 of a trit is 0, 1 or 2; anything else is negative or above, so the sign of (2 − c)
    // or of c tells. One accumulator and no branch keeps the loop a vector loop.
    int outside = 0;
    for (int i = 0; i < count; i++) {
      int code = trits[i] + 1;
      outside |= code | (2 - code);
    }
    if (outside < 0) {
      throw fault(trits, block);
    }
  }

  private static InvalidTensorException fault(byte[] trits, BlockSpan block) {
    int i = 0;
    while (trits[i] >= -1 && trits[i] <= 1) {
      i++;
    }
    return new InvalidTensorException(
        "to pack",
        block.start() + i,
        "a trit must be -1, 0 or +1",
        Integer.toString(trits[i]),
        "Quantize the tensor first.");
  }

  /// Refuses a stored block of another length than the one its weights take.
  ///
  /// @param stored the stored form
  /// @param length the length it must have
  static void requireLength(byte[] stored, int length) {
    if (stored.length != length) {
      throw new MalformedPackingException(
          Math.min(stored.length, length),
          "block length",
          Integer.toString(stored.length),
          Integer.toString(length) + " bytes");
    }
  }

  /// The refusal of a byte that stands for no code.
  ///
  /// @param offset byte within the block
  /// @param value the byte
  /// @param allowed what may stand there
  static MalformedPackingException badByte(int offset, int value, String allowed) {
    return new MalformedPackingException(offset, "byte", Integer.toString(value & 0xFF), allowed);
  }
}

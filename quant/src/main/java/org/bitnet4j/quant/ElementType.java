package org.bitnet4j.quant;

/// Storage type of float tensor elements.
public enum ElementType {
  /// IEEE 754 binary32.
  F32(4),
  /// IEEE 754 binary16.
  F16(2),
  /// The upper half of binary32.
  BF16(2);

  private final int bytes;

  ElementType(int bytes) {
    this.bytes = bytes;
  }

  /// Bytes of one element.
  public int bytes() {
    return bytes;
  }
}

package org.bitnet4j.quant.packing;

/// Order of weights inside the bytes of BIT_PACKED_2BIT and BASE3_PACKED blocks.
public enum PackedLayout {
  /// Neighbouring weights share a byte: element i of a block is lane i mod 4 of byte i / 4 (two
  /// bits each), or digit i mod 5 of byte i / 5 (base 3).
  CANONICAL,
  /// Weights 32 apart share a byte, so that one load of 32 bytes and a shift yield 32 neighbouring
  /// weights: in units of 128 weights byte j of 32 holds weights j, j + 32, j + 64, j + 96 (two
  /// bits each); in units of 160 byte j of 32 holds weights j, j + 32, … j + 128 (base 3). What is
  /// left of a block after whole units is canonical.
  KERNEL
}

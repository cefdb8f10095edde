package org.bitnet4j.quant.packing;

import org.bitnet4j.quant.config.TernaryPackingStrategy;
import org.jspecify.annotations.Nullable;

/// What the bytes of a stored block mean, with the number that files carry for it.
public enum BlockCodec {
  /// One code byte per weight.
  UNCOMPRESSED(0, TernaryPackingStrategy.UNCOMPRESSED),
  /// Four two-bit codes per byte.
  TWO_BIT(1, TernaryPackingStrategy.BIT_PACKED_2BIT),
  /// Five base-3 digits per byte.
  BASE3(2, TernaryPackingStrategy.BASE3_PACKED),
  /// One signed byte per weight, rows padded.
  BYTE_ALIGNED(3, TernaryPackingStrategy.BYTE_ALIGNED),
  /// Pairs of code and run length.
  RUN_LENGTH(4, TernaryPackingStrategy.RUN_LENGTH_ENCODED),
  /// Index differences of non-zeros, then their signs.
  SPARSE(5, TernaryPackingStrategy.COMPRESSED_SPARSE),
  /// Integer codes at their own width of 2, 4 or 8 bits.
  INTEGER(6, null);

  private final int id;
  private final @Nullable TernaryPackingStrategy strategy;

  BlockCodec(int id, @Nullable TernaryPackingStrategy strategy) {
    this.id = id;
    this.strategy = strategy;
  }

  /// The number that files carry.
  public int id() {
    return id;
  }

  /// The strategy that stores blocks in this way, absent for integer codes.
  public @Nullable TernaryPackingStrategy strategy() {
    return strategy;
  }

  /// The codec of a number, absent where none has it.
  ///
  /// @param id number from a file
  public static @Nullable BlockCodec ofId(int id) {
    for (BlockCodec codec : values()) {
      if (codec.id == id) {
        return codec;
      }
    }
    return null;
  }
}

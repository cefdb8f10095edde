package org.bitnet4j.formats.trit;

import org.bitnet4j.quant.config.TernaryPackingStrategy;
import org.bitnet4j.quant.packing.BlockCodec;
import org.jspecify.annotations.Nullable;

/// Numbers that stand for names in the directory.
final class TensorKind {
  static final int TERNARY = 0;
  static final int INTEGER = 1;
  static final int RAW = 2;

  static final int PER_TENSOR = 0;
  static final int PER_ROW = 1;
  static final int PER_GROUP = 2;

  /// The one type of scales that version 1 has.
  static final int SCALES_F32 = 0;

  /// Single strategies share the numbers of their codecs.
  private static final int HYBRID = 7;

  private TensorKind() {}

  /// The number of a strategy.
  ///
  /// @param strategy the strategy
  static int strategyId(TernaryPackingStrategy strategy) {
    for (BlockCodec codec : BlockCodec.values()) {
      if (codec.strategy() == strategy) {
        return codec.id();
      }
    }
    return HYBRID;
  }

  /// The strategy of a number, absent where none has it.
  ///
  /// @param id number from a file
  static @Nullable TernaryPackingStrategy strategy(int id) {
    BlockCodec codec = BlockCodec.ofId(id);
    return id == HYBRID ? TernaryPackingStrategy.HYBRID : codec == null ? null : codec.strategy();
  }
}

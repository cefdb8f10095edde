package org.bitnet4j.quant.packing;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bitnet4j.quant.config.TernaryPackingStrategy;
import org.jspecify.annotations.Nullable;

/// The codecs that blocks of one tensor may have: one, or under HYBRID all that hold trits.
final class CodecSet {
  private final Map<BlockCodec, ValueCodec> codecs;

  private CodecSet(Map<BlockCodec, ValueCodec> codecs) {
    this.codecs = codecs;
  }

  /// The codecs of a tensor.
  ///
  /// @param header the tensor
  /// @param lanes two-bit kernels
  static CodecSet of(PackedHeader header, TwoBitLanes lanes) {
    Map<BlockCodec, ValueCodec> codecs = new EnumMap<>(BlockCodec.class);
    switch (header.format()) {
      case PackedFormat.Integers integer ->
          codecs.put(BlockCodec.INTEGER, new IntegerCodec(integer));
      case PackedFormat.Trits(TernaryPackingStrategy strategy, PackedLayout layout) -> {
        Set<TernaryPackingStrategy> strategies =
            strategy == TernaryPackingStrategy.HYBRID ? Codecs.single() : Set.of(strategy);
        for (TernaryPackingStrategy single : strategies) {
          TernaryCodec codec = Codecs.of(single, layout, lanes);
          codecs.put(codec.id(), codec);
        }
      }
    }
    return new CodecSet(codecs);
  }

  /// The codec of a block, absent where blocks of this tensor may not have it.
  ///
  /// @param id the codec's identity
  @Nullable ValueCodec get(BlockCodec id) {
    return codecs.get(id);
  }

  /// The codecs in the order of their numbers.
  List<ValueCodec> all() {
    return List.copyOf(codecs.values());
  }

  /// Their identities.
  Set<BlockCodec> ids() {
    return codecs.keySet();
  }
}

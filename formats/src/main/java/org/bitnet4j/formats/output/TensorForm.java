package org.bitnet4j.formats.output;

import org.bitnet4j.quant.Granularity;
import org.jspecify.annotations.Nullable;

/// What becomes of a tensor in the output.
public sealed interface TensorForm {
  /// It stays what it is.
  record Kept() implements TensorForm {}

  /// It is ternary.
  ///
  /// @param granularity what one multiplier covers, absent where only reading the tensor tells
  /// @param offsets whether each scale group has an offset μ
  record Ternary(@Nullable Granularity granularity, boolean offsets) implements TensorForm {}

  /// It has integer codes of more than three values.
  record Integers() implements TensorForm {}
}

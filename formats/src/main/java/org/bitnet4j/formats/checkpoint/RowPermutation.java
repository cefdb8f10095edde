package org.bitnet4j.formats.checkpoint;

import java.lang.foreign.MemorySegment;
import java.util.function.LongUnaryOperator;
import org.bitnet4j.quant.Granularity;
import org.bitnet4j.quant.Scales;
import org.bitnet4j.quant.TernaryTensor;

/// Rows of a ternary tensor in another order, with the multipliers that belong to them.
public final class RowPermutation {
  private RowPermutation() {}

  /// A tensor whose row r is the given one's row `from(r)`.
  ///
  /// @param tensor closed by this
  /// @param from a permutation of the rows
  public static TernaryTensor move(TernaryTensor tensor, LongUnaryOperator from) {
    try (tensor) {
      return copy(tensor, from);
    }
  }

  /// A tensor whose row r is the given one's row `from(r)`.
  ///
  /// @param tensor stays as it is
  /// @param from a permutation of the rows
  public static TernaryTensor copy(TernaryTensor tensor, LongUnaryOperator from) {
    Scales scales = tensor.scales();
    TernaryTensor moved =
        TernaryTensor.allocate(
            tensor.name(), tensor.shape(), scales.granularity(), scales.hasOffsets());
    int perRow = scales.granularity().groupsPerRow(tensor.shape().columns());
    for (long row = 0; row < tensor.shape().rows(); row++) {
      long source = from.applyAsLong(row);
      MemorySegment.copy(
          tensor.codes(),
          source * tensor.rowBytes(),
          moved.codes(),
          row * tensor.rowBytes(),
          tensor.rowBytes());
      if (!(scales.granularity() instanceof Granularity.PerTensor)) {
        for (int group = 0; group < perRow; group++) {
          copy(scales, source * perRow + group, moved.scales(), row * perRow + group);
        }
      }
    }
    if (scales.granularity() instanceof Granularity.PerTensor && scales.count() > 0) {
      copy(scales, 0, moved.scales(), 0);
    }
    return moved;
  }

  private static void copy(Scales from, long group, Scales to, long toGroup) {
    to.setMultiplier(toGroup, from.multiplier(group));
    if (from.hasOffsets()) {
      to.setOffset(toGroup, from.offset(group));
    }
  }
}

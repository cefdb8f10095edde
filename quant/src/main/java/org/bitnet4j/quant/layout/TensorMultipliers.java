package org.bitnet4j.quant.layout;

import java.lang.foreign.ValueLayout;
import java.util.OptionalInt;
import org.bitnet4j.quant.Granularity;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.Scales;
import org.bitnet4j.quant.TernaryTensor;

/// The multipliers of a tensor as a layout with another granularity stores them. Groups of the
/// tensor without a non-zero trit have no say; where a stored group has none, it gets the
/// multiplier that the tensor's other groups share, or else its own.
public final class TensorMultipliers {
  private final TernaryTensor tensor;
  private final Scales scales;
  private final Granularity stored;
  private final Granularity own;
  private final OptionalInt constant;

  private TensorMultipliers(TernaryTensor tensor, Granularity stored) {
    this.tensor = tensor;
    this.scales = tensor.scales();
    this.stored = stored;
    this.own = scales.granularity();
    this.constant = allEqual() ? OptionalInt.of(bits(0)) : common(whole());
  }

  /// The multipliers of a tensor.
  ///
  /// @param tensor the tensor, with elements
  /// @param stored what a stored multiplier covers
  /// @throws InvalidTensorException for a multiplier that is not finite
  public static TensorMultipliers of(TernaryTensor tensor, Granularity stored) {
    Scales scales = tensor.scales();
    for (long group = 0; group < scales.count(); group++) {
      if (!Float.isFinite(scales.multiplier(group))) {
        throw new InvalidTensorException(
            tensor.name(),
            -1,
            "multiplier of group " + group + " must be finite",
            Float.toString(scales.multiplier(group)),
            "Quantize the tensor again.");
      }
    }
    return new TensorMultipliers(tensor, stored);
  }

  /// Whether [#get] gives the same for all groups.
  boolean isConstant() {
    return constant.isPresent();
  }

  /// The multiplier to store for a group.
  ///
  /// @param group number of the group, in the granularity of the layout
  /// @throws InvalidTensorException where the tensor has several in that group
  public float get(long group) {
    if (constant.isPresent()) {
      return Float.intBitsToFloat(constant.getAsInt());
    }
    Area area = area(group);
    OptionalInt shared = common(area);
    if (shared.isEmpty()) {
      throw new InvalidTensorException(
          tensor.name(),
          area.fromRow * tensor.shape().columns() + area.fromColumn,
          "the layout must have a multiplier for each of the tensor's, "
              + scales.count()
              + " of them",
          "one for " + area,
          "Choose a layout with as many multipliers.");
    }
    return Float.intBitsToFloat(shared.getAsInt());
  }

  /// A rectangle of elements; ends are exclusive.
  private record Area(long fromRow, long toRow, int fromColumn, int toColumn) {
    @Override
    public String toString() {
      return "rows ["
          + fromRow
          + ", "
          + toRow
          + ") and columns ["
          + fromColumn
          + ", "
          + toColumn
          + ")";
    }
  }

  private Area whole() {
    return new Area(0, tensor.shape().rows(), 0, tensor.shape().columns());
  }

  private Area area(long group) {
    int columns = tensor.shape().columns();
    return switch (stored) {
      case Granularity.PerTensor _ -> whole();
      case Granularity.PerRow _ -> new Area(group, group + 1, 0, columns);
      case Granularity.PerGroup(int size) -> {
        int perRow = stored.groupsPerRow(columns);
        int first = (int) (group % perRow) * size;
        long row = group / perRow;
        yield new Area(row, row + 1, first, Math.min(columns, first + size));
      }
    };
  }

  private boolean allEqual() {
    for (long group = 1; group < scales.count(); group++) {
      if (bits(group) != bits(0)) {
        return false;
      }
    }
    return true;
  }

  private int bits(long group) {
    return Float.floatToRawIntBits(scales.multiplier(group));
  }

  /// The bits of the multiplier of all non-zero trits of an area; that of its first element where
  /// there are none; empty where there are several.
  private OptionalInt common(Area area) {
    int columns = tensor.shape().columns();
    int groupColumns = own.groupColumns(columns);
    int shared = bits(own.groupOf(area.fromRow, area.fromColumn, columns));
    boolean informed = false;
    for (long row = area.fromRow; row < area.toRow; row++) {
      for (int c = area.fromColumn; c < area.toColumn; ) {
        int end = (int) Math.min(area.toColumn, ((long) c / groupColumns + 1) * groupColumns);
        int bits = bits(own.groupOf(row, c, columns));
        if (!(informed && bits == shared) && !isZero(new Area(row, row + 1, c, end))) {
          if (informed) {
            return OptionalInt.empty();
          }
          informed = true;
          shared = bits;
        }
        c = end;
      }
    }
    return OptionalInt.of(shared);
  }

  private boolean isZero(Area area) {
    for (long row = area.fromRow; row < area.toRow; row++) {
      for (int c = area.fromColumn; c < area.toColumn; c++) {
        byte packed = tensor.codes().get(ValueLayout.JAVA_BYTE, row * tensor.rowBytes() + c / 4);
        if ((packed >> (2 * (c % 4)) & 3) != 1) {
          return false;
        }
      }
    }
    return true;
  }
}

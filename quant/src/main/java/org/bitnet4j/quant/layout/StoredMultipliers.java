package org.bitnet4j.quant.layout;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicBoolean;
import org.bitnet4j.quant.ElementType;
import org.bitnet4j.quant.Granularity;
import org.bitnet4j.quant.Scales;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.Workers;
import org.bitnet4j.quant.packing.MalformedPackingException;

/// The multipliers among the stored bytes of a tensor, and what they become in memory: as few as
/// reproduce them. Those of groups without a non-zero trit follow the others where these agree.
final class StoredMultipliers {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final TensorShape shape;
  private final BlockGrid grid;
  private final MemorySegment stored;
  private final long groups;
  private final int groupsPerRow;
  private final byte[] zeroBlock;

  private StoredMultipliers(TensorShape shape, BlockGrid grid, MemorySegment stored) {
    this.shape = shape;
    this.grid = grid;
    this.stored = stored;
    Granularity granularity = grid.frame().granularity();
    this.groups = granularity.groups(shape);
    this.groupsPerRow = granularity.groupsPerRow(shape.columns());
    byte[] codes = new byte[grid.code().rows() * grid.code().columns()];
    Arrays.fill(codes, (byte) 1);
    this.zeroBlock = new byte[grid.code().bytes()];
    grid.code().encodeBlock(codes, zeroBlock);
  }

  /// The multipliers of a tensor.
  ///
  /// @param shape dimensions
  /// @param grid its blocks
  /// @param stored its bytes
  /// @param workers threads to look on
  /// @throws MalformedPackingException for one that is not finite
  static Settled settle(TensorShape shape, BlockGrid grid, MemorySegment stored, Workers workers) {
    StoredMultipliers multipliers = new StoredMultipliers(shape, grid, stored);
    return multipliers.allAreFiniteAndEqual(workers)
        ? new Settled.PerTensor(multipliers.get(0))
        : multipliers.settle();
  }

  /// What the multipliers become.
  sealed interface Settled {
    /// What one multiplier covers.
    Granularity granularity();

    /// Sets them.
    ///
    /// @param scales receives them
    void copyTo(Scales scales);

    /// One for the tensor.
    record PerTensor(float multiplier) implements Settled {
      @Override
      public Granularity granularity() {
        return new Granularity.PerTensor();
      }

      @Override
      public void copyTo(Scales scales) {
        scales.setMultiplier(0, multiplier);
      }
    }

    /// One for each row, or as stored.
    record Finer(StoredMultipliers stored, boolean perRow) implements Settled {
      @Override
      public Granularity granularity() {
        return perRow ? new Granularity.PerRow() : stored.grid.frame().granularity();
      }

      @Override
      public void copyTo(Scales scales) {
        stored.copyTo(scales, perRow);
      }
    }
  }

  private Settled settle() {
    OptionalInt tensors = common();
    if (tensors.isPresent()) {
      return new Settled.PerTensor(Float.intBitsToFloat(tensors.getAsInt()));
    }
    boolean perRow = true;
    for (long row = 0; row < shape.rows() && perRow; row++) {
      perRow = areEqual(row * groupsPerRow, (row + 1) * groupsPerRow);
    }
    return new Settled.Finer(this, perRow);
  }

  private void copyTo(Scales scales, boolean perRow) {
    for (long group = 0; group < scales.count(); group++) {
      scales.setMultiplier(group, get(perRow ? group * groupsPerRow : group));
    }
  }

  private boolean areEqual(long from, long to) {
    int first = Float.floatToRawIntBits(get(from));
    for (long group = from + 1; group < to; group++) {
      if (Float.floatToRawIntBits(get(group)) != first) {
        return false;
      }
    }
    return true;
  }

  /// The bits of the multiplier that all groups share, not counting groups of zero trits; that of
  /// the first where there are only such; empty where they differ.
  private OptionalInt common() {
    int shared = Float.floatToRawIntBits(get(0));
    boolean informed = false;
    for (long group = 0; group < groups; group++) {
      int bits = Float.floatToRawIntBits(get(group));
      if ((informed && bits == shared) || isZero(group)) {
        continue;
      }
      if (informed) {
        return OptionalInt.empty();
      }
      informed = true;
      shared = bits;
    }
    return OptionalInt.of(shared);
  }

  private boolean allAreFiniteAndEqual(Workers workers) {
    int first = Float.floatToRawIntBits(get(0));
    AtomicBoolean equal = new AtomicBoolean(true);
    Tasks.run(
        groups,
        workers,
        (from, to) -> {
          int different = 0;
          for (long group = from; group < to; group++) {
            float multiplier = get(group);
            if (!Float.isFinite(multiplier)) {
              throw new MalformedPackingException(
                  grid.scaleAt(group),
                  "multiplier of group " + group,
                  Float.toString(multiplier),
                  "a finite number");
            }
            different |= Float.floatToRawIntBits(multiplier) ^ first;
          }
          if (different != 0) {
            equal.set(false);
          }
        });
    return equal.get();
  }

  private float get(long group) {
    long at = grid.scaleAt(group);
    return grid.frame().scaleType() == ElementType.F16
        ? Float.float16ToFloat(stored.get(SHORT, at))
        : stored.get(FLOAT, at);
  }

  /// Whether all trits of a group are zero: then its bytes are those of zero trits, because a code
  /// has only one byte.
  private boolean isZero(long group) {
    BlockCode code = grid.code();
    if (grid.frame().granularity() instanceof Granularity.PerGroup) {
      return isZero(grid.codesAt(0, group), 0);
    }
    long strip = group / code.rows();
    int row = (int) (group % code.rows());
    for (long block = 0; block < grid.blocks(); block++) {
      if (!isZero(grid.codesAt(strip, block), row)) {
        return false;
      }
    }
    return true;
  }

  private boolean isZero(long at, int row) {
    for (int c = 0; c < grid.code().columns(); c++) {
      int i = grid.code().byteOf(row, c);
      if (stored.get(ValueLayout.JAVA_BYTE, at + i) != zeroBlock[i]) {
        return false;
      }
    }
    return true;
  }
}

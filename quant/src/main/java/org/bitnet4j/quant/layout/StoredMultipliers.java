package org.bitnet4j.quant.layout;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;
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
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final TensorShape shape;
  private final BlockGrid grid;
  private final MemorySegment stored;
  private final long groups;
  private final byte[] zeroBlock;

  private StoredMultipliers(TensorShape shape, BlockGrid grid, MemorySegment stored) {
    this.shape = shape;
    this.grid = grid;
    this.stored = stored;
    Granularity granularity = grid.frame().granularity();
    this.groups = granularity.groups(shape);
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

    /// Several.
    record Finer(StoredMultipliers stored, Granularity granularity) implements Settled {
      @Override
      public void copyTo(Scales scales) {
        stored.copyTo(scales);
      }
    }
  }

  private Settled settle() {
    Optional<Float> shared = common();
    if (shared.isPresent()) {
      return new Settled.PerTensor(shared.get());
    }
    return new Settled.Finer(this, grid.frame().granularity().coarsest(shape, this::bits));
  }

  private void copyTo(Scales scales) {
    Granularity own = grid.frame().granularity();
    Granularity settled = scales.granularity();
    int columns = shape.columns();
    int perRow = settled.groupsPerRow(columns);
    for (long group = 0; group < scales.count(); group++) {
      int column = (int) (group % perRow) * settled.groupColumns(columns);
      scales.setMultiplier(group, get(own.groupOf(group / perRow, column, columns)));
    }
  }

  /// The multiplier that all groups share, not counting groups of zero trits; that of the first
  /// where there are only such; empty where they differ.
  private Optional<Float> common() {
    long sharer = -1;
    for (long group = 0; group < groups; group++) {
      if ((sharer >= 0 && bits(group) == bits(sharer)) || isZero(group)) {
        continue;
      }
      if (sharer >= 0) {
        return Optional.empty();
      }
      sharer = group;
    }
    return Optional.of(get(Math.max(0, sharer)));
  }

  /// Whether all are the same finite number. Most tensors have one, so its bits are compared before
  /// anything is converted.
  ///
  /// @throws MalformedPackingException for the first that is not finite
  private boolean allAreFiniteAndEqual(Workers workers) {
    AtomicBoolean equal = new AtomicBoolean(true);
    int first = bits(0);
    boolean half = grid.frame().scaleType() == ElementType.F16;
    Tasks.run(
        groups,
        workers,
        (from, to) -> {
          int different = 0;
          if (half) {
            for (long group = from; group < to; group++) {
              different |= stored.get(SHORT, grid.scaleAt(group)) ^ first;
            }
          } else {
            for (long group = from; group < to; group++) {
              different |= stored.get(INT, grid.scaleAt(group)) ^ first;
            }
          }
          if (different != 0 || !Float.isFinite(get(from))) {
            equal.set(false);
            requireFinite(from, to);
          }
        });
    return equal.get();
  }

  private void requireFinite(long from, long to) {
    for (long group = from; group < to; group++) {
      if (!Float.isFinite(get(group))) {
        throw new MalformedPackingException(
            grid.scaleAt(group),
            "multiplier of group " + group,
            Float.toString(get(group)),
            "a finite number");
      }
    }
  }

  /// The stored bits of a multiplier.
  private int bits(long group) {
    long at = grid.scaleAt(group);
    return grid.frame().scaleType() == ElementType.F16
        ? stored.get(SHORT, at)
        : stored.get(INT, at);
  }

  private float get(long group) {
    return grid.frame().scaleType() == ElementType.F16
        ? Float.float16ToFloat((short) bits(group))
        : Float.intBitsToFloat(bits(group));
  }

  /// Whether all trits of a group are zero: then its bytes are those of zero trits, because a code
  /// has only one byte.
  private boolean isZero(long group) {
    BlockCode code = grid.code();
    if (grid.frame().granularity() instanceof Granularity.PerGroup) {
      return isZero(grid.blockAt(0, group), 0);
    }
    long strip = group / code.rows();
    int row = (int) (group % code.rows());
    for (long block = 0; block < grid.blocks(); block++) {
      if (!isZero(grid.blockAt(strip, block), row)) {
        return false;
      }
    }
    return true;
  }

  private boolean isZero(long block, int row) {
    long at = block + grid.frame().blockHead();
    for (int c = 0; c < grid.code().columns(); c++) {
      int i = grid.code().byteOf(row, c);
      if (stored.get(ValueLayout.JAVA_BYTE, at + i) != zeroBlock[i]) {
        return false;
      }
    }
    return true;
  }
}

package org.bitnet4j.quant;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/// The multipliers of a quantized tensor and, for normalised weights, their offsets: one float32 of
/// each per scale group, so that value = multiplier · code + offset.
public final class Scales {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(java.nio.ByteOrder.LITTLE_ENDIAN);

  private final Granularity granularity;
  private final long count;
  private final MemorySegment multipliers;
  private final @Nullable MemorySegment offsets;

  private Scales(
      Granularity granularity,
      long count,
      MemorySegment multipliers,
      @Nullable MemorySegment offsets) {
    this.granularity = granularity;
    this.count = count;
    this.multipliers = multipliers;
    this.offsets = offsets;
  }

  /// Zeroed scales owned by an arena.
  ///
  /// @param arena owner of the memory
  /// @param granularity what one scale covers
  /// @param shape dimensions of the tensor
  /// @param withOffsets whether each group has an offset μ
  public static Scales allocate(
      Arena arena, Granularity granularity, TensorShape shape, boolean withOffsets) {
    long count = granularity.groups(shape);
    return new Scales(
        granularity,
        count,
        arena.allocate(FLOAT, count),
        withOffsets ? arena.allocate(FLOAT, count) : null);
  }

  /// What one scale covers.
  public Granularity granularity() {
    return granularity;
  }

  /// Number of scale groups.
  public long count() {
    return count;
  }

  /// Whether each group has an offset.
  public boolean hasOffsets() {
    return offsets != null;
  }

  /// The multiplier of a group.
  ///
  /// @param group number of the group
  public float multiplier(long group) {
    return multipliers.getAtIndex(FLOAT, group);
  }

  /// The offset μ of a group, 0 where the tensor has none.
  ///
  /// @param group number of the group
  public float offset(long group) {
    return offsets == null ? 0f : offsets.getAtIndex(FLOAT, group);
  }

  /// Sets a group's multiplier.
  ///
  /// @param group number of the group
  /// @param multiplier its multiplier
  public void setMultiplier(long group, float multiplier) {
    multipliers.setAtIndex(FLOAT, group, multiplier);
  }

  /// Sets a group's offset μ.
  ///
  /// @param group number of the group
  /// @param offset its offset
  /// @throws IllegalStateException where the scales have no offsets
  public void setOffset(long group, float offset) {
    if (offsets == null) {
      throw new IllegalStateException("scales must be allocated with offsets to set one");
    }
    offsets.setAtIndex(FLOAT, group, offset);
  }

  /// The multipliers as little-endian float32, read-only.
  public MemorySegment multiplierBytes() {
    return multipliers.asReadOnly();
  }

  /// The offsets as little-endian float32, read-only; absent where the tensor has none.
  public @Nullable MemorySegment offsetBytes() {
    return offsets == null ? null : offsets.asReadOnly();
  }
}

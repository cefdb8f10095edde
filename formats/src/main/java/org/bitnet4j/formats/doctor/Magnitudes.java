package org.bitnet4j.formats.doctor;

import java.util.Arrays;
import org.bitnet4j.quant.ElementType;

/// Counts the different absolute values of a float tensor, as far as they are few: a tensor is
/// ternary iff its non-zero absolute values are equal within two units in the last place of the
/// storage type, per scale. TriLM checkpoints have one scale per model-parallel shard, at most six;
/// others have one per row.
final class Magnitudes {
  /// The most scales of an implicitly ternary matrix.
  static final int MAX_SCALES = 6;

  /// More different values than this are not counted one by one.
  private static final int SLOTS = 64;

  private static final int ULPS = 2;

  private final ElementType type;
  private final int[] keys = new int[SLOTS];
  private final long[] counts = new long[SLOTS];
  private int used;
  private long others;
  private int last = -1;
  private int rowSmallest = Integer.MAX_VALUE;
  private int rowLargest = -1;
  private long rows;
  private long rowsOfOneScale;

  Magnitudes(ElementType type) {
    this.type = type;
  }

  /// Counts a finite value that is not zero.
  void add(float value) {
    int key =
        switch (type) {
          case F32 -> Float.floatToRawIntBits(value) & 0x7FFF_FFFF;
          case BF16 -> (Float.floatToRawIntBits(value) & 0x7FFF_FFFF) >>> 16;
          case F16 -> Float.floatToFloat16(value) & 0x7FFF;
        };
    rowSmallest = Math.min(rowSmallest, key);
    rowLargest = Math.max(rowLargest, key);
    if (last >= 0 && keys[last] == key) {
      counts[last]++;
      return;
    }
    for (int slot = 0; slot < used; slot++) {
      if (keys[slot] == key) {
        counts[slot]++;
        last = slot;
        return;
      }
    }
    if (used == SLOTS) {
      others++;
      return;
    }
    keys[used] = key;
    counts[used] = 1;
    last = used++;
  }

  /// Ends a row: a matrix may also have one scale per row.
  void endRow() {
    rows++;
    rowsOfOneScale += rowLargest < 0 || rowLargest - rowSmallest <= ULPS ? 1 : 0;
    rowSmallest = Integer.MAX_VALUE;
    rowLargest = -1;
  }

  /// The result.
  ///
  /// @param values how many values were counted
  /// @param outside how many of them belong to no scale: to none of the six largest groups of
  ///   values within two units in the last place, or to one too small to be a shard's
  record Summary(long values, long outside) {
    /// Whether all values are a few multipliers with signs.
    boolean isTernary() {
      return values > 0 && outside == 0;
    }

    /// Whether it was meant to be ternary: 99 % of the values are a few multipliers with signs, the
    /// others are not.
    boolean isAlmostTernary() {
      return values > 0 && outside > 0 && outside * 100 <= values;
    }
  }

  Summary summary() {
    Integer[] order = new Integer[used];
    Arrays.setAll(order, slot -> slot);
    Arrays.sort(order, (a, b) -> Integer.compare(keys[a], keys[b]));
    long[] groups = new long[used];
    int scales = 0;
    long first = -1 - ULPS;
    long total = others;
    for (int slot : order) {
      if (keys[slot] - first > ULPS) {
        first = keys[slot];
        scales++;
      }
      groups[scales - 1] += counts[slot];
      total += counts[slot];
    }
    Arrays.sort(groups);
    long inside = 0;
    for (int i = 0; i < Math.min(MAX_SCALES, used); i++) {
      long group = groups[used - 1 - i];
      inside += group * 100 >= total ? group : 0;
    }
    return rows > 1 && rowsOfOneScale == rows
        ? new Summary(total, 0)
        : new Summary(total, total - inside);
  }
}

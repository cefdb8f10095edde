package org.bitnet4j.quant.activations;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.bitnet4j.quant.Printable;

/// The frozen ranges of one layer: one of |x| for the tensor, or one per feature. Immutable.
public final class LayerCalibration {
  private final int columns;
  private final long samples;
  private final long clipped;
  private final float[] ranges;

  /// Ranges of a layer.
  ///
  /// @param columns features of the layer, at least 1
  /// @param samples rows the ranges were taken from, at least 1
  /// @param clipped values beyond mean ± t·σ, clamped before the ranges were taken
  /// @param ranges one for the tensor or one per feature; finite, not negative
  /// @throws IllegalArgumentException for values out of these bounds
  public LayerCalibration(int columns, long samples, long clipped, float... ranges) {
    require(columns >= 1, "columns must be at least 1", columns);
    require(samples >= 1, "samples must be at least 1", samples);
    require(clipped >= 0, "clipped must not be negative", clipped);
    require(
        ranges.length == 1 || ranges.length == columns,
        "range count must be 1 or the " + columns + " columns",
        ranges.length);
    for (float range : ranges) {
      require(range >= 0 && Float.isFinite(range), "range must be finite and at least 0", range);
    }
    this.columns = columns;
    this.samples = samples;
    this.clipped = clipped;
    this.ranges = ranges.clone();
    for (int i = 0; i < ranges.length; i++) {
      this.ranges[i] += 0f; // −0 becomes 0: one range, one hash
    }
  }

  static void require(boolean condition, String rule, Object found) {
    if (!condition) {
      throw new IllegalArgumentException(rule + ", got [" + found + "]");
    }
  }

  /// UTF-8 of a layer name, which must have some and be well-formed.
  static byte[] utf8(String layer) {
    require(!layer.isEmpty(), "layer name must not be empty", layer);
    require(
        StandardCharsets.UTF_8.newEncoder().canEncode(layer),
        "layer name must be well-formed UTF-16",
        Printable.line(layer));
    return layer.getBytes(StandardCharsets.UTF_8);
  }

  /// Features of the layer.
  public int columns() {
    return columns;
  }

  /// Rows that the ranges were taken from.
  public long samples() {
    return samples;
  }

  /// Values beyond mean ± t·σ that were clamped before the ranges were taken.
  public long clipped() {
    return clipped;
  }

  /// A copy of the ranges of |x|: one, or one per feature.
  public float[] ranges() {
    return ranges.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LayerCalibration that
        && columns == that.columns
        && samples == that.samples
        && clipped == that.clipped
        && Arrays.equals(ranges, that.ranges);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(ranges) + Long.hashCode(samples);
  }

  @Override
  public String toString() {
    return "LayerCalibration["
        + columns
        + " columns, "
        + samples
        + " samples, "
        + ranges.length
        + " ranges]";
  }
}

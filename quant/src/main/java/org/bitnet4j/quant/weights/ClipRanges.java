package org.bitnet4j.quant.weights;

/// Where the weights of each scale group were clamped.
public final class ClipRanges {
  private static final ClipRanges NONE = new ClipRanges(0);

  private final float[] lows;
  private final float[] highs;

  private ClipRanges(int groups) {
    this.lows = new float[groups];
    this.highs = new float[groups];
  }

  /// For a tensor whose weights are not clamped.
  static ClipRanges none() {
    return NONE;
  }

  static ClipRanges of(long groups) {
    return new ClipRanges(Math.toIntExact(groups));
  }

  void set(long group, ValueRange range) {
    if (this != NONE) {
      lows[(int) group] = range.low();
      highs[(int) group] = range.high();
    }
  }

  /// Whether a weight kept its value, the ends of the range included.
  ///
  /// @param group number of its scale group
  /// @param weight its original value
  public boolean contains(long group, float weight) {
    return this == NONE || (weight >= lows[(int) group] && weight <= highs[(int) group]);
  }
}

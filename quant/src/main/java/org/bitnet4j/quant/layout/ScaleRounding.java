package org.bitnet4j.quant.layout;

/// What a layout's storage type did to the multipliers of a tensor.
///
/// @param rounded stored multipliers that differ from the tensor's, 0 where all are exact
/// @param largestRelativeError max |stored − multiplier| / |multiplier|; at most 2⁻¹¹ for float16
///   numbers of normal size
public record ScaleRounding(long rounded, double largestRelativeError) {
  /// Every multiplier stored as it is.
  public static final ScaleRounding EXACT = new ScaleRounding(0, 0);

  /// Both together.
  ///
  /// @param other of other multipliers
  public ScaleRounding plus(ScaleRounding other) {
    return new ScaleRounding(
        rounded + other.rounded, Math.max(largestRelativeError, other.largestRelativeError));
  }
}

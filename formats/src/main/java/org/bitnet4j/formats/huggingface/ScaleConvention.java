package org.bitnet4j.formats.huggingface;

/// What the `weight_scale` of a packed ternary weight means. Both are called the same and look the
/// same; only `linear_class` tells them apart.
public enum ScaleConvention {
  /// `autobitlinear`: the scale is the multiplier γ = mean|W|.
  MULTIPLY,
  /// `bitlinear`, and the default: the scale is 1/γ.
  DIVIDE;

  /// A scale as it is stored.
  ///
  /// @param value the float32 to store
  /// @param rounded whether reading it back gives another multiplier
  public record Stored(float value, boolean rounded) {}

  /// The multiplier γ that a stored scale stands for.
  ///
  /// @param stored the stored value
  public float multiplier(float stored) {
    return switch (this) {
      case MULTIPLY -> stored;
      case DIVIDE -> 1f / stored;
    };
  }

  /// The stored scale for a multiplier γ.
  ///
  /// Where scales divide it is the float32 nearest to 1/γ. For 17 % of all γ that does not give γ
  /// back, and then no other float32 does: searching its neighbours over a whole binade found none.
  ///
  /// @param multiplier γ, finite, and not 0 where scales divide
  public Stored stored(float multiplier) {
    return switch (this) {
      case MULTIPLY -> new Stored(multiplier, false);
      case DIVIDE -> {
        float nearest = 1f / multiplier;
        yield new Stored(nearest, 1f / nearest != multiplier);
      }
    };
  }
}

package org.bitnet4j.quant.config;

import org.jspecify.annotations.Nullable;

/// How the attention operator is quantized.
///
/// @param quantizeQuery int8 queries per token and head
/// @param quantizeKey int8 keys per token and head
/// @param quantizeValue int8 values per token and head
/// @param quantizeScores softmax probabilities on an 8-bit grid
/// @param quantizeOutput int8 output per token
/// @param scoreClipThreshold raw scores clamped to ±t before softmax
/// @param causalOptimization never compute the masked upper triangle
/// @param sparsityThreshold probabilities below t dropped, row renormalised
public record AttentionQuantizationConfig(
    boolean quantizeQuery,
    boolean quantizeKey,
    boolean quantizeValue,
    boolean quantizeScores,
    boolean quantizeOutput,
    @Nullable Double scoreClipThreshold,
    boolean causalOptimization,
    @Nullable Double sparsityThreshold)
    implements Configuration {

  /// Quantized query, key, value and output; exact scores.
  public static AttentionQuantizationConfig defaults() {
    return new AttentionQuantizationConfig(true, true, true, false, true, null, false, null);
  }

  /// Everything quantized, causal, sparse.
  public static AttentionQuantizationConfig bitnet() {
    return new AttentionQuantizationConfig(true, true, true, true, true, 10.0, true, 0.01);
  }

  /// A builder that starts from the defaults.
  public static AttentionQuantizationConfigBuilder builder() {
    return defaults().toBuilder();
  }

  /// A builder that starts from this configuration.
  public AttentionQuantizationConfigBuilder toBuilder() {
    return new AttentionQuantizationConfigBuilder(this);
  }

  /// This configuration with exact softmax probabilities.
  public AttentionQuantizationConfig withoutScoreQuantization() {
    return toBuilder().quantizeScores(false).build();
  }

  /// This configuration with the masked upper triangle never computed.
  public AttentionQuantizationConfig withCausalOptimization() {
    return toBuilder().causalOptimization(true).build();
  }

  /// This configuration with probabilities below `threshold` dropped, the row renormalised.
  ///
  /// @param threshold in (0, 1)
  public AttentionQuantizationConfig withSparsityThreshold(double threshold) {
    return toBuilder().sparsityThreshold(threshold).build();
  }
}

package org.bitnet4j.quant.config;

import org.jspecify.annotations.Nullable;

/// Builder of an [AttentionQuantizationConfig]: starts from the defaults or from a given value, and
/// refuses to set a field twice.
public final class AttentionQuantizationConfigBuilder {
  private final RecordDraft<AttentionQuantizationConfig> draft;

  AttentionQuantizationConfigBuilder(AttentionQuantizationConfig start) {
    draft = new RecordDraft<>(AttentionQuantizationConfig.class, start);
  }

  /// Sets `quantizeQuery`: int8 queries per token and head.
  ///
  /// @param quantizeQuery the value
  /// @throws ConfigValidationException where it was set before
  public AttentionQuantizationConfigBuilder quantizeQuery(boolean quantizeQuery) {
    draft.set("quantizeQuery", quantizeQuery);
    return this;
  }

  /// Sets `quantizeKey`: int8 keys per token and head.
  ///
  /// @param quantizeKey the value
  /// @throws ConfigValidationException where it was set before
  public AttentionQuantizationConfigBuilder quantizeKey(boolean quantizeKey) {
    draft.set("quantizeKey", quantizeKey);
    return this;
  }

  /// Sets `quantizeValue`: int8 values per token and head.
  ///
  /// @param quantizeValue the value
  /// @throws ConfigValidationException where it was set before
  public AttentionQuantizationConfigBuilder quantizeValue(boolean quantizeValue) {
    draft.set("quantizeValue", quantizeValue);
    return this;
  }

  /// Sets `quantizeScores`: softmax probabilities on an 8-bit grid.
  ///
  /// @param quantizeScores the value
  /// @throws ConfigValidationException where it was set before
  public AttentionQuantizationConfigBuilder quantizeScores(boolean quantizeScores) {
    draft.set("quantizeScores", quantizeScores);
    return this;
  }

  /// Sets `quantizeOutput`: int8 output per token.
  ///
  /// @param quantizeOutput the value
  /// @throws ConfigValidationException where it was set before
  public AttentionQuantizationConfigBuilder quantizeOutput(boolean quantizeOutput) {
    draft.set("quantizeOutput", quantizeOutput);
    return this;
  }

  /// Sets `scoreClipThreshold`: raw scores clamped to ±t before softmax.
  ///
  /// @param scoreClipThreshold the value, null to leave it out
  /// @throws ConfigValidationException where it was set before
  public AttentionQuantizationConfigBuilder scoreClipThreshold(
      @Nullable Double scoreClipThreshold) {
    draft.set("scoreClipThreshold", scoreClipThreshold);
    return this;
  }

  /// Sets `causalOptimization`: never compute the masked upper triangle.
  ///
  /// @param causalOptimization the value
  /// @throws ConfigValidationException where it was set before
  public AttentionQuantizationConfigBuilder causalOptimization(boolean causalOptimization) {
    draft.set("causalOptimization", causalOptimization);
    return this;
  }

  /// Sets `sparsityThreshold`: probabilities below t dropped, row renormalised.
  ///
  /// @param sparsityThreshold the value, null to leave it out
  /// @throws ConfigValidationException where it was set before
  public AttentionQuantizationConfigBuilder sparsityThreshold(@Nullable Double sparsityThreshold) {
    draft.set("sparsityThreshold", sparsityThreshold);
    return this;
  }

  /// The configuration as it stands, not validated.
  public AttentionQuantizationConfig build() {
    return draft.build();
  }
}

package org.bitnet4j.quant.activations;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Output of an attention call, [queries, heads · headDim], and what it took. Immutable.
public final class AttentionResult {
  private final float[] output;
  private final @Nullable QuantizedActivations codes;
  private final AttentionStatistics statistics;

  AttentionResult(
      float[] output, @Nullable QuantizedActivations codes, AttentionStatistics statistics) {
    this.output = output;
    this.codes = codes;
    this.statistics = statistics;
  }

  /// A copy of the output, row-major; with `quantizeOutput` what its codes stand for.
  public float[] output() {
    return output.clone();
  }

  /// The int8 codes of the output, a scale per token; empty without `quantizeOutput`.
  public Optional<QuantizedActivations> codes() {
    return Optional.ofNullable(codes);
  }

  /// What the call did.
  public AttentionStatistics statistics() {
    return statistics;
  }
}

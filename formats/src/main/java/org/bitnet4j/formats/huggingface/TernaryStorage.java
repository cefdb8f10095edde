package org.bitnet4j.formats.huggingface;

/// How a Hugging Face checkpoint stores its ternary weights.
public enum TernaryStorage {
  /// Four trits a byte with one multiplier beside them, for Hugging Face's BitNet integration: the
  /// loader needs it, and config.json says so.
  PACKED,
  /// Trit times multiplier as bfloat16, for any loader. No `quantization_config`: the mean
  /// magnitude of {−γ, 0, γ} is not γ, so a loader must not quantize such weights again.
  BF16
}

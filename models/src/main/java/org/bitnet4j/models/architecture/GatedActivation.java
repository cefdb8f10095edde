package org.bitnet4j.models.architecture;

/// The function f of a gated feed-forward block, f(gate) · up.
public enum GatedActivation {
  /// max(0, x)², as BitNet b1.58 2B-4T has it (arXiv 2504.12285).
  RELU2,
  /// x / (1 + e⁻ˣ).
  SILU,
  /// ½x(1 + tanh(√(2/π)(x + 0.044715x³))), as Gemma has it.
  GELU_TANH
}

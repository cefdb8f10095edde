package org.bitnet4j.quant.config;

/// How the multiplier of a ternary scale group is computed.
public enum ScaleRule {
  /// The mean of |w| over the group (BitNet b1.58, arXiv 2402.17764).
  ABSMEAN,
  /// Σwt / Σt², the multiplier with the least squared error for the chosen trits.
  LEAST_SQUARES
}

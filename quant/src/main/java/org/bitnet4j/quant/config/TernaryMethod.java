package org.bitnet4j.quant.config;

/// How the threshold Δ is chosen below which a weight becomes zero.
public enum TernaryMethod {
  /// Δ = f · mean |w|, f = 0.5 by default (BitNet b1.58, arXiv 2402.17764).
  MEAN_THRESHOLD,
  /// Δ = f · median |w|, f = 0.5 by default; robust to outliers.
  MEDIAN_THRESHOLD,
  /// Lloyd iteration from f · mean |w| until the trits stop changing.
  ADAPTIVE_THRESHOLD,
  /// The exact minimiser of the weighted squared error.
  OPTIMAL_THRESHOLD
}

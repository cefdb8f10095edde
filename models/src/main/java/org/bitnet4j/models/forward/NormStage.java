package org.bitnet4j.models.forward;

import org.bitnet4j.quant.kernels.ElementKernels;
import org.bitnet4j.quant.kernels.KernelTeam;

/// RMSNorm of each token (arXiv 1910.07467).
final class NormStage extends TokenStage {
  private final ElementKernels elements;
  private Rows from;
  private Rows to;
  private float[] weight = {};
  private float epsilon;

  NormStage(ElementKernels elements, Rows rows) {
    this.elements = elements;
    this.from = rows;
    this.to = rows;
  }

  /// Normalises rows into others of the same width, or into themselves.
  void run(KernelTeam team, int tokens, Rows source, float[] weights, float eps, Rows target) {
    from = source;
    to = target;
    weight = weights;
    epsilon = eps;
    run(team, tokens);
  }

  @Override
  void token(int token) {
    elements.rmsNorm(
        from.values(), from.at(token), weight.length, weight, epsilon, to.values(), to.at(token));
  }
}

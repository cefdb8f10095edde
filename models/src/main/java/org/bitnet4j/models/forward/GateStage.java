package org.bitnet4j.models.forward;

import org.bitnet4j.models.architecture.GatedActivation;
import org.bitnet4j.quant.kernels.ElementKernels;

/// f(gate) · up of each token.
final class GateStage extends TokenStage {
  private final ElementKernels elements;
  private final GatedActivation activation;
  private final Rows gateUp;
  private final Rows gated;

  /// A stage.
  ///
  /// @param gateUp a gate and behind it an up for each token
  /// @param gated receives the products
  GateStage(ElementKernels elements, GatedActivation activation, Rows gateUp, Rows gated) {
    this.elements = elements;
    this.activation = activation;
    this.gateUp = gateUp;
    this.gated = gated;
  }

  @Override
  void token(int token) {
    float[] x = gateUp.values();
    int gate = gateUp.at(token);
    int up = gate + gated.width();
    int count = gated.width();
    float[] out = gated.values();
    int at = gated.at(token);
    switch (activation) {
      case RELU2 -> elements.reluSquaredTimes(x, gate, x, up, count, out, at);
      case SILU -> elements.siluTimes(x, gate, x, up, count, out, at);
      case GELU_TANH -> elements.geluTimes(x, gate, x, up, count, out, at);
    }
  }
}

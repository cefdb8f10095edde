package org.bitnet4j.models.forward;

import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.kernels.ElementKernels;
import org.bitnet4j.quant.kernels.KernelTeam;
import org.jspecify.annotations.Nullable;

/// Adds what a block made to the residual stream, through a norm where the family has one, and
/// refuses what is not finite before it can spread.
final class ResidualStage extends TokenStage {
  private final ElementKernels elements;
  private final Rows stream;
  private final Rows block;
  private final float epsilon;
  private float @Nullable [] norm;
  private String layer = "";
  private String part = "";

  ResidualStage(ElementKernels elements, Rows stream, Rows block, float epsilon) {
    this.elements = elements;
    this.stream = stream;
    this.block = block;
    this.epsilon = epsilon;
  }

  /// Adds.
  ///
  /// @param layerName name of the layer, for a refusal
  /// @param partName of its part
  /// @param weights of a norm before the addition, if any
  void run(
      KernelTeam team, int tokens, String layerName, String partName, float @Nullable [] weights) {
    layer = layerName;
    part = partName;
    norm = weights;
    run(team, tokens);
  }

  @Override
  void token(int token) {
    int width = stream.width();
    float[] weights = norm;
    if (weights != null) {
      elements.rmsNorm(
          block.values(),
          block.at(token),
          width,
          weights,
          epsilon,
          block.values(),
          block.at(token));
    }
    elements.add(stream.values(), stream.at(token), block.values(), block.at(token), width);
    int fault = elements.firstNonFinite(stream.values(), stream.at(token), width);
    if (fault >= 0) {
      throw notFinite(layer + part, fault, stream.values()[stream.at(token) + fault]);
    }
  }

  /// The refusal of an activation.
  static InvalidTensorException notFinite(String layer, int index, float value) {
    return new InvalidTensorException(
        layer,
        index,
        "activations must be finite",
        Float.toString(value),
        "Run `bitnet doctor` on the model: weights or scales may be damaged or read by the wrong"
            + " convention.");
  }
}

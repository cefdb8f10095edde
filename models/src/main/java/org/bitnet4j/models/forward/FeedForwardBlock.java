package org.bitnet4j.models.forward;

import org.bitnet4j.models.architecture.ModelShape;
import org.bitnet4j.models.weights.LayerWeights;
import org.bitnet4j.quant.kernels.ElementKernels;
import org.bitnet4j.quant.kernels.KernelTeam;

/// The gated feed-forward block of a layer, from the residual stream back into it.
///
/// ```
/// b    = norm(h)
/// f    = act(linear_gate(b)) · linear_up(b)
/// h   += norm(linear_down(norm(f)))      where the family has these norms
/// ```
final class FeedForwardBlock {
  private final ModelShape shape;
  private final KernelTeam team;
  private final Products products;
  private final Rows stream;
  private final Rows normed;
  private final Rows block;
  private final Rows gateUp;
  private final Rows gated;
  private final NormStage norm;
  private final GateStage gate;
  private final ResidualStage residual;

  FeedForwardBlock(
      ModelShape shape,
      ElementKernels elements,
      KernelTeam team,
      Products products,
      Workspace workspace) {
    int tokens = workspace.capacity();
    this.shape = shape;
    this.team = team;
    this.products = products;
    this.stream = workspace.stream();
    this.normed = workspace.normed();
    this.block = workspace.block();
    this.gateUp = new Rows(tokens, 2 * shape.intermediate());
    this.gated = new Rows(tokens, shape.intermediate());
    this.norm = new NormStage(elements, normed);
    this.gate = new GateStage(elements, shape.activation(), gateUp, gated);
    this.residual = new ResidualStage(elements, stream, block, shape.normEpsilon());
  }

  /// Runs the block on a chunk.
  void run(LayerWeights layer, Chunk chunk) {
    int tokens = chunk.tokens();
    norm.run(team, tokens, stream, layer.beforeFeedForward(), shape.normEpsilon(), normed);
    products.run(layer.feedForwardInputs(), normed, tokens, gateUp, chunk.quantization());
    gate.run(team, tokens);
    float[] subNorm = layer.feedForwardSubNorm();
    if (subNorm != null) {
      norm.run(team, tokens, gated, subNorm, shape.normEpsilon(), gated);
    }
    products.run(layer.feedForwardOutput(), gated, tokens, block, chunk.quantization());
    residual.run(team, tokens, layer.name(), ".mlp", layer.afterFeedForward());
  }
}

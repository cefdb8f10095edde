package org.bitnet4j.models.forward;

import org.bitnet4j.models.architecture.AttentionSpan;
import org.bitnet4j.models.architecture.ModelShape;
import org.bitnet4j.models.weights.LayerWeights;
import org.bitnet4j.quant.kernels.AttentionCache;
import org.bitnet4j.quant.kernels.ElementKernels;
import org.bitnet4j.quant.kernels.KernelTeam;

/// The attention of a layer, from the residual stream back into it.
///
/// ```
/// a       = norm(h)
/// q, k, v = linear(a)                    each head normalised, q and k rotated
/// o       = softmax(q·kᵀ·scale)·v
/// h      += norm(linear(norm(o)))        where the family has these norms
/// ```
final class AttentionBlock {
  private final ModelShape shape;
  private final KernelTeam team;
  private final Products products;
  private final Rows normed;
  private final Rows qkv;
  private final Rows attended;
  private final Rows block;
  private final Rows stream;
  private final NormStage norm;
  private final PositionStage position;
  private final AttendStage attend;
  private final ResidualStage residual;
  private final AbsmaxRounding rounding;

  /// A block that works on rows shared with the other block.
  AttentionBlock(
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
    this.qkv = new Rows(tokens, shape.queryRows() + 2 * shape.keyRows());
    this.attended = new Rows(tokens, shape.queryRows());
    this.norm = new NormStage(elements, normed);
    this.position = new PositionStage(elements, shape, qkv, tokens);
    this.attend = new AttendStage(elements, shape, team.threads(), tokens, qkv, attended);
    this.residual = new ResidualStage(elements, stream, block, shape.normEpsilon());
    this.rounding = new AbsmaxRounding(elements);
  }

  /// Runs the block on a chunk.
  ///
  /// @param number number of the layer
  void run(int number, LayerWeights layer, RotaryTable rotary, Chunk chunk) {
    int tokens = chunk.tokens();
    AttentionSpan span = shape.spans().get(number);
    AttentionSteps steps = chunk.steps();
    norm.run(team, tokens, stream, layer.beforeAttention(), shape.normEpsilon(), normed);
    products.run(layer.attentionInputs(), normed, tokens, qkv, chunk.quantization());
    AttentionCache cache = chunk.cache().layer(number);
    position.run(team, layer, cache, rotary, chunk);
    attend.run(team, cache, span, chunk);
    if (steps.config().quantizeOutput()) {
      for (int token = 0; token < tokens; token++) {
        rounding.round(
            layer.name() + ".self_attn", attended.values(), attended.at(token), attended.width());
      }
    }
    float[] subNorm = layer.attentionSubNorm();
    if (subNorm != null) {
      norm.run(team, tokens, attended, subNorm, shape.normEpsilon(), attended);
    }
    products.run(layer.attentionOutput(), attended, tokens, block, chunk.quantization());
    residual.run(team, tokens, layer.name(), ".self_attn", layer.afterAttention());
  }
}

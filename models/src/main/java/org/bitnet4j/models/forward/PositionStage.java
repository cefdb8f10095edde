package org.bitnet4j.models.forward;

import org.bitnet4j.models.architecture.ModelShape;
import org.bitnet4j.models.weights.LayerWeights;
import org.bitnet4j.quant.config.AttentionQuantizationConfig;
import org.bitnet4j.quant.kernels.AttentionCache;
import org.bitnet4j.quant.kernels.ElementKernels;
import org.bitnet4j.quant.kernels.KernelTeam;
import org.jspecify.annotations.Nullable;

/// Makes queries and keys ready and stores keys and values: head norms, rotation, and rounding
/// where attention is quantized.
final class PositionStage extends TokenStage {
  private final ElementKernels elements;
  private final ModelShape shape;
  private final Rows qkv;
  private final AbsmaxRounding[] roundings;

  private @Nullable LayerWeights layer;
  private @Nullable AttentionCache cache;
  private @Nullable RotaryTable rotary;
  private @Nullable Chunk chunk;

  PositionStage(ElementKernels elements, ModelShape shape, Rows qkv, int capacity) {
    this.elements = elements;
    this.shape = shape;
    this.qkv = qkv;
    this.roundings = new AbsmaxRounding[capacity];
    for (int i = 0; i < capacity; i++) {
      roundings[i] = new AbsmaxRounding(elements);
    }
  }

  void run(
      KernelTeam team,
      LayerWeights weights,
      AttentionCache layerCache,
      RotaryTable table,
      Chunk tokens) {
    layer = weights;
    cache = layerCache;
    rotary = table;
    chunk = tokens;
    run(team, tokens.tokens());
  }

  @Override
  void token(int token) {
    LayerWeights weights = layer;
    AttentionCache held = cache;
    RotaryTable table = rotary;
    Chunk of = chunk;
    if (weights == null || held == null || table == null || of == null) {
      throw new IllegalStateException("the stage must be run, not its tokens");
    }
    float[] x = qkv.values();
    int query = qkv.at(token);
    int key = query + shape.queryRows();
    int value = key + shape.keyRows();
    normalize(x, query, shape.heads(), weights.queryNorm());
    normalize(x, key, shape.keyValueHeads(), weights.keyNorm());
    rotate(table, token, x, query, shape.heads());
    rotate(table, token, x, key, shape.keyValueHeads());
    AttentionQuantizationConfig config = of.steps().config();
    if (config.quantizeQuery()) {
      round(token, weights.name() + ".self_attn.query", x, query, shape.heads());
    }
    if (config.quantizeKey()) {
      round(token, weights.name() + ".self_attn.key", x, key, shape.keyValueHeads());
    }
    if (config.quantizeValue()) {
      round(token, weights.name() + ".self_attn.value", x, value, shape.keyValueHeads());
    }
    held.store(of.slot(token), x, key, x, value);
  }

  private void normalize(float[] x, int offset, int heads, float @Nullable [] norm) {
    if (norm == null) {
      return;
    }
    for (int head = 0; head < heads; head++) {
      int at = offset + head * shape.headDim();
      elements.rmsNorm(x, at, shape.headDim(), norm, shape.normEpsilon(), x, at);
    }
  }

  private void rotate(RotaryTable table, int token, float[] x, int offset, int heads) {
    int headDim = shape.headDim();
    elements.rotate(x, offset, heads, headDim, headDim, table.cos(), table.sin(), table.at(token));
  }

  /// Rounds each head to int8, as what its codes stand for.
  private void round(int token, String name, float[] x, int offset, int heads) {
    for (int head = 0; head < heads; head++) {
      roundings[token].round(name, x, offset + head * shape.headDim(), shape.headDim());
    }
  }
}

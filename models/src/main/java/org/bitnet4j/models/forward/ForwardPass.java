package org.bitnet4j.models.forward;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import org.bitnet4j.models.architecture.ModelShape;
import org.bitnet4j.models.architecture.RotaryEmbedding;
import org.bitnet4j.models.weights.LayerWeights;
import org.bitnet4j.models.weights.LoadedModel;
import org.bitnet4j.models.weights.ModelWeights;
import org.bitnet4j.quant.kernels.ElementKernels;
import org.bitnet4j.quant.kernels.KernelTeam;

/// From tokens to the residual stream behind the last layer, a chunk at a time, for one caller at a
/// time.
///
/// ```
/// h = embedding(token)                       times √hidden in some families
/// for each layer: h = attention(h); h = feedForward(h)
/// logits = head · norm(h)
/// ```
///
/// After the first chunk of a size nothing is allocated.
final class ForwardPass implements AutoCloseable {
  /// Tokens whose logits are made at once.
  static final int LOGIT_ROWS = 8;

  private final ModelShape shape;
  private final ModelWeights weights;
  private final ElementKernels elements;
  private final KernelTeam team;
  private final Products products;
  private final Workspace workspace;
  private final AttentionBlock attention;
  private final FeedForwardBlock feedForward;

  /// Tables of the kinds of rotary embedding, and which of them a layer has.
  private final List<RotaryTable> tables = new ArrayList<>();

  private final RotaryTable[] tableOfLayer;

  /// A pass with room for chunks of a size.
  ///
  /// @param capacity tokens of a chunk at most
  ForwardPass(LoadedModel model, KernelTeam team, int capacity) {
    this.shape = model.shape();
    this.weights = model.weights();
    this.elements = model.elements();
    this.team = team;
    this.products =
        new Products(model.ternary(), elements, team, shape.projectionNormEpsilon(), capacity);
    this.workspace = new Workspace(shape, capacity);
    this.attention = new AttentionBlock(shape, elements, team, products, workspace);
    this.feedForward = new FeedForwardBlock(shape, elements, team, products, workspace);
    this.tableOfLayer = new RotaryTable[shape.layers()];
    Map<RotaryEmbedding, RotaryTable> kinds = new HashMap<>();
    for (int layer = 0; layer < shape.layers(); layer++) {
      tableOfLayer[layer] =
          kinds.computeIfAbsent(
              shape.spans().get(layer).rotary(), rotary -> new RotaryTable(rotary, capacity));
    }
    tables.addAll(kinds.values());
  }

  /// Tokens of a chunk at most.
  int capacity() {
    return workspace.capacity();
  }

  /// Runs all layers on a chunk; keys and values of its tokens are in the cache afterwards.
  ///
  /// @param chunk where the tokens belong
  /// @param tokens holds their numbers, each in the vocabulary
  /// @param from index of the first
  /// @param cancelled asked before each layer
  /// @throws CancellationException where it says so
  void run(Chunk chunk, int[] tokens, int from, BooleanSupplier cancelled) {
    embed(tokens, from, chunk.tokens());
    for (int i = 0; i < tables.size(); i++) {
      tables.get(i).fill(chunk);
    }
    List<LayerWeights> layers = weights.layers();
    for (int i = 0; i < layers.size(); i++) {
      if (cancelled.getAsBoolean()) {
        throw new CancellationException("cancelled before layer " + i + " of " + layers.size());
      }
      attention.run(i, layers.get(i), tableOfLayer[i], chunk);
      feedForward.run(layers.get(i), chunk);
    }
  }

  private void embed(int[] tokens, int from, int count) {
    Rows stream = workspace.stream();
    float multiplier = shape.embeddingMultiplier();
    for (int token = 0; token < count; token++) {
      weights.embedding().readRow(tokens[from + token], stream.values(), stream.at(token));
      if (multiplier != 1) {
        elements.scale(stream.values(), stream.at(token), stream.width(), multiplier);
      }
    }
  }

  /// The final norm of one token of the last chunk.
  void hiddenState(int token, float[] out) {
    Rows stream = workspace.stream();
    elements.rmsNorm(
        stream.values(),
        stream.at(token),
        stream.width(),
        weights.finalNorm(),
        shape.normEpsilon(),
        out,
        0);
  }

  /// Logits from a hidden state behind the final norm.
  void logits(float[] hidden, float[] out, int offset) {
    elements.multiply(weights.head(), hidden, 0, out, offset, team);
  }

  /// Logits of consecutive tokens of the last chunk.
  ///
  /// @param token the first
  /// @param count how many, at most [#LOGIT_ROWS]
  /// @param out receives them, one token's behind the other's
  void logits(int token, int count, float[] out) {
    Rows normed = workspace.normed();
    for (int i = 0; i < count; i++) {
      elements.rmsNorm(
          workspace.stream().values(),
          workspace.stream().at(token + i),
          normed.width(),
          weights.finalNorm(),
          shape.normEpsilon(),
          normed.values(),
          normed.at(i));
    }
    elements.multiply(
        weights.head(),
        normed.values(),
        0,
        normed.width(),
        count,
        out,
        0,
        shape.vocabulary(),
        team);
  }

  @Override
  public void close() {
    products.close();
  }
}

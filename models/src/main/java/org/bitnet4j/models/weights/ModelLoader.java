package org.bitnet4j.models.weights;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.bitnet4j.models.architecture.BlockNorms;
import org.bitnet4j.models.architecture.ModelShape;
import org.bitnet4j.models.weights.MatrixLoader.Part;
import org.bitnet4j.quant.Workers;
import org.bitnet4j.quant.kernels.DenseFormat;
import org.bitnet4j.quant.kernels.DenseMatrix;
import org.bitnet4j.quant.kernels.ElementKernels;
import org.bitnet4j.quant.kernels.TernaryKernels;
import org.jspecify.annotations.Nullable;

/// Loads the weights of one model: groups of projections, each by one thread, and tables that are
/// converted by all.
final class ModelLoader {
  /// Groups of projections of a layer: queries with keys and values, output, gate with up, down.
  private static final int GROUPS = 4;

  private final ModelShape shape;
  private final ModelTensors tensors;
  private final MatrixLoader matrices;
  private final LoadOptions options;

  /// Closes what was loaded, where the rest cannot be.
  private final Queue<Runnable> loaded = new ConcurrentLinkedQueue<>();

  private final Object progressLock = new Object();
  private final int total;
  private int done;

  ModelLoader(
      ModelShape shape,
      ModelTensors tensors,
      TernaryKernels ternary,
      ElementKernels elements,
      LoadOptions options) {
    this.shape = shape;
    this.tensors = tensors;
    this.matrices = new MatrixLoader(tensors, ternary, elements);
    this.options = options;
    this.total = 2 + GROUPS * shape.layers();
  }

  ModelWeights load(Workers workers) {
    try {
      return loadAll(workers);
    } catch (RuntimeException e) {
      loaded.forEach(Runnable::run);
      throw e;
    }
  }

  private ModelWeights loadAll(Workers workers) {
    String table = tensors.prefix() + "embed_tokens.weight";
    // Fresh memory is zeroed by the one thread that takes it: a table that is only copied is left
    // to one thread, while the others are at the layers.
    boolean copied =
        options.embedding() == null
            && MatrixLoader.isCopied(tensors.matrix(table, shape.vocabulary(), shape.hidden()));
    AtomicReference<@Nullable DenseMatrix> loadedTable = new AtomicReference<>();
    if (!copied) {
      loadedTable.set(dense(table, options.embedding(), workers));
    }
    int first = copied ? 1 : 0;
    List<List<Projection>> tasks =
        workers.map(
            first + GROUPS * shape.layers(),
            () -> {
              Workers alone = Workers.of(1); // runs in this thread
              return task -> {
                if (task < first) {
                  loadedTable.set(dense(table, null, alone));
                  return List.of();
                }
                return group((task - first) / GROUPS, (task - first) % GROUPS, alone);
              };
            });
    List<List<Projection>> groups = tasks.subList(first, tasks.size());
    DenseMatrix embedding = Objects.requireNonNull(loadedTable.get());
    DenseFormat format = options.head();
    boolean shared = shape.tiedHead() && (format == null || format == embedding.format());
    DenseMatrix head =
        shared ? embedding : dense(shape.tiedHead() ? table : "lm_head.weight", format, workers);
    if (shared) {
      tell("lm_head.weight");
    }
    float[] finalNorm =
        tensors.norm(tensors.prefix() + "norm", shape.hidden(), shape.family().normOffset());
    List<LayerWeights> layers = new ArrayList<>();
    for (int layer = 0; layer < shape.layers(); layer++) {
      layers.add(layer(layer, groups.subList(GROUPS * layer, GROUPS * (layer + 1))));
    }
    return new ModelWeights(embedding, head, finalNorm, layers);
  }

  private DenseMatrix dense(String name, @Nullable DenseFormat format, Workers workers) {
    DenseMatrix matrix =
        matrices.dense(tensors.matrix(name, shape.vocabulary(), shape.hidden()), format, workers);
    loaded.add(matrix::close);
    tell(name);
    return matrix;
  }

  private List<Projection> group(int layer, int group, Workers workers) {
    String attention = name(layer) + ".self_attn.";
    String feedForward = name(layer) + ".mlp.";
    List<Part> parts =
        switch (group) {
          case 0 ->
              List.of(
                  new Part(attention + "q_proj", shape.queryRows()),
                  new Part(attention + "k_proj", shape.keyRows()),
                  new Part(attention + "v_proj", shape.keyRows()));
          case 1 -> List.of(new Part(attention + "o_proj", shape.hidden()));
          case 2 ->
              List.of(
                  new Part(feedForward + "gate_proj", shape.intermediate()),
                  new Part(feedForward + "up_proj", shape.intermediate()));
          default -> List.of(new Part(feedForward + "down_proj", shape.hidden()));
        };
    int columns =
        switch (group) {
          case 1 -> shape.queryRows();
          case 3 -> shape.intermediate();
          default -> shape.hidden();
        };
    List<Projection> projections = matrices.projections(parts, columns, workers);
    projections.forEach(projection -> loaded.add(projection.weights()::close));
    tell(parts.getFirst().module());
    return projections;
  }

  private String name(int layer) {
    return tensors.prefix() + "layers." + layer;
  }

  private LayerWeights layer(int number, List<List<Projection>> groups) {
    String name = name(number);
    String attention = name + ".self_attn.";
    int hidden = shape.hidden();
    float offset = shape.family().normOffset();
    boolean headNorms = shape.family().hasHeadNorms();
    BlockNorms norms = shape.family().blockNorms();
    BlockNorms.Around around = norms instanceof BlockNorms.Around both ? both : null;
    return new LayerWeights(
        name,
        tensors.norm(name + "." + norms.beforeAttention(), hidden, offset),
        groups.get(0),
        headNorms ? tensors.norm(attention + "q_norm", shape.headDim(), offset) : null,
        headNorms ? tensors.norm(attention + "k_norm", shape.headDim(), offset) : null,
        subNorm(attention + "attn_sub_norm", attention + "inner_attn_ln", shape.queryRows()),
        groups.get(1).getFirst(),
        around == null ? null : tensors.norm(name + "." + around.afterAttention(), hidden, offset),
        tensors.norm(name + "." + norms.beforeFeedForward(), hidden, offset),
        groups.get(2),
        subNorm(name + ".mlp.ffn_sub_norm", name + ".mlp.ffn_layernorm", shape.intermediate()),
        groups.get(3).getFirst(),
        around == null
            ? null
            : tensors.norm(name + "." + around.afterFeedForward(), hidden, offset));
  }

  /// A sub-norm in one of its two spellings.
  private float @Nullable [] subNorm(String module, String other, int length) {
    if (!shape.family().hasSubNorms()) {
      return null;
    }
    return tensors.norm(tensors.has(other + ".weight") ? other : module, length, 0);
  }

  private void tell(String name) {
    synchronized (progressLock) {
      options.progress().loaded(++done, total, name);
    }
  }
}

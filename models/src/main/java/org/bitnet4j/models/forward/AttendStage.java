package org.bitnet4j.models.forward;

import java.util.Arrays;
import org.bitnet4j.models.architecture.AttentionSpan;
import org.bitnet4j.models.architecture.ModelShape;
import org.bitnet4j.quant.kernels.AttentionCache;
import org.bitnet4j.quant.kernels.ElementKernels;
import org.bitnet4j.quant.kernels.KernelTeam;
import org.jspecify.annotations.Nullable;

/// softmax(q·kᵀ·scale)·v: one piece of work is one token and one key/value head, with all query
/// heads that share it.
final class AttendStage implements KernelTeam.Job {
  private final ElementKernels elements;
  private final int keyValueHeads;
  private final int group;
  private final int headDim;
  private final float scale;
  private final Rows queries;
  private final Rows attended;
  private final Work[] works;

  private @Nullable AttentionCache cache;
  private @Nullable Chunk chunk;
  private int window;

  /// What one piece of work counted.
  private static final class Work {
    private long scores;
    private long clipped;
    private long probabilities;
    private long weighted;
    private final AttentionSteps.Dropped dropped = new AttentionSteps.Dropped();
  }

  private float[][] scores;

  /// A stage.
  ///
  /// @param threads threads of the team
  /// @param capacity tokens of a chunk at most
  /// @param queries rows that begin with the queries
  /// @param attended receives the outputs
  AttendStage(
      ElementKernels elements,
      ModelShape shape,
      int threads,
      int capacity,
      Rows queries,
      Rows attended) {
    this.elements = elements;
    this.keyValueHeads = shape.keyValueHeads();
    this.group = shape.heads() / shape.keyValueHeads();
    this.headDim = shape.headDim();
    this.scale = shape.attentionScale();
    this.queries = queries;
    this.attended = attended;
    this.scores = new float[threads][0];
    this.works = new Work[capacity * keyValueHeads];
    Arrays.setAll(works, i -> new Work());
  }

  /// Attends from the tokens of a chunk, whose keys and values are stored.
  ///
  /// @param layerCache the layer's cache
  /// @param span the layer's reach
  /// @param tokens the chunk, which receives the counts
  void run(KernelTeam team, AttentionCache layerCache, AttentionSpan span, Chunk tokens) {
    cache = layerCache;
    chunk = tokens;
    window = span.window();
    int length = group * layerCache.capacity();
    for (int i = 0; i < scores.length; i++) {
      if (scores[i].length < length) {
        scores[i] = new float[length];
      }
    }
    int pieces = tokens.tokens() * keyValueHeads;
    team.run(pieces, this);
    for (int i = 0; i < pieces; i++) {
      Work work = works[i];
      tokens
          .tally()
          .add(
              work.scores,
              (work.scores + work.weighted) * headDim,
              work.clipped,
              work.probabilities,
              work.dropped.count(),
              work.dropped.mass(),
              group);
    }
  }

  @Override
  public void chunk(int worker, int piece) {
    attend(piece / keyValueHeads, piece % keyValueHeads, scores[worker], works[piece]);
  }

  private void attend(int token, int head, float[] row, Work work) {
    AttentionCache held = cache;
    Chunk of = chunk;
    if (held == null || of == null) {
      throw new IllegalStateException("the stage must be run, not its pieces");
    }
    AttentionSteps steps = of.steps();
    int end = of.slot(token) + 1;
    int from = (int) Math.max(of.firstSlot(token), (long) end - window);
    int visible = end - from;
    boolean hides = !steps.config().causalOptimization();
    int touched = hides ? of.endSlot(token) - from : visible;
    int query = queries.at(token) + head * group * headDim;
    elements.scores(
        queries.values(), query, group, held, head, from, touched, scale, row, 0, touched);
    work.scores = (long) group * touched;
    work.probabilities = (long) group * visible;
    work.clipped = 0;
    work.weighted = 0;
    work.dropped.reset();
    for (int q = 0; q < group; q++) {
      int at = q * touched;
      work.clipped += steps.clip(row, at, visible);
      Arrays.fill(row, at + visible, at + touched, Float.NEGATIVE_INFINITY);
      elements.softmax(row, at, touched);
      steps.drop(row, at, visible, work.dropped);
      steps.quantize(row, at, visible);
    }
    work.weighted = work.scores - work.dropped.count();
    elements.weightedSum(
        row,
        0,
        touched,
        group,
        held,
        head,
        from,
        touched,
        attended.values(),
        attended.at(token) + head * group * headDim);
  }
}

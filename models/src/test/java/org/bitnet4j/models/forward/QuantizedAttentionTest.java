package org.bitnet4j.models.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.bitnet4j.models.architecture.AttentionSpan;
import org.bitnet4j.models.architecture.GatedActivation;
import org.bitnet4j.models.architecture.ModelFamily;
import org.bitnet4j.models.architecture.ModelShape;
import org.bitnet4j.models.architecture.RopeScaling;
import org.bitnet4j.models.architecture.RotaryEmbedding;
import org.bitnet4j.quant.activations.AttentionResult;
import org.bitnet4j.quant.activations.AttentionShape;
import org.bitnet4j.quant.activations.QuantizedAttention;
import org.bitnet4j.quant.config.AttentionQuantizationConfig;
import org.bitnet4j.quant.config.SimdConfig;
import org.bitnet4j.quant.kernels.AttentionCache;
import org.bitnet4j.quant.kernels.CacheFormat;
import org.bitnet4j.quant.kernels.ElementKernels;
import org.bitnet4j.quant.kernels.KernelTeam;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Attention over a cache does what the reference in double does, step by step.
final class QuantizedAttentionTest {
  private static final int HEADS = 6;
  private static final int KEY_VALUE_HEADS = 2;
  private static final int HEAD_DIM = 16;
  private static final int KEYS = 37;
  private static final int QUERIES = 5;

  static List<AttentionQuantizationConfig> configs() {
    return IntStream.range(0, 1 << 8)
        // Every step alone, all together, and a spread of mixtures.
        .filter(bits -> Integer.bitCount(bits) == 1 || bits % 23 == 0 || bits == 255)
        .mapToObj(bits ->
            new AttentionQuantizationConfig(
                (bits & 1) != 0,
                (bits & 2) != 0,
                (bits & 4) != 0,
                (bits & 8) != 0,
                (bits & 16) != 0,
                (bits & 32) != 0 ? 1.5 : null,
                (bits & 64) != 0,
                (bits & 128) != 0 ? 0.01 : null))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("configs")
  void stepsAreThoseOfTheReference(AttentionQuantizationConfig config) {
    SplittableRandom random = new SplittableRandom(42);
    float[] keys = values(random, KEYS * KEY_VALUE_HEADS * HEAD_DIM);
    float[] values = values(random, KEYS * KEY_VALUE_HEADS * HEAD_DIM);
    float[] queries = values(random, QUERIES * HEADS * HEAD_DIM);
    AttentionShape reference =
        AttentionShape.of(QUERIES, KEYS, HEADS, KEY_VALUE_HEADS, HEAD_DIM).withCausalMask();
    AttentionResult expected =
        QuantizedAttention.of(config).apply("layer", reference, queries, keys, values);

    ElementKernels elements = ElementKernels.of(SimdConfig.defaults());
    AbsmaxRounding rounding = new AbsmaxRounding(elements);
    Rows rows = new Rows(QUERIES, HEADS * HEAD_DIM);
    System.arraycopy(queries, 0, rows.values(), 0, queries.length);
    roundHeads(rounding, rows.values(), config.quantizeQuery());
    roundHeads(rounding, keys, config.quantizeKey());
    roundHeads(rounding, values, config.quantizeValue());
    Rows attended = new Rows(QUERIES, HEADS * HEAD_DIM);
    AttentionTally tally;
    try (KernelTeam team = KernelTeam.of(2);
        KvCache none = new KvCache(shape(), List.of(), CacheFormat.FLOAT32, KEYS);
        AttentionCache cache =
            AttentionCache.allocate(
                "layer", CacheFormat.FLOAT32, KEY_VALUE_HEADS, HEAD_DIM, KEYS)) {
      for (int key = 0; key < KEYS; key++) {
        int at = key * KEY_VALUE_HEADS * HEAD_DIM;
        cache.store(key, keys, at, values, at);
      }
      Chunk chunk =
          new Chunk(none, new InputQuantization.None(), AttentionSteps.of(config), QUERIES);
      chunk.add(0, KEYS - QUERIES, QUERIES);
      new AttendStage(elements, shape(), team.threads(), QUERIES, rows, attended)
          .run(team, cache, shape().spans().getFirst(), chunk);
      tally = chunk.tally();
    }
    for (int query = 0; query < QUERIES && config.quantizeOutput(); query++) {
      rounding.round("layer", attended.values(), attended.at(query), attended.width());
    }
    // A score next to a threshold or a grid's middle may fall to the other side in float32.
    double tolerance =
        config.quantizeScores() || config.quantizeOutput() || config.sparsityThreshold() != null
            ? 2e-2
            : 2e-6;
    for (int i = 0; i < queries.length; i++) {
      assertThat((double) attended.values()[i]).isCloseTo(expected.output()[i], within(tolerance));
    }
    assertThat(tally.statistics().scoresComputed())
        .isEqualTo(expected.statistics().scoresComputed());
    assertThat(tally.statistics().probabilities()).isEqualTo(expected.statistics().probabilities());
    assertThat(tally.statistics().clippedScores()).isEqualTo(expected.statistics().clippedScores());
    assertThat(tally.statistics().dropped()).isEqualTo(expected.statistics().dropped());
    assertThat(tally.statistics().droppedMass())
        .isCloseTo(expected.statistics().droppedMass(), within(1e-6));
  }

  private static float[] values(SplittableRandom random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static void roundHeads(AbsmaxRounding rounding, float[] x, boolean quantize) {
    for (int at = 0; quantize && at < x.length; at += HEAD_DIM) {
      rounding.round("layer", x, at, HEAD_DIM);
    }
  }

  private static ModelShape shape() {
    AttentionSpan span =
        new AttentionSpan(
            AttentionSpan.EVERYTHING,
            new RotaryEmbedding(10_000, HEAD_DIM, new RopeScaling.None()));
    return new ModelShape(
        ModelFamily.LLAMA,
        "LlamaForCausalLM",
        10,
        HEADS * HEAD_DIM,
        10,
        1,
        HEADS,
        KEY_VALUE_HEADS,
        HEAD_DIM,
        (float) (1 / Math.sqrt(HEAD_DIM)),
        1e-5f,
        1e-5f,
        GatedActivation.SILU,
        List.of(span),
        OptionalInt.empty(),
        true,
        false);
  }
}

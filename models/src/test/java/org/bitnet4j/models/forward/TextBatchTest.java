package org.bitnet4j.models.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import org.bitnet4j.models.TestModels;
import org.bitnet4j.models.weights.LoadOptions;
import org.bitnet4j.quant.config.AttentionQuantizationConfig;
import org.bitnet4j.quant.kernels.CacheFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Texts that pass a model together have the bits that each has alone.
final class TextBatchTest {
  private static final int LONGEST = 20;

  private static Transformer load(String family) {
    return Transformer.load(TestModels.family(family), LoadOptions.defaults().withThreads(2));
  }

  /// Lengths that fill chunks exactly, spill over, and make the cache start over.
  private static List<int[]> texts(int count, int vocabulary, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<int[]> texts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int length = i == 0 ? LONGEST : 1 + random.nextInt(i % 3 == 0 ? LONGEST : 4);
      texts.add(random.ints(length, 0, vocabulary).toArray());
    }
    return texts;
  }

  private static List<float[]> alone(Transformer model, List<int[]> texts, SessionOptions kind) {
    List<float[]> states = new ArrayList<>();
    for (int[] text : texts) {
      float[] hidden = new float[model.shape().hidden()];
      try (Session session = model.session(kind)) {
        session.append(text, 0, text.length);
        session.hiddenState(hidden);
      }
      states.add(hidden);
    }
    return states;
  }

  private static List<float[]> together(Transformer model, List<int[]> texts, SessionOptions kind) {
    List<float[]> states = new ArrayList<>();
    model.encode(
        texts,
        kind,
        () -> false,
        (text, hidden) -> {
          assertThat(text).isEqualTo(states.size());
          states.add(hidden.clone());
        });
    return states;
  }

  /// Gemma's layers slide, Qwen's see everything, a Llama's activations are floats.
  @ParameterizedTest
  @CsvSource({
    "qwen3-embedding, 1, FLOAT32",
    "qwen3-embedding, 7, INT8",
    "gemma3-embedding, 16, FLOAT32",
    "gemma3-embedding, 64, FLOAT16",
    "llama-ternary, 5, FLOAT32",
    "bitnet-reproduction, 64, FLOAT32"
  })
  void everyTextHasTheBitsThatItHasAlone(String family, int chunk, CacheFormat format) {
    try (Transformer model = load(family)) {
      SessionOptions kind = SessionOptions.of(LONGEST).withChunk(chunk).withCache(format);
      List<int[]> texts = texts(40, model.shape().vocabulary(), chunk);
      List<float[]> expected = alone(model, texts, SessionOptions.of(LONGEST).withCache(format));
      assertThat(together(model, texts, kind)).usingRecursiveComparison().isEqualTo(expected);
    }
  }

  @Test
  void quantizedAttentionStaysWithinTheText() {
    AttentionQuantizationConfig config =
        AttentionQuantizationConfig.defaults().toBuilder().causalOptimization(false).build();
    try (Transformer model = load("qwen3-embedding")) {
      SessionOptions kind = SessionOptions.of(LONGEST).withAttention(config);
      List<int[]> texts = texts(20, model.shape().vocabulary(), 3);
      assertThat(together(model, texts, kind))
          .usingRecursiveComparison()
          .isEqualTo(alone(model, texts, kind));
    }
  }

  @Test
  void whatCannotRunIsRefusedBeforeAnythingRuns() {
    try (Transformer model = load("qwen3-embedding")) {
      SessionOptions kind = SessionOptions.of(4);
      assertThatThrownBy(() -> together(model, List.of(new int[1], new int[5]), kind))
          .isInstanceOf(ContextFullException.class)
          .hasMessageContaining("got [0 and 5 more]");
      assertThatThrownBy(() -> together(model, List.of(new int[1], new int[0]), kind))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> together(model, List.of(new int[] {40}), kind))
          .hasMessageContaining("vocabulary of 40");
      assertThat(together(model, List.of(), kind)).isEmpty();
    }
  }

  @Test
  void cancellationComesBetweenLayers() {
    try (Transformer model = load("qwen3-embedding")) {
      AtomicInteger asked = new AtomicInteger();
      List<int[]> texts = texts(40, model.shape().vocabulary(), 5);
      assertThatThrownBy(() ->
              model.encode(
                  texts,
                  SessionOptions.of(LONGEST).withChunk(8),
                  () -> asked.incrementAndGet() == 4,
                  (text, hidden) -> {}))
          .isInstanceOf(CancellationException.class)
          .hasMessageContaining("layer 1 of 2");
    }
  }
}

package org.bitnet4j.models.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.bitnet4j.models.TestModels;
import org.bitnet4j.models.weights.LoadOptions;
import org.bitnet4j.quant.kernels.CacheFormat;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a session keeps, forgets, refuses.
final class SessionTest {
  private static Transformer model;
  private static int[] text = {};

  @BeforeAll
  static void load() throws IOException {
    model =
        Transformer.load(
            TestModels.checkpoint("tiny-bitnet"), LoadOptions.defaults().withThreads(2));
    text =
        Reference.read(TestModels.checkpoint("tiny-bitnet").resolve("reference.json"))
            .cases()
            .get(2)
            .tokens();
  }

  @AfterAll
  static void close() {
    model.close();
  }

  private static float[] logits(Session session) {
    float[] logits = new float[model.shape().vocabulary()];
    session.logits(logits);
    return logits;
  }

  private static float[] logitsOf(int[] tokens) {
    try (Session session = model.session(SessionOptions.of(64))) {
      session.append(tokens, 0, tokens.length);
      return logits(session);
    }
  }

  @Test
  void aCommonBeginningIsNotComputedAgain() {
    int[] other = text.clone();
    other[other.length - 1] = text[0];
    try (Session session = model.session(SessionOptions.of(64))) {
      session.append(text, 0, text.length);
      assertThat(session.length()).isEqualTo(text.length);
      session.truncate(text.length - 1);
      session.append(other, other.length - 1, 1);
      assertThat(logits(session)).isEqualTo(logitsOf(other));
    }
  }

  @Test
  void logitsOfEveryPositionAreThoseOfTheTextUpToThere() {
    try (Session session = model.session(SessionOptions.of(64).withChunk(7))) {
      List<float[]> all = new ArrayList<>();
      session.score(
          text,
          0,
          text.length,
          (position, logits, offset) -> {
            assertThat(position).isEqualTo(all.size());
            all.add(Arrays.copyOfRange(logits, offset, offset + model.shape().vocabulary()));
          },
          () -> false);
      assertThat(all).hasSize(text.length);
      for (int end : new int[] {1, 6, 7, 8, text.length}) {
        assertThat(all.get(end - 1)).isEqualTo(logitsOf(Arrays.copyOf(text, end)));
      }
    }
  }

  @Test
  void aCancelledAppendLeavesTheSessionAsItWas() {
    try (Session session = model.session(SessionOptions.of(64).withChunk(4))) {
      session.append(text, 0, 3);
      AtomicInteger asked = new AtomicInteger();
      // Three layers: the fifth question is asked within the second chunk.
      assertThatThrownBy(() -> session.append(text, 3, 8, () -> asked.incrementAndGet() == 5))
          .isInstanceOf(CancellationException.class)
          .hasMessageContaining("layer 1 of 3");
      assertThat(session.length()).isEqualTo(3);
      assertThatThrownBy(() -> logits(session)).isInstanceOf(IllegalStateException.class);
      session.append(text, 3, text.length - 3);
      assertThat(logits(session)).isEqualTo(logitsOf(text));
    }
  }

  @Test
  void whatDoesNotFitIsRefused() {
    try (Session session = model.session(SessionOptions.of(4))) {
      session.append(text, 0, 3);
      assertThatThrownBy(() -> session.append(text, 3, 2))
          .isInstanceOf(ContextFullException.class)
          .hasMessageContaining("session of 4 tokens")
          .hasMessageContaining("got [3 and 2 more]");
      assertThat(session.length()).isEqualTo(3);
      session.append(text, 3, 1);
      assertThat(logits(session)).isEqualTo(logitsOf(Arrays.copyOf(text, 4)));
    }
  }

  @ParameterizedTest
  @CsvSource({"-1, token 1 must be in the vocabulary", "260, got [260]"})
  void tokensOutsideTheVocabularyAreRefused(int token, String message) {
    try (Session session = model.session(SessionOptions.of(4))) {
      assertThatThrownBy(() -> session.append(new int[] {1, token}, 0, 2))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(message);
      assertThatThrownBy(() -> session.append(text, 0, 0))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> session.append(text, text.length, 1))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThat(session.length()).isZero();
    }
  }

  /// Float16 keys and values cost little; int8 ones more, and memory falls with them.
  @ParameterizedTest
  @CsvSource({"FLOAT16, 5e-3, 0.51", "INT8, 2e-1, 0.28"})
  void smallerCachesAreNearAndSmaller(CacheFormat format, double error, double size) {
    float[] exact = logitsOf(text);
    try (Session small = model.session(SessionOptions.of(64).withCache(format));
        Session full = model.session(SessionOptions.of(64))) {
      assertThat((double) small.cacheBytes() / full.cacheBytes()).isLessThan(size);
      small.append(text, 0, text.length);
      float[] logits = logits(small);
      double sum = 0;
      double norm = 0;
      for (int i = 0; i < logits.length; i++) {
        sum += (logits[i] - exact[i]) * (logits[i] - exact[i]);
        norm += exact[i] * exact[i];
      }
      assertThat(Math.sqrt(sum / norm)).isBetween(1e-9, error);
    }
  }

  @Test
  void theHiddenStateIsWhatTheHeadTakes() {
    try (Session session = model.session(SessionOptions.of(64))) {
      session.append(text, 0, text.length);
      float[] hidden = new float[model.shape().hidden()];
      session.hiddenState(hidden);
      double squares = 0;
      for (float value : hidden) {
        squares += value * value;
      }
      assertThat(squares).isPositive().isFinite();
      session.truncate(1);
      assertThatThrownBy(() -> session.hiddenState(hidden))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  /// Sessions on threads of their own take turns on the one team, and each gives what it gives
  /// alone.
  @Test
  void sessionsRunAtTheSameTime() throws Exception {
    float[] alone = logitsOf(text);
    try (ExecutorService threads = Executors.newFixedThreadPool(6)) {
      List<Future<float[]>> results = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        int chunk = i + 1;
        results.add(
            threads.submit(() -> {
              try (Session session = model.session(SessionOptions.of(64).withChunk(chunk))) {
                session.append(text, 0, text.length);
                return logits(session);
              }
            }));
      }
      for (Future<float[]> result : results) {
        assertThat(result.get()).isEqualTo(alone);
      }
    }
  }

  @Test
  void aClosedTransformerRefusesToRun() {
    Transformer closed =
        Transformer.load(TestModels.tinyB158(), LoadOptions.defaults().withThreads(1));
    try (Session session = closed.session(SessionOptions.of(4))) {
      closed.close();
      closed.close();
      assertThatThrownBy(() -> session.append(new int[] {1}, 0, 1))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("must be open");
    }
  }
}

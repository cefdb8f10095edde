package org.bitnet4j.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.data.Offset;
import org.bitnet4j.models.forward.ContextFullException;
import org.bitnet4j.models.forward.Session;
import org.bitnet4j.models.forward.SessionOptions;
import org.bitnet4j.models.forward.Transformer;
import org.bitnet4j.models.weights.LoadOptions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Embeddings are last hidden states of length 1, in full or in part, as floats, codes and signs.
final class EmbeddingModelTest {
  private static final int END = 258;

  private static EmbeddingModel model;

  @BeforeAll
  static void load() {
    model = EmbeddingModel.load(TestModels.checkpoint("tiny-bitnet"));
  }

  @AfterAll
  static void close() {
    model.close();
  }

  @Test
  void isTheLastHiddenStateOfTheEndedText() {
    int[] tokens = model.tokens("up:ab");
    assertThat(tokens).containsExactly(256, 'u', 'p', ':', 'a', 'b', END);
    float[] hidden = new float[model.dimensions()];
    try (Transformer transformer =
            Transformer.load(
                TestModels.checkpoint("tiny-bitnet"), LoadOptions.defaults().withThreads(1));
        Session session = transformer.session(SessionOptions.of(tokens.length))) {
      session.append(tokens, 0, tokens.length);
      session.hiddenState(hidden);
    }
    Embedding found = model.embed(List.of("up:ab")).getFirst();
    assertThat(found.tokens()).isEqualTo(7);
    assertThat(found.dimensions()).isEqualTo(256);
    assertThat(found.similarity(found)).isCloseTo(1, Offset.offset(1e-6));
    double length = 0;
    for (float value : hidden) {
      length += (double) value * value;
    }
    for (int i = 0; i < hidden.length; i++) {
      assertThat((double) found.toFloats()[i])
          .isCloseTo(hidden[i] / Math.sqrt(length), Offset.offset(1e-7));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 64, 256})
  void fewerDimensionsAreTheFirstOnesMadeLengthOne(int dimensions) {
    List<String> texts = List.of("add:1+2", "sort:cba");
    List<Embedding> whole = model.embed(texts);
    List<Embedding> part = model.embed(texts, dimensions, () -> false);
    for (int i = 0; i < texts.size(); i++) {
      assertThat(part.get(i).dimensions()).isEqualTo(dimensions);
      assertThat(part.get(i).similarity(part.get(i))).isCloseTo(1, Offset.offset(1e-6));
      Embedding cut = whole.get(i).truncated(dimensions);
      assertThat(part.get(i).similarity(cut)).isCloseTo(1, Offset.offset(1e-6));
    }
  }

  @Test
  void aBatchGivesWhatEachTextGivesAlone() {
    List<String> texts = List.of("a", "rev:abc", "", "count:aab=", "rev:abc");
    List<Embedding> batch = model.embed(texts);
    for (int i = 0; i < texts.size(); i++) {
      assertThat(batch.get(i)).isEqualTo(model.embed(List.of(texts.get(i))).getFirst());
    }
    assertThat(batch.get(1)).isEqualTo(batch.get(4)).isNotEqualTo(batch.get(0));
    assertThat(model.embed(List.of())).isEmpty();
  }

  @Test
  void manyThreadsGetTheSameVectors() throws InterruptedException, ExecutionException {
    List<String> texts = List.of("up:hello", "rev:hello", "sort:hello");
    List<Embedding> expected = model.embed(texts);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<List<Embedding>>> all = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        all.add(threads.submit(() -> model.embed(texts)));
      }
      for (Future<List<Embedding>> one : all) {
        assertThat(one.get()).isEqualTo(expected);
      }
    }
  }

  @Test
  void codesAndSignsStandForTheValues() {
    SplittableRandom random = new SplittableRandom(1);
    float[] values = new float[19];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    Embedding embedding = Embedding.of(values, values.length, 1);
    byte[] codes = embedding.toInt8();
    byte[] bits = embedding.toBinary();
    assertThat(bits).hasSize(3);
    float largest = 0;
    for (float value : embedding.toFloats()) {
      largest = Math.max(largest, Math.abs(value));
    }
    int most = 0;
    for (int i = 0; i < values.length; i++) {
      assertThat(codes[i] / 127.0 * largest)
          .isCloseTo(embedding.toFloats()[i], Offset.offset(largest / 253.0));
      assertThat((bits[i / 8] >> (7 - i % 8) & 1) == 1).isEqualTo(values[i] > 0);
      most = Math.max(most, Math.abs(codes[i]));
    }
    assertThat(most).isEqualTo(127);
    assertThat(bits[2] & 0b0001_1111).isZero();
    Embedding none = Embedding.of(new float[4], 4, 1);
    assertThat(none.toInt8()).containsOnly(0);
    assertThat(none.toFloats()).containsOnly(0f);
  }

  @Test
  void impossibleRequestsAreRefused() {
    List<String> texts = List.of("a");
    assertThatThrownBy(() -> model.embed(texts, 0, () -> false))
        .hasMessageContaining("dimensions must be in [1, 256], got [0]");
    assertThatThrownBy(() -> model.embed(texts, 257, () -> false))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> model.embed(List.of("a".repeat(63))))
        .isInstanceOf(ContextFullException.class);
    assertThatThrownBy(() -> model.embed(texts, 256, () -> true))
        .isInstanceOf(CancellationException.class);
  }
}

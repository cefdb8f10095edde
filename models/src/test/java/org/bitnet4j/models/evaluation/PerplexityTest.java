package org.bitnet4j.models.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import org.assertj.core.data.Offset;
import org.bitnet4j.models.TestModels;
import org.bitnet4j.models.forward.Session;
import org.bitnet4j.models.forward.SessionOptions;
import org.bitnet4j.models.forward.Transformer;
import org.bitnet4j.models.weights.LoadOptions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Perplexity against a plain computation, position by position.
final class PerplexityTest {
  private static final int BEGIN = 256;

  private static Transformer model;

  @BeforeAll
  static void load() {
    model = Transformer.load(TestModels.checkpoint("tiny-bitnet"), LoadOptions.defaults());
  }

  @AfterAll
  static void close() {
    model.close();
  }

  private static int[] text(int length) {
    return new SplittableRandom(length).ints(length, 0, 256).toArray();
  }

  @ParameterizedTest
  @CsvSource({"4, 1, 0", "16, 2, 5", "17, 3, 16", "64, 1, 0"})
  void predictsTheSecondHalfOfEachChunk(int context, int chunks, int rest) {
    int[] tokens = text(chunks * context + rest);
    List<Double> expected = new ArrayList<>();
    for (int chunk = 0; chunk < chunks; chunk++) {
      int[] part = Arrays.copyOfRange(tokens, chunk * context, (chunk + 1) * context);
      part[0] = BEGIN;
      for (int position = context / 2; position < context - 1; position++) {
        expected.add(-Math.log(probability(part, position)));
      }
    }
    double mean = expected.stream().mapToDouble(x -> x).average().orElseThrow();
    double squares = expected.stream().mapToDouble(x -> x * x).average().orElseThrow();
    List<Integer> told = new ArrayList<>();
    try (Session session = model.session(SessionOptions.of(context))) {
      Perplexity found =
          Perplexity.measure(
              session,
              tokens,
              OptionalInt.of(BEGIN),
              context,
              chunks,
              (soFar, all) -> told.add(soFar.chunks()));
      assertThat(found.value()).isCloseTo(Math.exp(mean), Offset.offset(1e-6 * Math.exp(mean)));
      assertThat(found.predictions()).isEqualTo(expected.size());
      assertThat(found.chunks()).isEqualTo(chunks);
      if (expected.size() > 1) {
        double error = Math.sqrt((squares - mean * mean) / (expected.size() - 1)) * Math.exp(mean);
        assertThat(found.standardError()).isCloseTo(error, Offset.offset(1e-5 * error + 1e-9));
      }
      assertThat(session.length()).isZero();
    }
    assertThat(told).hasSize(chunks).last().isEqualTo(chunks);
  }

  /// Probability of the token behind a position, from the logits of the text up to it.
  private static double probability(int[] text, int position) {
    float[] logits = new float[model.shape().vocabulary()];
    try (Session session = model.session(SessionOptions.of(position + 1))) {
      session.append(text, 0, position + 1);
      session.logits(logits);
    }
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp(logit);
    }
    return Math.exp(logits[text[position + 1]]) / sum;
  }

  @Test
  void withoutABeginTokenTheTextStaysAsItIs() {
    int[] tokens = text(16);
    int[] same = tokens.clone();
    same[0] = BEGIN;
    assertThat(measure(tokens, OptionalInt.of(BEGIN)))
        .isEqualTo(measure(same, OptionalInt.empty()))
        .isNotEqualTo(measure(tokens, OptionalInt.empty()));
  }

  private static Perplexity measure(int[] tokens, OptionalInt begin) {
    try (Session session = model.session(SessionOptions.of(16))) {
      return Perplexity.measure(session, tokens, begin, 16, 1, (soFar, all) -> {});
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3, -1})
  void refusesAnImpossibleNumberOfChunks(int chunks) {
    try (Session session = model.session(SessionOptions.of(16))) {
      assertThatThrownBy(() ->
              Perplexity.measure(
                  session, text(40), OptionalInt.empty(), 16, chunks, (soFar, all) -> {}))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("chunks must be in [1, 2]");
    }
  }

  @Test
  void logProbabilitiesOfLargeLogitsStayFinite() {
    float[] logits = {3e38f, -3e38f, 3e38f};
    assertThat(Perplexity.logProbability(logits, 0, 3, 0))
        .isCloseTo(-Math.log(2), Offset.offset(1e-12));
    assertThat(Perplexity.logProbability(logits, 0, 3, 1)).isLessThan(-1e38);
  }
}

package org.bitnet4j.models.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bitnet4j.quant.config.ConfigProblem;
import org.bitnet4j.quant.config.ConfigValidationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SamplerTest {
  private static final int VOCABULARY = 300;

  /// Logits of several shapes: smooth, peaked, with ties, with tokens forbidden.
  private static float[] logits(Random random) {
    float[] logits = new float[VOCABULARY];
    int shape = random.nextInt(4);
    for (int i = 0; i < logits.length; i++) {
      double normal = random.nextGaussian();
      logits[i] =
          switch (shape) {
            case 0 -> (float) normal;
            case 1 -> (float) (8 * normal);
            case 2 -> Math.round(normal * 2) / 2f;
            default -> random.nextInt(3) == 0 ? Float.NEGATIVE_INFINITY : (float) (3 * normal);
          };
    }
    return logits;
  }

  static Stream<SamplingConfig> configs() {
    SamplingConfig plain = SamplingConfig.builder().seed(7L).build();
    SamplingConfigBuilder penalties =
        plain.toBuilder().repetitionPenalty(1.3).frequencyPenalty(0.4).presencePenalty(0.2);
    return Stream.of(
        plain,
        SamplingConfig.greedy(),
        plain.toBuilder().temperature(0.3).build(),
        plain.toBuilder().temperature(5).build(),
        plain.toBuilder().topK(1).build(),
        plain.toBuilder().topK(20).build(),
        plain.toBuilder().topK(VOCABULARY).topP(0.9).build(),
        plain.toBuilder().topP(0.9).build(),
        plain.toBuilder().topP(1e-9).build(),
        plain.toBuilder().topP(0.5).temperature(2).build(),
        plain.toBuilder().minP(0.1).build(),
        plain.toBuilder().minP(1).build(),
        plain.toBuilder().topK(40).topP(0.95).minP(0.02).temperature(0.8).build(),
        plain.toBuilder().logitBias(Map.of(3, 20f, 5, -20f, 9, Float.NEGATIVE_INFINITY)).build(),
        penalties.build(),
        penalties.penaltyWindow(0).build(),
        penalties.penaltyWindow(1).build(),
        penalties.penaltyWindow(10).build(),
        penalties.penaltyWindow(-1).temperature(0).seed(null).build());
  }

  @ParameterizedTest
  @MethodSource("configs")
  void equalsTheReference(SamplingConfig config) {
    Random random = new Random(3);
    Sampler sampler = new Sampler(config, VOCABULARY);
    ReferenceSampler reference = new ReferenceSampler(config);
    for (int i = 0; i < 600; i++) {
      float[] logits = logits(random);
      int token = sampler.sample(logits);
      assertThat(token).as("token " + i).isEqualTo(reference.sample(logits));
      sampler.accept(token);
      reference.accept(token);
    }
  }

  @ParameterizedTest
  @MethodSource("configs")
  void drawsInProportion(SamplingConfig config) {
    Random random = new Random(4);
    float[] logits = logits(random);
    Sampler sampler = new Sampler(config, VOCABULARY);
    List<ReferenceSampler.Candidate> kept = new ReferenceSampler(config).kept(logits);
    int draws = 20_000;
    Map<Integer, Integer> counts = new HashMap<>();
    for (int i = 0; i < draws; i++) {
      counts.merge(sampler.sample(logits), 1, Integer::sum);
    }
    Set<Integer> tokens =
        kept.stream().map(ReferenceSampler.Candidate::token).collect(Collectors.toSet());
    assertThat(tokens).containsAll(counts.keySet());
    for (ReferenceSampler.Candidate one : kept) {
      double expected = draws * one.probability();
      assertThat((double) counts.getOrDefault(one.token(), 0))
          .isCloseTo(expected, offset(6 * Math.sqrt(expected + 1)));
    }
  }

  /// The numbers of this seed, for good: a change of them changes what every user's seed gives.
  @Test
  void aSeedMeansTheSameEverywhere() {
    SplitMix64 generator = new SplitMix64(1234567);
    assertThat(generator.next()).isEqualTo(6457827717110365317L);
    assertThat(generator.next()).isEqualTo(3203168211198807973L);
    assertThat(generator.next()).isEqualTo(-8629252141511181193L);
    Random random = new Random(1);
    Sampler sampler =
        new Sampler(SamplingConfig.builder().topP(0.95).seed(42L).build(), VOCABULARY);
    float[] logits = logits(random);
    List<Integer> first = IntStream.range(0, 12).mapToObj(i -> sampler.sample(logits)).toList();
    sampler.reset();
    assertThat(IntStream.range(0, 12).mapToObj(i -> sampler.sample(logits)).toList())
        .isEqualTo(first);
    Sampler other = new Sampler(SamplingConfig.builder().topP(0.95).seed(43L).build(), VOCABULARY);
    assertThat(IntStream.range(0, 12).mapToObj(i -> other.sample(logits)).toList())
        .isNotEqualTo(first);
  }

  @Test
  void resettingForgetsWhatWasSeen() {
    SamplingConfig config = SamplingConfig.greedy().toBuilder().presencePenalty(5).build();
    Sampler sampler = new Sampler(config, 3);
    float[] logits = {1, 2, 0};
    assertThat(sampler.sample(logits)).isEqualTo(1);
    sampler.accept(1);
    assertThat(sampler.sample(logits)).isZero();
    sampler.reset();
    assertThat(sampler.sample(logits)).isEqualTo(1);
    assertThat(logits).containsExactly(1, 2, 0);
  }

  @Test
  void logprobsAreTheModelsOwn() {
    SamplingConfig config =
        SamplingConfig.builder()
            .temperature(0.5)
            .logitBias(Map.of(0, 100f))
            .topLogprobs(2)
            .seed(1L)
            .build();
    Sampler sampler = new Sampler(config, 4);
    float[] logits = {0, (float) Math.log(2), (float) Math.log(5), 0};
    assertThat(sampler.sample(logits)).isZero();
    TopLogprobs logprobs = sampler.logprobs();
    assertThat(Math.exp(logprobs.chosen())).isCloseTo(1 / 9.0, offset(1e-7));
    assertThat(logprobs.size()).isEqualTo(2);
    assertThat(logprobs.token(0)).isEqualTo(2);
    assertThat(Math.exp(logprobs.logprob(0))).isCloseTo(5 / 9.0, offset(1e-7));
    assertThat(logprobs.token(1)).isEqualTo(1);
    assertThat(Math.exp(logprobs.logprob(1))).isCloseTo(2 / 9.0, offset(1e-7));
    assertThatThrownBy(() -> logprobs.token(2)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatIllegalStateException()
        .isThrownBy(() -> new Sampler(SamplingConfig.greedy(), 4).logprobs());
  }

  @Test
  void logprobsGoWithTruncation() {
    SamplingConfig config =
        SamplingConfig.builder().topK(3).topP(0.5).topLogprobs(100).seed(1L).build();
    Sampler sampler = new Sampler(config, 5);
    float[] logits = {1, 2, 3, 4, 5};
    for (int i = 0; i < 10; i++) {
      sampler.sample(logits);
      assertThat(IntStream.range(0, 5).map(sampler.logprobs()::token))
          .containsExactly(4, 3, 2, 1, 0);
      assertThat(
              IntStream.range(0, 5).mapToDouble(k -> Math.exp(sampler.logprobs().logprob(k))).sum())
          .isCloseTo(1, offset(1e-12));
    }
  }

  @Test
  void logitsThatAreNoNumbersAreRefused() {
    Sampler sampler = new Sampler(SamplingConfig.greedy(), 2);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> sampler.sample(new float[] {0, Float.NaN}));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> sampler.sample(new float[] {0, Float.POSITIVE_INFINITY}));
    assertThatIllegalArgumentException().isThrownBy(() -> sampler.sample(new float[3]));
    float none = Float.NEGATIVE_INFINITY;
    assertThatIllegalArgumentException().isThrownBy(() -> sampler.sample(new float[] {none, none}));
  }

  @ParameterizedTest
  @ValueSource(doubles = {-1, Double.NaN, 101, Double.POSITIVE_INFINITY})
  void badConfigurationsAreRefused(double temperature) {
    SamplingConfig bad =
        SamplingConfig.builder()
            .temperature(temperature)
            .topK(-1)
            .topP(0)
            .minP(1.5)
            .repetitionPenalty(0)
            .frequencyPenalty(Double.NaN)
            .presencePenalty(1e9)
            .penaltyWindow(-2)
            .topLogprobs(101)
            .logitBias(Map.of(-1, 0f, 2, Float.NaN))
            .build();
    assertThat(bad.problems()).hasSize(11).allMatch(ConfigProblem::isError);
    assertThatThrownBy(() -> new Sampler(bad, 10))
        .isInstanceOf(ConfigValidationException.class)
        .hasMessageContaining("temperature must be in [0, 100], got [");
  }

  @Test
  void settingsThatCannotActAreWarnedOf() {
    SamplingConfig idle =
        SamplingConfig.greedy().toBuilder().topK(3).topP(0.5).minP(0.1).seed(1L).build();
    assertThat(idle.problems()).hasSize(4).noneMatch(ConfigProblem::isError);
    assertThat(SamplingConfig.defaults().problems()).isEmpty();
    assertThat(SamplingConfig.greedy().problems()).isEmpty();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Sampler(SamplingConfig.defaults(), 3))
        .withMessageContaining("seed");
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            new Sampler(SamplingConfig.greedy().toBuilder().logitBias(Map.of(3, 1f)).build(), 3))
        .withMessageContaining("logitBias");
  }

  @Test
  void theExponentialIsExactToAFewUnits() {
    Random random = new Random(9);
    for (int i = 0; i < 200_000; i++) {
      double x = -random.nextDouble() * (i % 2 == 0 ? 1 : 600);
      double exact = StrictMath.exp(x);
      assertThat(Math.abs(Exponential.of(x) - exact)).isLessThanOrEqualTo(2 * Math.ulp(exact));
    }
    assertThat(Exponential.of(0)).isEqualTo(1);
    assertThat(Exponential.of(Double.NEGATIVE_INFINITY)).isZero();
    assertThat(Exponential.of(-1e9)).isZero();
  }

  @Test
  void nothingIsAllocatedPerToken() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long id = Thread.currentThread().threadId();
    Random random = new Random(2);
    float[] logits = logits(random);
    SamplingConfig config =
        SamplingConfig.builder()
            .topK(40)
            .topP(0.9)
            .minP(0.01)
            .repetitionPenalty(1.1)
            .penaltyWindow(16)
            .logitBias(Map.of(1, 1f))
            .topLogprobs(5)
            .seed(1L)
            .build();
    Sampler sampler = new Sampler(config, VOCABULARY);
    for (int i = 0; i < 100; i++) {
      sampler.accept(sampler.sample(logits));
    }
    long before = threads.getThreadAllocatedBytes(id);
    for (int i = 0; i < 1000; i++) {
      sampler.accept(sampler.sample(logits));
    }
    assertThat(threads.getThreadAllocatedBytes(id) - before).isLessThan(2000);
  }
}

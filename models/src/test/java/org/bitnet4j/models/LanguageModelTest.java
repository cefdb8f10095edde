package org.bitnet4j.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.bitnet4j.models.forward.ContextFullException;
import org.bitnet4j.models.forward.SessionOptions;
import org.bitnet4j.models.sampling.SamplingConfig;
import org.bitnet4j.models.tokenizer.Chat;
import org.bitnet4j.models.tokenizer.NoChatTemplateException;
import org.bitnet4j.quant.config.ConfigValidationException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Generation: text, ends, streams, reuse, cancellation, many at once.
final class LanguageModelTest {
  private static final SamplingConfig RANDOM =
      SamplingConfig.builder().temperature(6).seed(7L).build();

  private static LanguageModel model;

  @BeforeAll
  static void load() {
    model =
        LanguageModel.load(
            TestModels.checkpoint("tiny-bitnet"),
            LanguageModelOptions.defaults().withSessions(3, 2));
  }

  @AfterAll
  static void close() {
    model.close();
  }

  /// Collects pieces, and cancels after some.
  private static final class Pieces implements GenerationListener {
    private final List<String> all = new ArrayList<>();
    private final int most;

    Pieces(int most) {
      this.most = most;
    }

    @Override
    public void text(String piece) {
      all.add(piece);
    }

    @Override
    public boolean isCancelled() {
      return all.size() >= most;
    }
  }

  @ParameterizedTest
  @CsvSource({"sort:36814=, 13468", "rev:abc=, cba", "up:cat=, CAT", "add:85+97=, 182"})
  void answersUpToTheTokenThatEndsIt(String prompt, String answer) {
    Pieces pieces = new Pieces(Integer.MAX_VALUE);
    GenerationResult result = model.generate(GenerationRequest.of(prompt), pieces);
    assertThat(result.text()).isEqualTo(answer);
    assertThat(String.join("", pieces.all)).isEqualTo(answer);
    assertThat(pieces.all).doesNotContain("").hasSize(answer.length());
    assertThat(result.finish()).isEqualTo(FinishReason.STOP_TOKEN);
    assertThat(result.tokens()).hasSize(answer.length() + 1).last().isEqualTo(258);
    assertThat(result.promptTokens()).isEqualTo(prompt.length() + 1);
  }

  @Test
  void endsAtItsLengthAndAtTheContext() {
    GenerationRequest request = GenerationRequest.of("sort:36814=").ignoringStopTokens();
    GenerationResult three = model.generate(request.withMaxTokens(3));
    assertThat(three.text()).isEqualTo("134");
    assertThat(three.finish()).isEqualTo(FinishReason.LENGTH);
    GenerationResult all = model.generate(request.withMaxTokens(1000));
    assertThat(all.finish()).isEqualTo(FinishReason.LENGTH);
    assertThat(all.promptTokens() + all.tokens().size()).isEqualTo(model.contextLength());
    assertThat(model.contextLength()).isEqualTo(64);
  }

  @Test
  void endsAtAStopStringWhichIsNotPartOfTheText() {
    Pieces pieces = new Pieces(Integer.MAX_VALUE);
    GenerationResult result =
        model.generate(
            GenerationRequest.of("sort:36814=").withStop(List.of("68", "never")), pieces);
    assertThat(result.text()).isEqualTo("134");
    assertThat(String.join("", pieces.all)).isEqualTo("134");
    assertThat(result.finish()).isEqualTo(FinishReason.STOP_STRING);
  }

  @Test
  void theSameSeedGivesTheSameText() {
    GenerationRequest request =
        GenerationRequest.of("rev:abcdef=").withSampling(RANDOM).withMaxTokens(20);
    GenerationResult first = model.generate(request);
    assertThat(model.generate(request).tokens()).isEqualTo(first.tokens());
    assertThat(first.seed()).isEqualTo(7);
    assertThat(
            Stream.iterate(1L, s -> s + 1)
                .limit(8)
                .map(s -> model.generate(request.withSampling(RANDOM.withSeed(s))).tokens())
                .distinct())
        .hasSizeGreaterThan(1);
    SamplingConfig unseeded = SamplingConfig.builder().temperature(2).build();
    GenerationResult drawn = model.generate(request.withSampling(unseeded));
    assertThat(model.generate(request.withSampling(unseeded.withSeed(drawn.seed()))).tokens())
        .isEqualTo(drawn.tokens());
  }

  @Test
  void whatWasEvaluatedBeforeIsReusedAndChangesNothing() {
    String prompt = "count:aabbaabbaabb=";
    try (LanguageModel fresh =
        LanguageModel.load(
            TestModels.checkpoint("tiny-bitnet"),
            LanguageModelOptions.defaults().withSessions(1, 0))) {
      GenerationRequest request = GenerationRequest.of(prompt);
      GenerationResult cold = fresh.generate(request);
      assertThat(fresh.generate(request).reusedTokens()).isZero();
      model.generate(request);
      GenerationResult warm = model.generate(request);
      assertThat(warm.reusedTokens()).isEqualTo(prompt.length());
      assertThat(warm.tokens()).isEqualTo(cold.tokens());
      GenerationResult longer = model.generate(GenerationRequest.of("count:aabbaabbaabbab="));
      assertThat(longer.reusedTokens()).isEqualTo(prompt.length());
      assertThat(longer.text())
          .isEqualTo(fresh.generate(GenerationRequest.of("count:aabbaabbaabbab=")).text());
    }
  }

  @Test
  void cancellationGivesWhatThereWas() {
    Pieces pieces = new Pieces(2);
    GenerationResult result = model.generate(GenerationRequest.of("sort:36814="), pieces);
    assertThat(result.finish()).isEqualTo(FinishReason.CANCELLED);
    assertThat(result.text()).isEqualTo("13");
    GenerationResult nothing = model.generate(GenerationRequest.of("sort:99="), new Pieces(0));
    assertThat(nothing.finish()).isEqualTo(FinishReason.CANCELLED);
    assertThat(nothing.tokens()).isEmpty();
    assertThat(model.generate(GenerationRequest.of("sort:36814=")).text()).isEqualTo("13468");
  }

  @Test
  void aListenerThatThrowsDoesNoHarm() {
    assertThatThrownBy(() ->
            model.generate(
                GenerationRequest.of("up:abc="),
                text -> {
                  throw new IllegalStateException("gone");
                }))
        .hasMessage("gone");
    assertThat(model.generate(GenerationRequest.of("up:abc=")).text()).isEqualTo("ABC");
  }

  @Test
  void manyAtOnceGetWhatEachGetsAlone() throws InterruptedException, ExecutionException {
    List<String> prompts = List.of("up:abc=", "rev:abc=", "sort:cab=", "count:aab=", "add:1+2=");
    List<String> expected =
        prompts.stream().map(p -> model.generate(GenerationRequest.of(p)).text()).toList();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<String>> answers = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        String prompt = prompts.get(i % prompts.size());
        answers.add(threads.submit(() -> model.generate(GenerationRequest.of(prompt)).text()));
      }
      for (int i = 0; i < 20; i++) {
        assertThat(answers.get(i).get()).isEqualTo(expected.get(i % prompts.size()));
      }
    }
  }

  @Test
  void logarithmsOfProbabilitiesComeWithEachToken() {
    GenerationResult result =
        model.generate(
            GenerationRequest.of("up:abc=")
                .withSampling(SamplingConfig.greedy().toBuilder().topLogprobs(3).build()));
    assertThat(result.logprobs()).hasSameSizeAs(result.tokens());
    for (int i = 0; i < result.tokens().size(); i++) {
      TokenLogprobs one = result.logprobs().get(i);
      assertThat(one.token()).isEqualTo(result.tokens().get(i));
      assertThat(one.top()).hasSize(3);
      assertThat(one.top().getFirst())
          .isEqualTo(new TokenLogprobs.Candidate(one.token(), one.logprob()));
      assertThat(one.logprob()).isNegative();
      assertThat(one.top().get(1).logprob()).isLessThanOrEqualTo(one.logprob());
    }
  }

  @Test
  void impossibleRequestsAreRefused() {
    assertThatThrownBy(() -> model.generate(GenerationRequest.of("a".repeat(63))))
        .isInstanceOf(ContextFullException.class);
    assertThatThrownBy(() -> model.generate(GenerationRequest.of(new int[0])))
        .hasMessageContaining("must have a token");
    assertThatThrownBy(() -> model.generate(GenerationRequest.of(260)))
        .hasMessageContaining("vocabulary of 260");
    assertThatThrownBy(() -> GenerationRequest.of("a").withMaxTokens(0))
        .hasMessageContaining("maxTokens must be at least 1");
    assertThatThrownBy(() -> model.generate(GenerationRequest.of(Chat.of("hello"))))
        .isInstanceOf(NoChatTemplateException.class);
    SamplingConfig bad = SamplingConfig.builder().temperature(-1).build();
    assertThatThrownBy(() -> model.generate(GenerationRequest.of("a").withSampling(bad)))
        .isInstanceOf(ConfigValidationException.class);
    assertThatThrownBy(() ->
            new LanguageModelOptions(
                LanguageModelOptions.defaults().load(), SessionOptions.of(1), 1, 2))
        .hasMessageContaining("idleSessions");
  }
}

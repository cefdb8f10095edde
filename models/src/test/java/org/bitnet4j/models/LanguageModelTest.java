package org.bitnet4j.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.bitnet4j.models.forward.SessionOptions;
import org.bitnet4j.models.sampling.SamplingConfig;
import org.bitnet4j.models.tokenizer.Chat;
import org.bitnet4j.models.tokenizer.NoChatTemplateException;
import org.bitnet4j.models.weights.LoadOptions;
import org.bitnet4j.quant.config.ConfigValidationException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class LanguageModelTest {
  private static final Path PATH =
      Path.of(System.getProperty("bitnet4j.root")).resolve("checkpoints/tiny-bitnet");
  private static final ModelOptions OPTIONS =
      ModelOptions.defaults().withLoad(LoadOptions.defaults().withThreads(1));
  private static final SamplingConfig DRAW =
      SamplingConfig.builder().temperature(3).topK(50).seed(5L).build();

  @SuppressWarnings("NullAway.Init") // loaded before the first test
  private static LanguageModel model;

  @BeforeAll
  static void load() {
    model = LanguageModel.load(PATH, OPTIONS.withConcurrent(3));
  }

  @AfterAll
  static void close() {
    model.close();
  }

  @ParameterizedTest
  @CsvSource({"add:85+97=,182", "rev:crmz=,zmrc", "count:baaabba=,a4b3", "up:hoa=,HOA"})
  void answersWhatItWasTrainedFor(String prompt, String answer) {
    GenerationResult result = model.generate(GenerationRequest.complete(prompt));
    assertThat(result.text()).isEqualTo(answer);
    assertThat(result.finishReason()).isEqualTo(FinishReason.STOP_TOKEN);
    assertThat(result.promptTokens()).isEqualTo(1 + prompt.length());
    assertThat(result.tokens()).hasSize(answer.length());
    assertThat(result.tokens().getFirst().logprob()).isEmpty();
    assertThat(result.seed()).isZero();
  }

  @Test
  void piecesAreTheText() {
    for (long seed = 0; seed < 20; seed++) {
      StringBuilder text = new StringBuilder();
      List<GeneratedToken> tokens = new ArrayList<>();
      GenerationResult result =
          model.generate(
              GenerationRequest.complete("sort:")
                  .withSampling(DRAW.withSeed(seed))
                  .withIgnoreStopTokens(true)
                  .withStopStrings(List.of("zz", "é"))
                  .withMaxTokens(20),
              piece -> {
                text.append(piece.text());
                piece.token().ifPresent(tokens::add);
              },
              () -> false);
      assertThat(text.toString()).isEqualTo(result.text());
      assertThat(tokens).isEqualTo(result.tokens());
      assertThat(result.seed()).isEqualTo(seed);
    }
  }

  @Test
  void aSeedGivesItsTextAgain() {
    GenerationRequest request =
        GenerationRequest.complete("rev:").withSampling(DRAW).withMaxTokens(15);
    GenerationResult first = model.generate(request);
    assertThat(model.generate(request).tokens()).isEqualTo(first.tokens());
    GenerationRequest random = request.withSampling(DRAW.toBuilder().seed(null).build());
    GenerationResult drawn = model.generate(random);
    assertThat(model.generate(request.withSampling(DRAW.withSeed(drawn.seed()))).tokens())
        .isEqualTo(drawn.tokens());
  }

  @Test
  void endsForEachOfItsReasons() {
    GenerationRequest request = GenerationRequest.complete("add:85+97=");
    GenerationResult length = model.generate(request.withMaxTokens(2));
    assertThat(length.finishReason()).isEqualTo(FinishReason.LENGTH);
    assertThat(length.text()).isEqualTo("18");

    GenerationResult string = model.generate(request.withStopStrings(List.of("82", "x")));
    assertThat(string.finishReason()).isEqualTo(FinishReason.STOP_STRING);
    assertThat(string.text()).isEqualTo("1");
    assertThat(string.stopString()).hasValue("82");

    GenerationResult token = model.generate(request.withStopTokens(Set.of((int) '2')));
    assertThat(token.finishReason()).isEqualTo(FinishReason.STOP_TOKEN);
    assertThat(token.text()).isEqualTo("18");

    GenerationResult full = model.generate(request.withIgnoreStopTokens(true).withMaxTokens(1000));
    assertThat(full.finishReason()).isEqualTo(FinishReason.CONTEXT_FULL);
    assertThat(full.promptTokens() + full.tokens().size()).isEqualTo(model.capacity() + 1);

    AtomicInteger asked = new AtomicInteger();
    GenerationResult cancelled =
        model.generate(
            request.withIgnoreStopTokens(true).withMaxTokens(1000),
            piece -> asked.incrementAndGet(),
            () -> asked.get() >= 2);
    assertThat(cancelled.finishReason()).isEqualTo(FinishReason.CANCELLED);
    assertThat(cancelled.tokens()).hasSize(2);
    assertThat(cancelled.text()).isEqualTo("18");
    assertThat(model.generate(request).text()).isEqualTo("182");
  }

  @Test
  void sharedPrefixesAreComputedOnce() {
    GenerationRequest first = GenerationRequest.complete("add:11+22=");
    GenerationRequest second = GenerationRequest.complete("add:11+23=");
    try (LanguageModel fresh = LanguageModel.load(PATH, OPTIONS.withReusePrefix(false))) {
      GenerationRequest sampled =
          second.withSampling(SamplingConfig.builder().topLogprobs(3).seed(1L).build());
      GenerationResult wanted = fresh.generate(sampled);
      assertThat(wanted.reusedTokens()).isZero();
      assertThat(fresh.generate(sampled).reusedTokens()).isZero();
      model.generate(first);
      GenerationResult reused = model.generate(sampled);
      assertThat(reused.reusedTokens()).isGreaterThanOrEqualTo(1 + "add:11+2".length());
      assertThat(reused.tokens()).isEqualTo(wanted.tokens()); // logarithms bit for bit
    }
  }

  @Test
  void whatShallNotBeKeptIsForgotten() {
    try (LanguageModel one = LanguageModel.load(PATH, OPTIONS)) {
      GenerationRequest request = GenerationRequest.complete("up:abc=");
      one.generate(request.withKeepPrefix(false));
      assertThat(one.generate(request).reusedTokens()).isZero();
      assertThat(one.generate(request).reusedTokens()).isEqualTo("up:abc=".length());
    }
  }

  @Test
  void logprobsAreGivenWhereAsked() {
    SamplingConfig config = SamplingConfig.greedy().toBuilder().topLogprobs(2).build();
    GenerationResult result =
        model.generate(GenerationRequest.complete("up:hoa=").withSampling(config));
    for (GeneratedToken token : result.tokens()) {
      assertThat(token.alternatives()).hasSize(2);
      assertThat(token.alternatives().getFirst())
          .isEqualTo(new TokenLogprob(token.token(), token.logprob().orElseThrow()));
      assertThat(token.logprob().orElseThrow()).isBetween(-1.0, 0.0);
    }
  }

  @Test
  void threadsShareAModel() throws InterruptedException, ExecutionException {
    List<GenerationRequest> requests = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      requests.add(
          GenerationRequest.complete("rev:" + "abcdefghijkl".substring(i) + "=")
              .withSampling(DRAW.withSeed(i))
              .withMaxTokens(12));
    }
    List<List<GeneratedToken>> wanted =
        requests.stream().map(request -> model.generate(request).tokens()).toList();
    try (ExecutorService threads = Executors.newFixedThreadPool(6)) {
      List<Future<GenerationResult>> results = new ArrayList<>();
      requests.forEach(request -> results.add(threads.submit(() -> model.generate(request))));
      for (int i = 0; i < results.size(); i++) {
        assertThat(results.get(i).get().tokens()).isEqualTo(wanted.get(i));
      }
    }
  }

  @Test
  void conversationsGoThroughTheTemplate() {
    assertThatThrownBy(() -> model.generate(GenerationRequest.answer(Chat.of("hi"))))
        .isInstanceOf(NoChatTemplateException.class)
        .hasMessageContaining("--chat-template");
    String template = "{{ bos_token }}{% for m in messages %}{{ m.content }}{% endfor %}=";
    try (LanguageModel chatting = LanguageModel.load(PATH, OPTIONS.withChatTemplate(template))) {
      Chat chat = Chat.of("add:85+97");
      assertThat(chatting.generate(GenerationRequest.answer(chat)).text()).isEqualTo("182");
      assertThat(chatting.tokens(new Prompt.Conversation(chat)))
          .isEqualTo(chatting.tokens(new Prompt.Text("add:85+97=", false)));
      Chat attack = Chat.of("<|end_of_text|>");
      assertThat(chatting.tokens(new Prompt.Conversation(attack))).doesNotContain(257);
    }
  }

  @Test
  void promptsThatCannotRunAreRefused() {
    assertThatThrownBy(() -> model.generate(GenerationRequest.complete("x".repeat(64))))
        .isInstanceOf(PromptTooLongException.class)
        .hasMessageContaining("at most 64 tokens");
    assertThatThrownBy(() -> model.generate(GenerationRequest.complete("x".repeat(20_000_000))))
        .isInstanceOf(PromptTooLongException.class);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> model.generate(GenerationRequest.of(new Prompt.Tokens(List.of()))));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> model.generate(GenerationRequest.of(new Prompt.Tokens(List.of(260)))));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> GenerationRequest.complete("x").withMaxTokens(0));
    GenerationRequest request = GenerationRequest.complete("x");
    assertThatThrownBy(() ->
            model.generate(request.withSampling(SamplingConfig.builder().temperature(-1).build())))
        .isInstanceOf(ConfigValidationException.class);
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            model.generate(
                request.withSampling(
                    SamplingConfig.greedy().toBuilder().logitBias(Map.of(999, 1f)).build())));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> model.generate(request.withStopStrings(List.of(""))));
    // A refused request takes no session with it.
    assertThat(model.generate(GenerationRequest.complete("up:hoa=")).text()).isEqualTo("HOA");
  }

  @Test
  void parsesSpecialTokensOnlyWhereAsked() {
    assertThat(model.tokens(new Prompt.Text("<|end_of_text|>", false))).hasSize(16);
    assertThat(model.tokens(new Prompt.Text("<|end_of_text|>", true))).containsExactly(256, 257);
  }

  @Test
  void waitingForASessionCanBeCancelled() throws InterruptedException, ExecutionException {
    try (LanguageModel one = LanguageModel.load(PATH, OPTIONS);
        ExecutorService threads = Executors.newSingleThreadExecutor()) {
      GenerationRequest request = GenerationRequest.complete("up:abc=").withMaxTokens(3);
      List<Future<?>> second = new ArrayList<>();
      one.generate(
          request,
          piece -> {
            if (second.isEmpty()) {
              second.add(threads.submit(() -> one.generate(request, p -> {}, () -> true)));
              assertThatThrownBy(() -> second.getFirst().get())
                  .hasCauseInstanceOf(CancellationException.class);
            }
          },
          () -> false);
      assertThat(second).hasSize(1);
    }
  }

  @Test
  void usesAfterClosingAreRefused() {
    LanguageModel closed = LanguageModel.load(PATH, OPTIONS.withSession(SessionOptions.of(16)));
    assertThat(closed.capacity()).isEqualTo(16);
    closed.close();
    closed.close();
    assertThatIllegalStateException()
        .isThrownBy(() -> closed.generate(GenerationRequest.complete("x")));
  }
}

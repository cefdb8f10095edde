package org.bitnet4j.models;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import org.bitnet4j.models.forward.Session;
import org.bitnet4j.models.sampling.Sampler;
import org.bitnet4j.models.sampling.StopStrings;
import org.bitnet4j.models.sampling.TopLogprobs;
import org.bitnet4j.models.tokenizer.StreamingDecoder;

/// One generation: tokens of a prompt in, token after token out.
final class Generation {
  private final Session session;
  private final Sampler sampler;
  private final StreamingDecoder decoder;
  private final StopStrings stops;
  private final Set<Integer> stopTokens;
  private final GenerationListener listener;
  private final long start = System.nanoTime();

  /// Prompt and answer; the first `length` are there.
  private final int[] tokens;

  private final int promptLength;
  private int length;
  private int evaluated;
  private int reused;
  private long promptEnd = start;
  private final StringBuilder text = new StringBuilder();
  private final List<TokenLogprobs> logprobs = new ArrayList<>();

  /// A generation.
  ///
  /// @param prompt at least one token
  /// @param most tokens to generate, for which the session has room
  Generation(
      Session session,
      int[] prompt,
      int most,
      Sampler sampler,
      StreamingDecoder decoder,
      StopStrings stops,
      Set<Integer> stopTokens,
      GenerationListener listener) {
    this.session = session;
    this.tokens = Arrays.copyOf(prompt, prompt.length + most);
    this.promptLength = prompt.length;
    this.length = prompt.length;
    this.sampler = sampler;
    this.decoder = decoder;
    this.stops = stops;
    this.stopTokens = stopTokens;
    this.listener = listener;
  }

  /// Tokens that the session holds now.
  int[] evaluated() {
    return Arrays.copyOf(tokens, evaluated);
  }

  /// Runs it.
  ///
  /// @param shared tokens of the prompt that the session has evaluated already
  GenerationResult run(int shared) {
    evaluated = shared;
    reused = shared;
    session.truncate(shared);
    FinishReason reason;
    try {
      evaluate(promptLength - shared);
      promptEnd = System.nanoTime();
      reason = generate();
    } catch (CancellationException cancelled) {
      reason = FinishReason.CANCELLED;
    }
    if (reason != FinishReason.STOP_STRING) {
      show(stops.add(decoder.finish()));
      show(stops.finish());
    }
    long end = System.nanoTime();
    return new GenerationResult(
        text.toString(),
        IntStream.range(promptLength, length).mapToObj(i -> tokens[i]).toList(),
        reason,
        promptLength,
        reused,
        seed(),
        logprobs,
        Duration.ofNanos(promptEnd - start),
        Duration.ofNanos(end - promptEnd));
  }

  private long seed() {
    Long seed = sampler.config().seed();
    return seed == null ? 0 : seed;
  }

  /// Evaluates the next tokens that are there.
  private void evaluate(int count) {
    session.append(tokens, evaluated, count, listener::isCancelled);
    evaluated += count;
  }

  private FinishReason generate() {
    for (int i = 0; i < promptLength; i++) {
      sampler.accept(tokens[i]);
    }
    float[] logits = new float[session.vocabulary()];
    while (true) {
      if (listener.isCancelled()) {
        return FinishReason.CANCELLED;
      }
      session.logits(logits);
      int token = sampler.sample(logits);
      sampler.accept(token);
      tokens[length++] = token;
      if (sampler.config().hasLogprobs()) {
        logprobs.add(logprobs(token, sampler.logprobs()));
      }
      if (stopTokens.contains(token)) {
        return FinishReason.STOP_TOKEN;
      }
      show(stops.add(decoder.add(token)));
      if (stops.isStopped()) {
        return FinishReason.STOP_STRING;
      }
      if (length == tokens.length) {
        return FinishReason.LENGTH;
      }
      evaluate(1);
    }
  }

  private void show(String piece) {
    if (!piece.isEmpty()) {
      text.append(piece);
      listener.text(piece);
    }
  }

  private static TokenLogprobs logprobs(int token, TopLogprobs measured) {
    List<TokenLogprobs.Candidate> top = new ArrayList<>(measured.size());
    for (int i = 0; i < measured.size(); i++) {
      top.add(new TokenLogprobs.Candidate(measured.token(i), measured.logprob(i)));
    }
    return new TokenLogprobs(token, measured.chosen(), top);
  }
}

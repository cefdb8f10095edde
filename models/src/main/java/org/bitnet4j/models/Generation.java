package org.bitnet4j.models;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.bitnet4j.models.SessionPool.PrefixSession;
import org.bitnet4j.models.sampling.Sampler;
import org.bitnet4j.models.sampling.StopStrings;
import org.bitnet4j.models.sampling.TopLogprobs;
import org.bitnet4j.models.tokenizer.StreamingDecoder;

/// One generation: the prompt through the model, then token after token.
final class Generation {
  private final GenerationRequest request;
  private final int[] prompt;
  private final int vocabulary;
  private final Set<Integer> stopTokens;
  private final Sampler sampler;
  private final StreamingDecoder decoder;
  private final StopStrings stopStrings;
  private final Consumer<GeneratedPiece> pieces;
  private final BooleanSupplier cancelled;

  private final List<GeneratedToken> tokens = new ArrayList<>();
  private final StringBuilder text = new StringBuilder();
  private final int[] next = new int[1];
  private int reused;
  private long firstLogits;

  Generation(
      GenerationRequest request,
      int[] prompt,
      int vocabulary,
      Set<Integer> stopTokens,
      Sampler sampler,
      StreamingDecoder decoder,
      Consumer<GeneratedPiece> pieces,
      BooleanSupplier cancelled) {
    this.request = request;
    this.prompt = prompt;
    this.vocabulary = vocabulary;
    this.stopTokens = stopTokens;
    this.sampler = sampler;
    this.decoder = decoder;
    this.stopStrings = new StopStrings(request.stopStrings());
    this.pieces = pieces;
    this.cancelled = cancelled;
  }

  GenerationResult run(PrefixSession session) {
    long begin = System.nanoTime();
    firstLogits = 0;
    FinishReason reason;
    try {
      reason = generate(session);
    } catch (CancellationException e) {
      reason = FinishReason.CANCELLED; // what was generated so far is the result
    }
    String rest = stopStrings.isStopped() ? "" : stopStrings.add(decoder.finish());
    rest += stopStrings.finish();
    if (!rest.isEmpty()) {
      deliver(rest, Optional.empty());
    }
    long end = System.nanoTime();
    long between = firstLogits == 0 ? end : firstLogits;
    Long seed = sampler.config().seed();
    return new GenerationResult(
        text.toString(),
        tokens,
        stopStrings.isStopped() ? FinishReason.STOP_STRING : reason,
        stopStrings.isStopped() ? Optional.of(stopStrings.stop()) : Optional.empty(),
        prompt.length,
        reused,
        Duration.ofNanos(between - begin),
        Duration.ofNanos(end - between),
        seed == null ? 0 : seed);
  }

  private FinishReason generate(PrefixSession session) {
    float[] logits = new float[session.session().vocabulary()];
    for (int token : prompt) {
      sampler.accept(token);
    }
    reused = session.begin(prompt, cancelled);
    while (true) {
      session.session().logits(logits);
      if (firstLogits == 0) {
        firstLogits = System.nanoTime();
      }
      // Rows of the table behind the last token of the tokenizer have no text.
      Arrays.fill(
          logits, Math.min(vocabulary, logits.length), logits.length, Float.NEGATIVE_INFINITY);
      int token = sampler.sample(logits);
      if (stopTokens.contains(token)) {
        return FinishReason.STOP_TOKEN;
      }
      sampler.accept(token);
      GeneratedToken generated = generated(token);
      tokens.add(generated);
      deliver(stopStrings.add(decoder.add(token)), Optional.of(generated));
      if (stopStrings.isStopped()) {
        return FinishReason.STOP_STRING;
      }
      if (tokens.size() == request.maxTokens()) {
        return FinishReason.LENGTH;
      }
      if (session.session().length() == session.session().capacity()) {
        return FinishReason.CONTEXT_FULL;
      }
      if (cancelled.getAsBoolean()) {
        return FinishReason.CANCELLED;
      }
      next[0] = token;
      session.append(next, 0, 1, cancelled);
    }
  }

  private void deliver(String piece, Optional<GeneratedToken> token) {
    text.append(piece);
    pieces.accept(new GeneratedPiece(piece, token));
  }

  private GeneratedToken generated(int token) {
    if (!sampler.config().hasLogprobs()) {
      return new GeneratedToken(token, OptionalDouble.empty(), List.of());
    }
    TopLogprobs logprobs = sampler.logprobs();
    List<TokenLogprob> alternatives = new ArrayList<>(logprobs.size());
    for (int i = 0; i < logprobs.size(); i++) {
      alternatives.add(new TokenLogprob(logprobs.token(i), logprobs.logprob(i)));
    }
    return new GeneratedToken(
        token, OptionalDouble.of(logprobs.chosen()), List.copyOf(alternatives));
  }
}

package org.bitnet4j.models;

import java.time.Duration;
import java.util.List;

/// What a model generated.
///
/// @param text the text, without the stop string and the token that ended it
/// @param tokens numbers of all tokens generated, that which ended it included
/// @param finish why it ended
/// @param promptTokens tokens of the prompt
/// @param reusedTokens of these, how many an earlier request had left evaluated
/// @param seed of the generator, 0 where nothing was drawn: the same request with this seed gives
///   the same tokens
/// @param logprobs of each token where the request asked for them
/// @param promptTime from the request to the first logits
/// @param generationTime from there to the end
public record GenerationResult(
    String text,
    List<Integer> tokens,
    FinishReason finish,
    int promptTokens,
    int reusedTokens,
    long seed,
    List<TokenLogprobs> logprobs,
    Duration promptTime,
    Duration generationTime) {
  /// Copies the lists.
  public GenerationResult {
    tokens = List.copyOf(tokens);
    logprobs = List.copyOf(logprobs);
  }

  /// Tokens of the prompt that were evaluated, by seconds.
  public double promptTokensPerSecond() {
    return rate(promptTokens - reusedTokens, promptTime);
  }

  /// Tokens generated, by seconds.
  public double tokensPerSecond() {
    return rate(tokens.size(), generationTime);
  }

  private static double rate(int count, Duration time) {
    return time.isZero() ? 0 : count * 1e9 / time.toNanos();
  }
}

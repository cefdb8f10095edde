package org.bitnet4j.models;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// What was generated, and what it took.
///
/// @param text the text, without stop token or stop string
/// @param tokens the tokens, without a stop token; a text that a stop string ended is shorter than
///   theirs
/// @param finishReason why it ended
/// @param stopString the string that ended it, if one did
/// @param promptTokens tokens of the prompt
/// @param reusedTokens those of them whose keys and values were taken over from an earlier text
/// @param promptTime time from the start to the first logits
/// @param generationTime time from there to the end
/// @param seed of the generator, which gives the same text again; 0 where nothing was drawn
public record GenerationResult(
    String text,
    List<GeneratedToken> tokens,
    FinishReason finishReason,
    Optional<String> stopString,
    int promptTokens,
    int reusedTokens,
    Duration promptTime,
    Duration generationTime,
    long seed) {
  private static final double NANOS = 1e9;

  /// Copies the list.
  public GenerationResult {
    tokens = List.copyOf(tokens);
  }

  /// Tokens of the prompt that were computed, per second.
  public double promptTokensPerSecond() {
    return rate(promptTokens - reusedTokens, promptTime);
  }

  /// Tokens generated per second, the first one not counted: its logits belong to the prompt.
  public double generatedTokensPerSecond() {
    return rate(Math.max(0, tokens.size() - 1), generationTime);
  }

  private static double rate(int tokens, Duration time) {
    return time.isZero() ? 0 : tokens * NANOS / time.toNanos();
  }
}

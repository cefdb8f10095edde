package org.bitnet4j.models;

import java.util.List;
import java.util.Set;
import org.bitnet4j.models.sampling.SamplingConfig;
import org.bitnet4j.models.tokenizer.Chat;

/// What to generate.
///
/// @param prompt what to go on from
/// @param maxTokens most tokens that are generated, at least 1
/// @param sampling how tokens are chosen
/// @param stopStrings strings that end the text, which ends before them
/// @param stopTokens tokens that end the text beside those of the model
/// @param ignoreStopTokens whether the model's own stop tokens do not end the text
/// @param keepPrefix whether later prompts may go on from the keys and values of this text
public record GenerationRequest(
    Prompt prompt,
    int maxTokens,
    SamplingConfig sampling,
    List<String> stopStrings,
    Set<Integer> stopTokens,
    boolean ignoreStopTokens,
    boolean keepPrefix) {
  private static final int MOST_TOKENS = 256;

  /// Copies lists and refuses a length below 1.
  public GenerationRequest {
    stopStrings = List.copyOf(stopStrings);
    stopTokens = Set.copyOf(stopTokens);
    if (maxTokens < 1) {
      throw new IllegalArgumentException("maxTokens must be at least 1, got [" + maxTokens + "].");
    }
  }

  /// Completes a text, greedily, by 256 tokens at most.
  ///
  /// @param text the text
  public static GenerationRequest complete(String text) {
    return of(new Prompt.Text(text, false));
  }

  /// Answers a conversation, greedily, by 256 tokens at most.
  ///
  /// @param chat the conversation
  public static GenerationRequest answer(Chat chat) {
    return of(new Prompt.Conversation(chat));
  }

  /// Goes on from a prompt, greedily, by 256 tokens at most.
  ///
  /// @param prompt the prompt
  public static GenerationRequest of(Prompt prompt) {
    return new GenerationRequest(
        prompt, MOST_TOKENS, SamplingConfig.greedy(), List.of(), Set.of(), false, true);
  }

  /// With another length.
  ///
  /// @param tokens most tokens that are generated
  public GenerationRequest withMaxTokens(int tokens) {
    return new GenerationRequest(
        prompt, tokens, sampling, stopStrings, stopTokens, ignoreStopTokens, keepPrefix);
  }

  /// With tokens chosen otherwise.
  ///
  /// @param config how
  public GenerationRequest withSampling(SamplingConfig config) {
    return new GenerationRequest(
        prompt, maxTokens, config, stopStrings, stopTokens, ignoreStopTokens, keepPrefix);
  }

  /// With strings that end the text.
  ///
  /// @param strings the strings
  public GenerationRequest withStopStrings(List<String> strings) {
    return new GenerationRequest(
        prompt, maxTokens, sampling, strings, stopTokens, ignoreStopTokens, keepPrefix);
  }

  /// With more tokens that end the text.
  ///
  /// @param tokens their numbers
  public GenerationRequest withStopTokens(Set<Integer> tokens) {
    return new GenerationRequest(
        prompt, maxTokens, sampling, stopStrings, tokens, ignoreStopTokens, keepPrefix);
  }

  /// With or without the model's own stop tokens.
  ///
  /// @param ignore whether they do not end the text
  public GenerationRequest withIgnoreStopTokens(boolean ignore) {
    return new GenerationRequest(
        prompt, maxTokens, sampling, stopStrings, stopTokens, ignore, keepPrefix);
  }

  /// With or without keys and values kept for later prompts.
  ///
  /// @param keep whether they are
  public GenerationRequest withKeepPrefix(boolean keep) {
    return new GenerationRequest(
        prompt, maxTokens, sampling, stopStrings, stopTokens, ignoreStopTokens, keep);
  }
}

package org.bitnet4j.models;

import java.util.List;
import java.util.stream.IntStream;
import org.bitnet4j.models.sampling.SamplingConfig;
import org.bitnet4j.models.tokenizer.Chat;

/// What a model is asked to go on with.
///
/// @param prompt what stands before
/// @param maxTokens most tokens to generate, at least 1; the model's context may end it before
/// @param sampling how tokens are chosen
/// @param stop texts that end the generation and are not part of it
/// @param stopsAtTokens whether tokens that end a text or a turn end the generation; false goes on
///   until `maxTokens`
public record GenerationRequest(
    Prompt prompt,
    int maxTokens,
    SamplingConfig sampling,
    List<String> stop,
    boolean stopsAtTokens) {
  private static final int DEFAULT_TOKENS = 256;

  /// What stands before the generated text.
  public sealed interface Prompt {
    /// A text; special tokens in it are text.
    ///
    /// @param text the text
    record Text(String text) implements Prompt {}

    /// Tokens, used as they are.
    ///
    /// @param numbers the tokens
    record Tokens(List<Integer> numbers) implements Prompt {
      /// Copies the list.
      public Tokens {
        numbers = List.copyOf(numbers);
      }
    }

    /// A conversation, brought into the form that the model was trained on.
    ///
    /// @param chat the conversation
    record Conversation(Chat chat) implements Prompt {}
  }

  /// Copies the list, refuses no tokens.
  public GenerationRequest {
    stop = List.copyOf(stop);
    if (maxTokens < 1) {
      throw new IllegalArgumentException("maxTokens must be at least 1, got [" + maxTokens + "].");
    }
  }

  private static GenerationRequest of(Prompt prompt) {
    return new GenerationRequest(prompt, DEFAULT_TOKENS, SamplingConfig.greedy(), List.of(), true);
  }

  /// Goes on with a text: greedy, up to 256 tokens.
  ///
  /// @param prompt the text
  public static GenerationRequest of(String prompt) {
    return of(new Prompt.Text(prompt));
  }

  /// Answers in a conversation: greedy, up to 256 tokens.
  ///
  /// @param chat the conversation
  public static GenerationRequest of(Chat chat) {
    return of(new Prompt.Conversation(chat));
  }

  /// Goes on with tokens: greedy, up to 256 tokens.
  ///
  /// @param tokens their numbers
  public static GenerationRequest of(int... tokens) {
    return of(new Prompt.Tokens(IntStream.of(tokens).boxed().toList()));
  }

  /// With another number of tokens.
  ///
  /// @param count most tokens to generate
  public GenerationRequest withMaxTokens(int count) {
    return new GenerationRequest(prompt, count, sampling, stop, stopsAtTokens);
  }

  /// With tokens chosen otherwise.
  ///
  /// @param config how
  public GenerationRequest withSampling(SamplingConfig config) {
    return new GenerationRequest(prompt, maxTokens, config, stop, stopsAtTokens);
  }

  /// With texts that end the generation.
  ///
  /// @param strings the texts
  public GenerationRequest withStop(List<String> strings) {
    return new GenerationRequest(prompt, maxTokens, sampling, strings, stopsAtTokens);
  }

  /// Going on behind tokens that end a text or a turn.
  public GenerationRequest ignoringStopTokens() {
    return new GenerationRequest(prompt, maxTokens, sampling, stop, false);
  }
}

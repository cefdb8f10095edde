package org.bitnet4j.models;

import java.util.List;
import org.bitnet4j.models.tokenizer.Chat;

/// What a generation goes on from.
public sealed interface Prompt {
  /// A text that the model completes.
  ///
  /// @param text the text
  /// @param parseSpecial whether special tokens in it count, which only a trusted text should be
  ///   able to write
  record Text(String text, boolean parseSpecial) implements Prompt {}

  /// Tokens as they are: nothing is put around them.
  ///
  /// @param tokens their numbers, at least one
  record Tokens(List<Integer> tokens) implements Prompt {
    /// Copies the list.
    public Tokens {
      tokens = List.copyOf(tokens);
    }
  }

  /// A conversation that the model answers, in the form of its chat template.
  ///
  /// @param chat the conversation
  record Conversation(Chat chat) implements Prompt {}
}

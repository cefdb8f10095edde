package org.bitnet4j.models.tokenizer;

import java.time.LocalDateTime;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A conversation, and what a chat template may be told of it.
///
/// @param messages what was said, in order
/// @param tools functions that the model may call, each as its JSON description; empty for none
/// @param addGenerationPrompt whether the beginning of the model's answer follows
/// @param variables what a model's template reads besides, such as `enable_thinking`
/// @param now what `strftime_now` tells; absent for the time of rendering
public record Chat(
    List<ChatMessage> messages,
    List<Map<String, ? extends @Nullable Object>> tools,
    boolean addGenerationPrompt,
    Map<String, ? extends @Nullable Object> variables,
    @Nullable LocalDateTime now) {
  /// Copies lists and map.
  public Chat {
    messages = List.copyOf(messages);
    tools = List.copyOf(tools);
    variables = Collections.unmodifiableMap(new LinkedHashMap<>(variables));
  }

  /// A conversation that the model is to go on with.
  ///
  /// @param messages what was said, in order
  public static Chat of(List<ChatMessage> messages) {
    return new Chat(messages, List.of(), true, Map.of(), null);
  }

  /// A question.
  ///
  /// @param question what the user says
  public static Chat of(String question) {
    return of(List.of(ChatMessage.user(question)));
  }

  /// This conversation with functions that the model may call.
  ///
  /// @param descriptions each as its JSON description
  public Chat withTools(List<Map<String, ? extends @Nullable Object>> descriptions) {
    return new Chat(messages, descriptions, addGenerationPrompt, variables, now);
  }

  /// This conversation with what a model's template reads besides.
  ///
  /// @param values by name
  public Chat withVariables(Map<String, ? extends @Nullable Object> values) {
    return new Chat(messages, tools, addGenerationPrompt, values, now);
  }

  /// This conversation with or without the beginning of an answer.
  ///
  /// @param add whether it follows
  public Chat withGenerationPrompt(boolean add) {
    return new Chat(messages, tools, add, variables, now);
  }

  /// This conversation at a time.
  ///
  /// @param time what `strftime_now` tells
  public Chat withNow(LocalDateTime time) {
    return new Chat(messages, tools, addGenerationPrompt, variables, time);
  }
}

package org.bitnet4j.models.tokenizer;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A message of a conversation.
///
/// @param role who speaks: `system`, `user`, `assistant`, `tool`, or what else a template knows
/// @param content what is said
/// @param fields what templates of some models read besides: `tool_calls`, `reasoning_content`,
///   `name`; plain values. A `content` here replaces the text, for contents in parts
public record ChatMessage(
    String role, String content, Map<String, ? extends @Nullable Object> fields) {
  /// Copies the map.
  public ChatMessage {
    fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
  }

  /// A message of text alone.
  ///
  /// @param role who speaks
  /// @param content what is said
  public ChatMessage(String role, String content) {
    this(role, content, Map.of());
  }

  /// What rules the conversation.
  ///
  /// @param content the text
  public static ChatMessage system(String content) {
    return new ChatMessage("system", content);
  }

  /// What the user says.
  ///
  /// @param content the text
  public static ChatMessage user(String content) {
    return new ChatMessage("user", content);
  }

  /// What the model said.
  ///
  /// @param content the text
  public static ChatMessage assistant(String content) {
    return new ChatMessage("assistant", content);
  }
}

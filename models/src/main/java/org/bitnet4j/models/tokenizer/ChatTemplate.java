package org.bitnet4j.models.tokenizer;

import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.function.UnaryOperator;
import org.bitnet4j.formats.tokenizer.ChatTemplates;
import org.bitnet4j.models.template.Template;
import org.jspecify.annotations.Nullable;

/// The form that a model was trained to hold conversations in: messages to the text and the tokens
/// of a prompt.
///
/// Templates come with models and are not trusted: they run in the sandbox of [Template]. Messages
/// come from users and are not trusted either: special tokens in them reach the model as text,
/// while those that the template writes are the tokens. Immutable.
public final class ChatTemplate {
  private final Template template;
  private final Tokenizer tokenizer;
  private final @Nullable String note;

  private ChatTemplate(Template template, Tokenizer tokenizer, @Nullable String note) {
    this.template = template;
    this.tokenizer = tokenizer;
    this.note = note;
  }

  /// The default template of a model.
  ///
  /// @param sideFiles small files of the model by name
  /// @param tokenizer of the same model
  /// @throws NoChatTemplateException where the model has none
  /// @throws org.bitnet4j.models.template.TemplateException where it breaks the syntax
  public static ChatTemplate of(SortedMap<String, byte[]> sideFiles, Tokenizer tokenizer) {
    return of(sideFiles, tokenizer, ChatTemplates.DEFAULT);
  }

  /// A template of a model by its name, such as `tool_use`.
  ///
  /// The placeholder that some GGUF files of BitNet b1.58 2B-4T have instead of a template is
  /// replaced by the form that the model was trained on; [#note] says so.
  ///
  /// @param sideFiles small files of the model by name
  /// @param tokenizer of the same model
  /// @param name which
  /// @throws NoChatTemplateException where the model has none of that name
  /// @throws org.bitnet4j.models.template.TemplateException where it breaks the syntax
  public static ChatTemplate of(
      SortedMap<String, byte[]> sideFiles, Tokenizer tokenizer, String name) {
    SequencedMap<String, String> templates = ChatTemplates.of(sideFiles);
    String source = templates.get(name);
    if (source == null) {
      throw new NoChatTemplateException(name, templates.keySet());
    }
    return ChatTemplates.isPlaceholder(source)
        ? new ChatTemplate(
            Template.parse(ChatTemplates.ofBitnet2B4T()),
            tokenizer,
            "The file's chat template is a placeholder; that of BitNet b1.58 2B-4T is used.")
        : new ChatTemplate(Template.parse(source), tokenizer, null);
  }

  /// A template of the caller's.
  ///
  /// @param source Jinja, as transformers renders chat templates
  /// @param tokenizer of the model
  /// @throws org.bitnet4j.models.template.TemplateException where it breaks the syntax
  public static ChatTemplate parse(String source, Tokenizer tokenizer) {
    return new ChatTemplate(Template.parse(source), tokenizer, null);
  }

  /// What a user should know about the template, if anything.
  public Optional<String> note() {
    return Optional.ofNullable(note);
  }

  /// The template's text.
  public String source() {
    return template.source();
  }

  /// The text of a conversation, for people: special tokens of the template and of messages look
  /// alike in it.
  ///
  /// @param chat the conversation
  /// @throws org.bitnet4j.models.template.TemplateException where the template fails, refuses the
  ///   conversation or exceeds its bounds
  public String render(Chat chat) {
    return render(chat, UnaryOperator.identity());
  }

  /// The tokens of a conversation.
  ///
  /// @param chat the conversation
  /// @throws org.bitnet4j.models.template.TemplateException where the template fails, refuses the
  ///   conversation or exceeds its bounds
  public int[] encode(Chat chat) {
    return tokenizer.encodeRendered(render(chat, tokenizer.special()::shielded));
  }

  private String render(Chat chat, UnaryOperator<String> shield) {
    Map<String, @Nullable Object> variables = new HashMap<>();
    chat.variables().forEach((name, value) -> variables.put(name, shielded(value, shield)));
    role(variables, "bos_token", tokenizer.beginToken());
    role(variables, "eos_token", tokenizer.endToken());
    List<Object> messages = new ArrayList<>();
    for (ChatMessage message : chat.messages()) {
      Map<String, @Nullable Object> fields = new LinkedHashMap<>();
      fields.put("role", shield.apply(message.role()));
      fields.put("content", shield.apply(message.content()));
      message.fields().forEach((name, value) -> fields.put(name, shielded(value, shield)));
      messages.add(fields);
    }
    variables.put("messages", messages);
    variables.put("tools", chat.tools().isEmpty() ? null : shielded(chat.tools(), shield));
    variables.put("documents", null);
    variables.put("add_generation_prompt", chat.addGenerationPrompt());
    LocalDateTime given = chat.now();
    LocalDateTime now = given == null ? LocalDateTime.now(ZoneId.systemDefault()) : given;
    return template.render(
        variables, Map.of("strftime_now", format -> Strftime.format(format, now)));
  }

  private void role(Map<String, @Nullable Object> variables, String name, OptionalInt token) {
    if (token.isPresent()) {
      variables.put(name, tokenizer.text(token.getAsInt()));
    }
  }

  /// A value with every text in it shielded. How deep it may be is the template's to refuse.
  private static @Nullable Object shielded(@Nullable Object value, UnaryOperator<String> shield) {
    return shielded(value, shield, 0);
  }

  private static @Nullable Object shielded(
      @Nullable Object value, UnaryOperator<String> shield, int depth) {
    if (depth > Template.MAX_DEPTH) {
      return value;
    }
    return switch (value) {
      case String text -> shield.apply(text);
      case Map<?, ?> map -> {
        Map<@Nullable Object, @Nullable Object> copy = new LinkedHashMap<>();
        map.forEach((key, item) ->
            copy.put(shielded(key, shield, depth + 1), shielded(item, shield, depth + 1)));
        yield copy;
      }
      case Iterable<?> items -> {
        List<@Nullable Object> copy = new ArrayList<>();
        items.forEach(item -> copy.add(shielded(item, shield, depth + 1)));
        yield copy;
      }
      case null, default -> value;
    };
  }
}

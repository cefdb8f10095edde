package org.bitnet4j.formats.tokenizer;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.bitnet4j.formats.json.JsonTree;
import org.jspecify.annotations.Nullable;

/// What the `post_processor` of a tokenizer.json puts around a text.
///
/// @param begin text of the token in front, if any
/// @param end text of the token behind, if any
record EncodingTemplate(@Nullable String begin, @Nullable String end) {
  private static final EncodingTemplate NONE = new EncodingTemplate(null, null);

  static EncodingTemplate of(@Nullable JsonTree postProcessor) {
    EncodingTemplate template = NONE;
    Deque<JsonTree> open = new ArrayDeque<>();
    if (postProcessor != null) {
      open.push(postProcessor);
    }
    while (!open.isEmpty()) {
      JsonTree tree = open.pop();
      switch (tree.get("type").text()) {
        case "Sequence" -> tree.get("processors").items().reversed().forEach(open::push);
        case "ByteLevel" -> {} // moves offsets only
        case "TemplateProcessing" -> template = template.with(tree, ofSingle(tree.get("single")));
        case "RobertaProcessing", "BertProcessing" ->
            template =
                template.with(
                    tree, new EncodingTemplate(first(tree.get("cls")), first(tree.get("sep"))));
        default ->
            throw TokenizerJson.unsupported(
                tree,
                "post_processor",
                "TemplateProcessing, RobertaProcessing or BertProcessing",
                "GGUF cannot express it.");
      }
    }
    return template;
  }

  /// Only one of several processors may add tokens.
  private EncodingTemplate with(JsonTree tree, EncodingTemplate other) {
    if (!equals(NONE) && !other.equals(NONE)) {
      throw TokenizerJson.unsupported(
          tree, "post_processor", "one that adds tokens", "GGUF cannot express several.");
    }
    return other.equals(NONE) ? this : other;
  }

  private static String first(JsonTree tokenAndId) {
    List<JsonTree> items = tokenAndId.items();
    if (items.isEmpty()) {
      throw tokenAndId.fail("a token and its number");
    }
    return items.getFirst().text();
  }

  private static EncodingTemplate ofSingle(JsonTree single) {
    String begin = null;
    String end = null;
    boolean text = false;
    for (JsonTree item : single.items()) {
      if (item.find("Sequence").isPresent() && !text) {
        text = true;
      } else if (item.find("SpecialToken").isPresent() && (text ? end : begin) == null) {
        String token = item.get("SpecialToken").get("id").text();
        if (text) {
          end = token;
        } else {
          begin = token;
        }
      } else {
        throw TokenizerJson.unsupported(
            single,
            "post_processor",
            "at most one token on either side of the text",
            "GGUF cannot express more.");
      }
    }
    if (!text) {
      throw single.fail("a template with the text in it");
    }
    return new EncodingTemplate(begin, end);
  }
}

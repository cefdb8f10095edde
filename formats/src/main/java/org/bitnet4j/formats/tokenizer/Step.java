package org.bitnet4j.formats.tokenizer;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.bitnet4j.formats.json.JsonTree;
import tools.jackson.core.JsonGenerator;

/// A step of the pre-tokenizer of a byte-level tokenizer.json: what cuts text into words before
/// merges apply. Patterns are compared, never run.
sealed interface Step {
  /// Cuts out every match of a pattern.
  ///
  /// @param regex the pattern
  record Split(String regex) implements Step {}

  /// Cuts out runs of punctuation.
  record Punctuation() implements Step {}

  /// Cuts out digits.
  ///
  /// @param individual each for itself, else in runs
  record Digits(boolean individual) implements Step {}

  /// Writes bytes as characters of the byte alphabet.
  ///
  /// @param words whether it first cuts with the pattern of GPT-2
  record Bytes(boolean words) implements Step {}

  /// Something else.
  ///
  /// @param description what, for messages
  record Other(String description) implements Step {}

  /// The steps of a `pre_tokenizer`, sequences laid flat.
  ///
  /// @param preTokenizer an object with a `type`
  static List<Step> of(JsonTree preTokenizer) {
    List<Step> steps = new ArrayList<>();
    Deque<JsonTree> open = new ArrayDeque<>();
    open.push(preTokenizer);
    while (!open.isEmpty()) {
      JsonTree tree = open.pop();
      if (tree.get("type").text().equals("Sequence")) {
        tree.get("pretokenizers").items().reversed().forEach(open::push);
      } else {
        steps.add(one(tree));
      }
    }
    return List.copyOf(steps);
  }

  private static Step one(JsonTree tree) {
    String type = tree.get("type").text();
    return switch (type) {
      case "Split" -> split(tree);
      case "Punctuation" ->
          tree.find("behavior").map(JsonTree::text).orElse("Isolated").equals("Contiguous")
              ? new Punctuation()
              : new Other("Punctuation that is not Contiguous");
      case "Digits" ->
          new Digits(tree.find("individual_digits").map(JsonTree::truth).orElse(false));
      case "ByteLevel" ->
          tree.find("add_prefix_space").map(JsonTree::truth).orElse(true)
              ? new Other("ByteLevel with add_prefix_space")
              : new Bytes(tree.find("use_regex").map(JsonTree::truth).orElse(true));
      default -> new Other(type);
    };
  }

  private static Step split(JsonTree tree) {
    String behavior = tree.get("behavior").text();
    boolean invert = tree.find("invert").map(JsonTree::truth).orElse(false);
    JsonTree pattern = tree.get("pattern");
    if (pattern.find("Regex").isEmpty()) {
      return new Other("Split at a text");
    }
    String regex = pattern.get("Regex").text();
    if (behavior.equals("Isolated") && !invert) {
      return new Split(regex);
    }
    // Keeping only the matches is the same where nothing lies between them.
    return behavior.equals("Removed") && invert && matchesAllText(regex)
        ? new Split(regex)
        : new Other("Split " + behavior + (invert ? " inverted " : " ") + regex);
  }

  /// Whether the matches of one of the known patterns cover any text: words, numbers, other
  /// characters and, last, white space.
  private static boolean matchesAllText(String regex) {
    return Patterns.COVERING.contains(regex);
  }

  /// Writes the step as an object.
  default void write(JsonGenerator json) {
    json.writeStartObject();
    switch (this) {
      case Split(String regex) -> {
        json.writeStringProperty("type", "Split");
        json.writeObjectPropertyStart("pattern");
        json.writeStringProperty("Regex", regex);
        json.writeEndObject();
        json.writeStringProperty("behavior", "Isolated");
        json.writeBooleanProperty("invert", false);
      }
      case Punctuation() -> {
        json.writeStringProperty("type", "Punctuation");
        json.writeStringProperty("behavior", "Contiguous");
      }
      case Digits(boolean individual) -> {
        json.writeStringProperty("type", "Digits");
        json.writeBooleanProperty("individual_digits", individual);
      }
      case Bytes(boolean words) -> {
        json.writeStringProperty("type", "ByteLevel");
        json.writeBooleanProperty("add_prefix_space", false);
        json.writeBooleanProperty("trim_offsets", true);
        json.writeBooleanProperty("use_regex", words);
      }
      case Other(String description) ->
          throw new IllegalStateException("step must be a known one, got [" + description + "]");
    }
    json.writeEndObject();
  }
}

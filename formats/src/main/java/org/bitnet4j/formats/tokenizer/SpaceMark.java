package org.bitnet4j.formats.tokenizer;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.bitnet4j.formats.json.JsonTree;
import org.jspecify.annotations.Nullable;

/// How a SentencePiece-like tokenizer.json writes spaces: as ▁, with or without one in front of the
/// text. Llama does it in the normalizer or with Metaspace, Gemma in the normalizer.
final class SpaceMark {
  static final String MARK = "▁";

  private static final String REMEDY =
      "GGUF engines only replace spaces by ▁: keep the model in Hugging Face form.";

  private boolean replaced;
  private boolean prefix;

  private SpaceMark() {}

  /// Whether text is given a space in front.
  ///
  /// @throws org.bitnet4j.quant.MalformedFileException where the tokenizer does something else
  static boolean hasPrefix(TokenizerJson json) {
    SpaceMark mark = new SpaceMark();
    flat(json.normalizer(), "normalizers").forEach(mark::normalizer);
    flat(json.preTokenizer(), "pretokenizers").forEach(mark::preTokenizer);
    if (!mark.replaced) {
      throw TokenizerJson.unsupported(
          json.normalizer(), "normalizer", "one that writes spaces as ▁", REMEDY);
    }
    return mark.prefix;
  }

  private static List<JsonTree> flat(@Nullable JsonTree root, String sequence) {
    Deque<JsonTree> open = new ArrayDeque<>();
    Deque<JsonTree> parts = new ArrayDeque<>();
    if (root != null) {
      open.push(root);
    }
    while (!open.isEmpty()) {
      JsonTree tree = open.pop();
      if (tree.get("type").text().equals("Sequence")) {
        tree.get(sequence).items().reversed().forEach(open::push);
      } else {
        parts.add(tree);
      }
    }
    return List.copyOf(parts);
  }

  private void normalizer(JsonTree part) {
    boolean known =
        switch (part.get("type").text()) {
          case "Prepend" -> {
            prefix = true;
            yield part.get("prepend").text().equals(MARK);
          }
          case "Replace" -> {
            replaced = true;
            yield isSpace(part) && part.get("content").text().equals(MARK);
          }
          default -> false;
        };
    if (!known) {
      throw TokenizerJson.unsupported(
          part, "normalizer", "Prepend ▁ or Replace space by ▁", REMEDY);
    }
  }

  private static boolean isSpace(JsonTree part) {
    return part.get("pattern").find("String").map(JsonTree::text).equals(Optional.of(" "));
  }

  private void preTokenizer(JsonTree part) {
    boolean known =
        switch (part.get("type").text()) {
          case "Metaspace" -> {
            replaced = true;
            prefix =
                part.find("prepend_scheme")
                    .map(scheme -> !scheme.text().equals("never"))
                    .orElseGet(
                        () -> part.find("add_prefix_space").map(JsonTree::truth).orElse(true));
            yield part.get("replacement").text().equals(MARK);
          }
          // No space is left where the normalizer has replaced them.
          case "Split" ->
              replaced && isSpace(part) && part.get("behavior").text().equals("MergedWithPrevious");
          default -> false;
        };
    if (!known) {
      throw TokenizerJson.unsupported(part, "pre_tokenizer", "Metaspace with ▁, or none", REMEDY);
    }
  }
}

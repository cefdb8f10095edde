package org.bitnet4j.formats.tokenizer;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.bitnet4j.formats.json.JsonTree;
import org.jspecify.annotations.Nullable;

/// All added tokens of a Hugging Face tokenizer: those of tokenizer.json, then what
/// tokenizer_config.json and added_tokens.json have beyond them, as transformers adds it at
/// loading.
final class AddedTokens {
  private AddedTokens() {}

  /// The tokens by their content.
  ///
  /// @param own those of tokenizer.json
  /// @param tokenizerConfig tokenizer_config.json
  /// @param addedTokens added_tokens.json
  static SequencedMap<String, AddedToken> of(
      List<AddedToken> own, @Nullable JsonTree tokenizerConfig, @Nullable JsonTree addedTokens) {
    SequencedMap<String, AddedToken> tokens = new LinkedHashMap<>();
    Map<Integer, String> contents = new HashMap<>();
    for (AddedToken token : own) {
      tokens.put(token.content(), token);
      contents.put(token.id(), token.content());
    }
    if (tokenizerConfig != null) {
      tokenizerConfig
          .find("added_tokens_decoder")
          .ifPresent(decoder ->
              decoder
                  .entries()
                  .forEach((id, entry) ->
                      add(
                          new AddedToken(
                              number(id, entry),
                              entry.get("content").text(),
                              entry.find("special").map(JsonTree::truth).orElse(false)),
                          entry,
                          tokens,
                          contents)));
    }
    if (addedTokens != null) {
      addedTokens
          .entries()
          .forEach((content, id) ->
              add(
                  new AddedToken((int) id.integer(TokenizerJson.MAX_ID), content, false),
                  id,
                  tokens,
                  contents));
    }
    return tokens;
  }

  private static int number(String id, JsonTree entry) {
    if (id.isEmpty() || id.length() > 9 || !id.chars().allMatch(c -> c >= '0' && c <= '9')) {
      throw entry.fail("an entry under a token number, got \"" + id + "\"");
    }
    return Integer.parseInt(id);
  }

  private static void add(
      AddedToken token,
      JsonTree entry,
      Map<String, AddedToken> tokens,
      Map<Integer, String> contents) {
    AddedToken same = tokens.putIfAbsent(token.content(), token);
    String content = contents.putIfAbsent(token.id(), token.content());
    if ((same != null && same.id() != token.id())
        || (content != null && !content.equals(token.content()))) {
      throw entry.fail(
          "the token that tokenizer.json has as number " + (same == null ? token.id() : same.id()));
    }
  }
}

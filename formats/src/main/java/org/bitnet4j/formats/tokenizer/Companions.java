package org.bitnet4j.formats.tokenizer;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.function.Function;
import org.bitnet4j.formats.json.JsonTree;
import org.bitnet4j.quant.MalformedFileException;
import org.jspecify.annotations.Nullable;

/// The small files around a tokenizer: tokenizer_config.json, special_tokens_map.json,
/// added_tokens.json, config.json, generation_config.json and the chat templates.
final class Companions {
  private static final String CONFIG = "config.json";
  private static final String SPECIAL_TOKENS_MAP = "special_tokens_map.json";
  private static final String ADDED_TOKENS = "added_tokens.json";

  /// Eight times the largest public tokenizer_config.json.
  private static final int MAX_BYTES = 8 << 20;

  private final SortedMap<String, byte[]> files;
  private final @Nullable JsonTree tokenizerConfig;
  private final @Nullable JsonTree specialTokens;
  private final @Nullable JsonTree addedTokens;
  private final @Nullable JsonTree config;
  private final SequencedMap<String, String> templates;

  Companions(SortedMap<String, byte[]> files) {
    this.files = files;
    this.tokenizerConfig = parse(files, ChatTemplates.TOKENIZER_CONFIG);
    this.specialTokens = parse(files, SPECIAL_TOKENS_MAP);
    this.addedTokens = parse(files, ADDED_TOKENS);
    this.config = parse(files, CONFIG);
    this.templates = ChatTemplates.of(files);
  }

  private static @Nullable JsonTree parse(SortedMap<String, byte[]> files, String name) {
    byte[] text = files.get(name);
    if (text == null) {
      return null;
    }
    JsonTree tree = parse(name, text);
    tree.entries(); // refuses anything but an object
    return tree;
  }

  /// Parses one of them.
  static JsonTree parse(String name, byte[] text) {
    if (text.length > MAX_BYTES) {
      throw new MalformedFileException(
          name,
          -1,
          "size",
          text.length + " bytes",
          "at most " + MAX_BYTES + " bytes",
          "Such a file has a megabyte at most: check what it is.");
    }
    return JsonTree.parse(name, text);
  }

  /// The chat templates by name.
  SequencedMap<String, String> templates() {
    return templates;
  }

  /// All added tokens: those of the tokenizer's own file, then what the others have beyond them.
  SequencedMap<String, AddedToken> addedTokens(List<AddedToken> own) {
    return AddedTokens.of(own, tokenizerConfig, addedTokens);
  }

  /// A truth value of tokenizer_config.json.
  Optional<Boolean> flag(String key) {
    return tokenizerConfig == null
        ? Optional.empty()
        : tokenizerConfig.find(key).map(JsonTree::truth);
  }

  /// The numbers of the tokens with a role: by the text in tokenizer_config.json or
  /// special_tokens_map.json, else by the number in config.json.
  ///
  /// @param idOf the number of a text
  /// @param size how many numbers there are
  Map<SpecialToken, Integer> special(Function<String, Optional<Integer>> idOf, int size) {
    Map<SpecialToken, Integer> special = new EnumMap<>(SpecialToken.class);
    for (SpecialToken role : SpecialToken.values()) {
      declared(role)
          .flatMap(idOf)
          .or(() -> configured(role, size))
          .ifPresent(id -> special.put(role, id));
    }
    return special;
  }

  private Optional<String> declared(SpecialToken role) {
    for (JsonTree file : new @Nullable JsonTree[] {tokenizerConfig, specialTokens}) {
      Optional<JsonTree> entry = file == null ? Optional.empty() : file.find(role.textEntry());
      if (entry.isPresent()) {
        JsonTree token = entry.get();
        return Optional.of(token.isObject() ? token.get("content").text() : token.text());
      }
    }
    return Optional.empty();
  }

  /// Of several numbers the first; −1 means none.
  private Optional<Integer> configured(SpecialToken role, int size) {
    return Optional.ofNullable(config)
        .flatMap(file -> file.find(role.idEntry()))
        .flatMap(entry -> StopTokens.ids(entry).stream().findFirst())
        .filter(id -> id < size);
  }

  /// Adds the token that ends a turn, where it is none of the roles yet.
  void addEndOfTurn(Map<SpecialToken, Integer> special, List<String> tokens) {
    StopTokens.endOfTurn(files, special, tokens, templates.values())
        .ifPresent(id -> special.putIfAbsent(SpecialToken.END_OF_TURN, id));
  }
}

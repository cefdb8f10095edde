package org.bitnet4j.formats.tokenizer;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SortedMap;
import org.bitnet4j.formats.json.JsonTree;
import org.bitnet4j.quant.MalformedFileException;
import org.jspecify.annotations.Nullable;

/// Puts a tokenizer together from tokenizer.json and the small files around it.
final class HuggingFaceTokenizer {
  private static final String CONFIG = "config.json";
  private static final String SPECIAL_TOKENS_MAP = "special_tokens_map.json";
  private static final String ADDED_TOKENS = "added_tokens.json";

  /// Numbers without a token: of as many as the table of embeddings has beyond the vocabulary, but
  /// not of more than a file can make us believe.
  private static final int MAX_UNUSED = 1 << 16;

  private final TokenizerJson json;
  private final @Nullable JsonTree tokenizerConfig;
  private final @Nullable JsonTree specialTokens;
  private final @Nullable JsonTree config;
  private final SequencedMap<String, String> templates;
  private final SortedMap<String, byte[]> sideFiles;
  private final SequencedMap<String, AddedToken> added;
  private final Map<String, Integer> addedIds = new HashMap<>();

  HuggingFaceTokenizer(SortedMap<String, byte[]> sideFiles, byte[] tokenizerJson) {
    this.sideFiles = sideFiles;
    this.json = TokenizerJson.parse(tokenizerJson);
    this.tokenizerConfig = parse(sideFiles, ChatTemplates.TOKENIZER_CONFIG);
    this.specialTokens = parse(sideFiles, SPECIAL_TOKENS_MAP);
    this.config = parse(sideFiles, CONFIG);
    this.templates = ChatTemplates.of(sideFiles);
    this.added = AddedTokens.of(json, tokenizerConfig, parse(sideFiles, ADDED_TOKENS));
    added.values().forEach(token -> addedIds.put(token.content(), token.id()));
  }

  private static @Nullable JsonTree parse(SortedMap<String, byte[]> files, String name) {
    byte[] text = files.get(name);
    if (text == null) {
      return null;
    }
    JsonTree tree = JsonTree.parse(name, text);
    tree.entries(); // refuses anything but an object
    return tree;
  }

  /// The tokenizer.
  ///
  /// @param vocabSize rows of the embedding table, 0 where nobody says
  /// @param preTokenizer name of the pre-tokenizer, absent to find it out
  TokenizerModel read(int vocabSize, @Nullable String preTokenizer) {
    Family family = json.family();
    requireNormalizer(family);
    List<String> tokens = tokens(vocabSize);
    List<TokenType> types = types(family, tokens);
    EncodingTemplate template = EncodingTemplate.of(json.postProcessor());
    Map<SpecialToken, Integer> special = special(template, tokens);
    return new TokenizerModel(
        family,
        preTokenizer == null ? preTokenizer(family) : preTokenizer,
        tokens,
        types,
        json.merges(),
        family == Family.SENTENCE_PIECE && spacePrefix(),
        special,
        flag("add_bos_token").orElse(template.begin() != null),
        flag("add_eos_token")
            .or(() -> template.end() == null ? Optional.empty() : Optional.of(true)),
        templates,
        frame());
  }

  private Optional<String> frame() {
    return json.frame().isComplete() ? Optional.of(json.frame().text()) : Optional.empty();
  }

  /// GGUF engines normalize nothing. Composing characters (NFC) is left to them by all converters,
  /// as text is nearly always composed already; anything else would change every text.
  private void requireNormalizer(Family family) {
    JsonTree normalizer = json.normalizer();
    if (family == Family.BYTE_LEVEL
        && normalizer != null
        && !normalizer.get("type").text().equals("NFC")) {
      throw TokenizerJson.unsupported(
          normalizer,
          "normalizer",
          "NFC or none",
          "GGUF engines do not normalize text: keep the model in Hugging Face form.");
    }
  }

  private String preTokenizer(Family family) {
    return family == Family.SENTENCE_PIECE
        ? PreTokenizers.DEFAULT
        : json.preTokenizerName()
            .orElseThrow(() ->
                TokenizerJson.unsupported(
                    json.preTokenizer(),
                    "pre_tokenizer",
                    "one that tokenizer.ggml.pre has a name for, got steps "
                        + json.steps()
                        + " with ignore_merges "
                        + json.ignoreMerges(),
                    "Give the name that the engine knows it by."));
  }

  private boolean spacePrefix() {
    boolean prefix = SpaceMark.hasPrefix(json);
    return flag("add_prefix_space").orElse(prefix);
  }

  private Optional<Boolean> flag(String key) {
    return tokenizerConfig == null
        ? Optional.empty()
        : tokenizerConfig.find(key).map(JsonTree::truth);
  }

  private List<String> tokens(int vocabSize) {
    int highest = -1;
    for (int id : json.vocabulary().values()) {
      highest = Math.max(highest, id);
    }
    for (AddedToken token : added.values()) {
      highest = Math.max(highest, token.id());
    }
    long present = json.vocabulary().size() + (long) added.size();
    int size = Math.max(vocabSize, highest + 1);
    if (vocabSize > 0 && size > vocabSize) {
      throw fault("token " + highest, "below vocab_size " + vocabSize + " of config.json");
    }
    if (size > 4 * present + MAX_UNUSED) {
      throw fault(size + " numbers for " + present + " tokens", "a vocabulary without large holes");
    }
    List<@Nullable String> tokens = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      tokens.add(null);
    }
    json.vocabulary().forEach((text, id) -> tokens.set(id, text));
    for (AddedToken token : added.values()) {
      String before = tokens.set(token.id(), token.content());
      Integer other = json.vocabulary().get(token.content());
      if ((before != null && !before.equals(token.content()))
          || (other != null && other != token.id())) {
        throw fault(
            "added token " + token.id() + " \"" + token.content() + "\"",
            "the same as in the vocabulary, which has "
                + (before == null ? "" : "\"" + before + "\" there")
                + (other == null ? "" : " it at " + other));
      }
    }
    List<String> complete = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      String token = tokens.get(i);
      complete.add(token == null ? "[PAD" + i + "]" : token);
    }
    return complete;
  }

  private static MalformedFileException fault(String found, String allowed) {
    return new MalformedFileException(
        TokenizerJson.FILE,
        -1,
        "vocabulary",
        found,
        allowed,
        "Take tokenizer and configuration of the same model.");
  }

  private List<TokenType> types(Family family, List<String> tokens) {
    List<TokenType> types = new ArrayList<>(tokens.size());
    for (int id = 0; id < tokens.size(); id++) {
      String token = tokens.get(id);
      AddedToken extra = addedAt(id, token);
      Integer ordinary = json.vocabulary().get(token);
      TokenType type = TokenType.NORMAL;
      if (extra == null && (ordinary == null || ordinary != id)) {
        type = TokenType.UNUSED;
      } else if (family == Family.SENTENCE_PIECE && token.equals(json.unknown())) {
        type = TokenType.UNKNOWN;
      } else if (extra != null) {
        type = extra.isControl() ? TokenType.CONTROL : TokenType.USER_DEFINED;
      } else if (family == Family.SENTENCE_PIECE && ByteToken.isByte(token)) {
        type = TokenType.BYTE;
      }
      types.add(type);
    }
    return types;
  }

  private @Nullable AddedToken addedAt(int id, String token) {
    AddedToken found = added.get(token);
    return found == null || found.id() != id ? null : found;
  }

  private Map<SpecialToken, Integer> special(EncodingTemplate template, List<String> tokens) {
    Map<SpecialToken, Integer> special = new EnumMap<>(SpecialToken.class);
    for (SpecialToken role : SpecialToken.values()) {
      declared(role)
          .flatMap(text -> json.idOf(text, addedIds))
          .or(() -> configured(role, tokens.size()))
          .ifPresent(id -> special.put(role, id));
    }
    String unknown = json.unknown();
    if (unknown != null) {
      json.idOf(unknown, addedIds).ifPresent(id -> special.putIfAbsent(SpecialToken.UNKNOWN, id));
    }
    if (template.begin() != null) {
      special.put(SpecialToken.BEGIN, templateToken(template.begin()));
    }
    if (template.end() != null) {
      Integer before = special.put(SpecialToken.END, templateToken(template.end()));
      if (before != null && !before.equals(special.get(SpecialToken.END))) {
        special.putIfAbsent(SpecialToken.END_OF_TURN, before);
      }
    }
    StopTokens.endOfTurn(sideFiles, special, tokens, templates.values())
        .ifPresent(id -> special.putIfAbsent(SpecialToken.END_OF_TURN, id));
    return special;
  }

  private int templateToken(String text) {
    return json.idOf(text, addedIds)
        .orElseThrow(() ->
            TokenizerJson.unsupported(
                json.postProcessor(),
                "post_processor",
                "tokens of the vocabulary, which has no \"" + text + "\"",
                "Fetch the file again or repair what wrote it."));
  }

  /// The text of a role in tokenizer_config.json or special_tokens_map.json.
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

  /// The number of a role in config.json, where it has one: of several the first; −1 means none.
  private Optional<Integer> configured(SpecialToken role, int size) {
    return Optional.ofNullable(config)
        .flatMap(file -> file.find(role.idEntry()))
        .flatMap(entry -> StopTokens.ids(entry).stream().findFirst())
        .filter(id -> id < size);
  }
}

package org.bitnet4j.formats.tokenizer;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import org.bitnet4j.formats.json.JsonTree;
import org.jspecify.annotations.Nullable;

/// Puts a tokenizer together from tokenizer.json and the small files around it.
final class HuggingFaceTokenizer {
  private final TokenizerJson json;
  private final Companions companions;

  HuggingFaceTokenizer(SortedMap<String, byte[]> sideFiles, byte[] tokenizerJson) {
    this.json = TokenizerJson.parse(tokenizerJson);
    this.companions = new Companions(sideFiles);
  }

  /// The tokenizer.
  ///
  /// @param vocabSize rows of the embedding table, 0 where nobody says
  /// @param preTokenizer name of the pre-tokenizer, absent to find it out
  TokenizerModel read(int vocabSize, @Nullable String preTokenizer) {
    Family family = json.family();
    requireNormalizer(family);
    VocabularyTable table =
        new VocabularyTable(
            TokenizerJson.FILE,
            json.vocabulary(),
            companions.addedTokens(json.addedTokens()),
            vocabSize);
    List<String> tokens = table.tokens();
    EncodingTemplate template = EncodingTemplate.of(json.postProcessor());
    return new TokenizerModel(
        family,
        preTokenizer == null ? preTokenizer(family) : preTokenizer,
        tokens,
        table.types((id, added) -> type(family, tokens.get(id), added)),
        Optional.empty(),
        json.merges(),
        family == Family.SENTENCE_PIECE && spacePrefix(),
        special(template, table),
        companions.flag("add_bos_token").orElse(template.begin() != null),
        companions
            .flag("add_eos_token")
            .or(() -> template.end() == null ? Optional.empty() : Optional.of(true)),
        companions.templates(),
        json.frame().isComplete() ? Optional.of(json.frame().text()) : Optional.empty());
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
    return companions.flag("add_prefix_space").orElse(prefix);
  }

  private TokenType type(Family family, String token, @Nullable AddedToken added) {
    boolean pieces = family == Family.SENTENCE_PIECE;
    if (pieces && token.equals(json.unknown())) {
      return TokenType.UNKNOWN;
    }
    if (added != null) {
      return added.isControl() ? TokenType.CONTROL : TokenType.USER_DEFINED;
    }
    return pieces && ByteToken.isByte(token) ? TokenType.BYTE : TokenType.NORMAL;
  }

  private Map<SpecialToken, Integer> special(EncodingTemplate template, VocabularyTable table) {
    Map<SpecialToken, Integer> special = companions.special(table::idOf, table.tokens().size());
    String unknown = json.unknown();
    if (unknown != null) {
      table.idOf(unknown).ifPresent(id -> special.putIfAbsent(SpecialToken.UNKNOWN, id));
    }
    if (template.begin() != null) {
      special.put(SpecialToken.BEGIN, templateToken(template.begin(), table));
    }
    if (template.end() != null) {
      Integer before = special.put(SpecialToken.END, templateToken(template.end(), table));
      if (before != null && !before.equals(special.get(SpecialToken.END))) {
        special.putIfAbsent(SpecialToken.END_OF_TURN, before);
      }
    }
    companions.addEndOfTurn(special, table.tokens());
    return special;
  }

  private int templateToken(String text, VocabularyTable table) {
    return table
        .idOf(text)
        .orElseThrow(() ->
            TokenizerJson.unsupported(
                json.postProcessor(),
                "post_processor",
                "tokens of the vocabulary, which has no \"" + text + "\"",
                "Fetch the file again or repair what wrote it."));
  }
}

package org.bitnet4j.formats.tokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.BiFunction;
import org.bitnet4j.quant.MalformedFileException;
import org.jspecify.annotations.Nullable;

/// The tokens of a tokenizer by their numbers: its own, the added ones, and names for the numbers
/// in between and behind that have none.
final class VocabularyTable {
  /// Numbers without a token: as many as the table of embeddings has beyond the vocabulary, but not
  /// more than a file can make us believe.
  private static final int MAX_UNUSED = 1 << 16;

  private final String file;
  private final Map<String, Integer> own;
  private final SequencedMap<String, AddedToken> added;
  private final List<String> tokens;

  /// Puts the tokens together.
  ///
  /// @param file name of the tokenizer's file, for messages
  /// @param own its tokens, each number once
  /// @param added added tokens by their content
  /// @param vocabSize rows of the embedding table, 0 where nobody says
  VocabularyTable(
      String file,
      Map<String, Integer> own,
      SequencedMap<String, AddedToken> added,
      int vocabSize) {
    this.file = file;
    this.own = own;
    this.added = added;
    int size = size(vocabSize);
    List<@Nullable String> sparse = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      sparse.add(null);
    }
    own.forEach((text, id) -> sparse.set(id, text));
    for (AddedToken token : added.values()) {
      String before = sparse.set(token.id(), token.content());
      Integer other = own.get(token.content());
      if ((before != null && !before.equals(token.content()))
          || (other != null && other != token.id())) {
        throw fault(
            "added token " + token.id() + " \"" + token.content() + "\"",
            "the same as in the vocabulary, which has "
                + (before == null ? "" : "\"" + before + "\" there")
                + (other == null ? "" : " it at " + other));
      }
    }
    this.tokens = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      String token = sparse.get(i);
      tokens.add(token == null ? "[PAD" + i + "]" : token);
    }
  }

  private int size(int vocabSize) {
    int highest = -1;
    for (int id : own.values()) {
      highest = Math.max(highest, id);
    }
    for (AddedToken token : added.values()) {
      highest = Math.max(highest, token.id());
    }
    if (highest < 0) {
      throw fault("nothing", "of one token at least");
    }
    if (vocabSize > 0 && highest >= vocabSize) {
      throw fault("token " + highest, "below vocab_size " + vocabSize + " of config.json");
    }
    int size = Math.max(vocabSize, highest + 1);
    long present = own.size() + (long) added.size();
    if (size > 4 * present + MAX_UNUSED) {
      throw fault(size + " numbers for " + present + " tokens", "a vocabulary without large holes");
    }
    return size;
  }

  private MalformedFileException fault(String found, String allowed) {
    return new MalformedFileException(
        file,
        -1,
        "vocabulary",
        found,
        allowed,
        "Take tokenizer and configuration of the same model.");
  }

  /// Texts by number, without a hole.
  List<String> tokens() {
    return tokens;
  }

  /// What each token is.
  ///
  /// @param type the type of a token by its number and the added token it is, if any
  List<TokenType> types(BiFunction<Integer, @Nullable AddedToken, TokenType> type) {
    List<TokenType> types = new ArrayList<>(tokens.size());
    for (int id = 0; id < tokens.size(); id++) {
      AddedToken extra = added.get(tokens.get(id));
      Integer ordinary = own.get(tokens.get(id));
      boolean isAdded = extra != null && extra.id() == id;
      types.add(
          !isAdded && (ordinary == null || ordinary != id)
              ? TokenType.UNUSED
              : type.apply(id, isAdded ? extra : null));
    }
    return types;
  }

  /// The number of a text: of an added token, else of the tokenizer's own.
  Optional<Integer> idOf(String text) {
    AddedToken token = added.get(text);
    return Optional.ofNullable(token == null ? own.get(text) : Integer.valueOf(token.id()));
  }
}

package org.bitnet4j.formats.tokenizer;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/// Puts a tokenizer together from tokenizer.model and the small files around it, as transformers'
/// LlamaTokenizer reads them.
final class PieceTokenizer {
  private PieceTokenizer() {}

  /// The tokenizer.
  ///
  /// @param sideFiles the small files
  /// @param model tokenizer.model
  /// @param vocabSize rows of the embedding table, 0 where nobody says
  static TokenizerModel read(SortedMap<String, byte[]> sideFiles, byte[] model, int vocabSize) {
    SentencePieceModel pieces = SentencePieceModel.parse(model);
    Companions companions = new Companions(sideFiles);
    VocabularyTable table =
        new VocabularyTable(
            SentencePieceModel.FILE, pieces.pieces(), companions.addedTokens(List.of()), vocabSize);
    List<TokenType> types = table.types((id, added) -> type(pieces, id, added));
    return new TokenizerModel(
        Family.SENTENCE_PIECE,
        PreTokenizers.DEFAULT,
        table.tokens(),
        types,
        Optional.of(pieces.scores().extended(types)),
        List.of(),
        companions.flag("add_prefix_space").orElse(pieces.spacePrefix()),
        special(companions, table, types),
        companions.flag("add_bos_token").orElse(true),
        companions.flag("add_eos_token"),
        companions.templates(),
        Optional.empty());
  }

  private static TokenType type(SentencePieceModel pieces, int id, @Nullable AddedToken added) {
    TokenType own = id < pieces.types().size() ? pieces.types().get(id) : TokenType.NORMAL;
    if (added == null || own == TokenType.UNKNOWN || own == TokenType.BYTE) {
      return own;
    }
    return added.isControl() ? TokenType.CONTROL : TokenType.USER_DEFINED;
  }

  private static Map<SpecialToken, Integer> special(
      Companions companions, VocabularyTable table, List<TokenType> types) {
    Map<SpecialToken, Integer> special = companions.special(table::idOf, table.tokens().size());
    int unknown = types.indexOf(TokenType.UNKNOWN);
    if (unknown >= 0) {
      special.putIfAbsent(SpecialToken.UNKNOWN, unknown);
    }
    table.idOf("<s>").ifPresent(id -> special.putIfAbsent(SpecialToken.BEGIN, id));
    table.idOf("</s>").ifPresent(id -> special.putIfAbsent(SpecialToken.END, id));
    companions.addEndOfTurn(special, table.tokens());
    return special;
  }
}

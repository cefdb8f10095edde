package org.bitnet4j.formats.tokenizer;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/// A tokenizer as both formats can say it.
///
/// @param family which kind of BPE
/// @param preTokenizer value of `tokenizer.ggml.pre`
/// @param tokens texts by number, without a hole
/// @param types what each one is
/// @param scores for SENTENCE_PIECE, how early each token merges, where a file says so
/// @param merges both parts joined by a space, earliest first; where scores are given none, or
///   those that do the same
/// @param spacePrefix whether text is given a space in front
/// @param special numbers of tokens with a role
/// @param addsBegin whether text is encoded with the begin token in front
/// @param addsEnd whether text is encoded with the end token behind, empty where nobody says
/// @param templates chat templates by name, `default` for the one without
/// @param frame text of the tokenizer.json that this comes from, without vocabulary and merges
record TokenizerModel(
    Family family,
    String preTokenizer,
    List<String> tokens,
    List<TokenType> types,
    Optional<Scores> scores,
    List<String> merges,
    boolean spacePrefix,
    Map<SpecialToken, Integer> special,
    boolean addsBegin,
    Optional<Boolean> addsEnd,
    SequencedMap<String, String> templates,
    Optional<String> frame) {
  /// The text of a token with a role.
  Optional<String> text(SpecialToken role) {
    return Optional.ofNullable(special.get(role)).map(tokens::get);
  }
}

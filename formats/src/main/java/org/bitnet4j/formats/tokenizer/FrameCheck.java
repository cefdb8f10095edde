package org.bitnet4j.formats.tokenizer;

import java.util.HashSet;
import java.util.Set;

/// Whether the tokenizer.json that a tokenizer comes from still says what the keys say: somebody
/// may have changed a key since, and then the key is what counts.
final class FrameCheck {
  private FrameCheck() {}

  /// Whether both say the same.
  ///
  /// @param frame the file without vocabulary and merges
  /// @param model what the keys say
  static boolean agree(TokenizerJson frame, TokenizerModel model) {
    return frame.frame().isComplete()
        && frame.vocabulary().isEmpty()
        && frame.merges().isEmpty()
        && frame.byteFallback() == (model.family() == Family.SENTENCE_PIECE)
        && sameTokens(frame, model)
        && sameTemplate(EncodingTemplate.of(frame.postProcessor()), model)
        && (model.family() == Family.SENTENCE_PIECE
            ? samePieces(frame, model)
            : sameWords(frame, model));
  }

  private static boolean sameTokens(TokenizerJson frame, TokenizerModel model) {
    Set<Integer> added = new HashSet<>();
    for (AddedToken token : frame.addedTokens()) {
      int id = token.id();
      if (id >= model.tokens().size()
          || !model.tokens().get(id).equals(token.content())
          || !sameType(token, model.types().get(id))) {
        return false;
      }
      added.add(id);
    }
    for (int id = 0; id < model.tokens().size(); id++) {
      if (isAdded(model, id) && !added.contains(id)) {
        return false;
      }
    }
    return true;
  }

  private static boolean sameType(AddedToken token, TokenType type) {
    return type == TokenType.UNKNOWN
        || type == (token.isControl() ? TokenType.CONTROL : TokenType.USER_DEFINED);
  }

  /// A token for the unknown may be one of the model alone.
  private static boolean isAdded(TokenizerModel model, int id) {
    TokenType type = model.types().get(id);
    return type.isAdded() && type != TokenType.UNKNOWN;
  }

  private static boolean sameTemplate(EncodingTemplate template, TokenizerModel model) {
    String begin = model.addsBegin() ? model.text(SpecialToken.BEGIN).orElse(null) : null;
    String end = model.addsEnd().orElse(false) ? model.text(SpecialToken.END).orElse(null) : null;
    return template.equals(new EncodingTemplate(begin, end));
  }

  private static boolean samePieces(TokenizerJson frame, TokenizerModel model) {
    return SpaceMark.hasPrefix(frame) == model.spacePrefix()
        && model.text(SpecialToken.UNKNOWN).map(text -> text.equals(frame.unknown())).orElse(true);
  }

  /// Steps without a name came with a name that the caller gave.
  private static boolean sameWords(TokenizerJson frame, TokenizerModel model) {
    return PreTokenizers.nameOf(frame.steps(), frame.ignoreMerges(), model.merges().isEmpty())
        .map(name -> PreTokenizers.areSame(name, model.preTokenizer()))
        .orElse(!PreTokenizers.isKnown(model.preTokenizer()));
  }
}

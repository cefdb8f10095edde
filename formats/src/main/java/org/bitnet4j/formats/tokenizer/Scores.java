package org.bitnet4j.formats.tokenizer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bitnet4j.quant.MalformedFileException;

/// The scores of a SentencePiece vocabulary and the merges that do the same.
///
/// A SentencePiece engine joins the neighbours whose joint text is a token with the highest score;
/// BPE with these merges does the same: every pair of tokens that make a token, highest score
/// first, longer parts first. This is how transformers converts SentencePiece models.
final class Scores {
  /// No piece of a public model is near this: it bounds the work on a hostile file.
  private static final int MAX_LENGTH = 256;

  /// Public vocabularies have two or three merges a token.
  private static final int MAX_MERGES_PER_TOKEN = 16;

  private static final float OF_ADDED = -1000;
  private static final float OF_UNUSED = -10_000;

  private final float[] values;

  private Scores(float[] values) {
    this.values = values;
  }

  /// Scores by number; the array may not be changed afterwards.
  static Scores of(float... values) {
    return new Scores(values);
  }

  /// The scores with those of added and unused tokens behind them.
  ///
  /// @param types what each token is, at least as many as scores
  Scores extended(List<TokenType> types) {
    float[] longer = Arrays.copyOf(values, types.size());
    for (int id = values.length; id < longer.length; id++) {
      longer[id] = types.get(id) == TokenType.UNUSED ? OF_UNUSED : OF_ADDED;
    }
    return new Scores(longer);
  }

  /// A copy by number.
  float[] toArray() {
    return values.clone();
  }

  /// The scores for merges: the rank of the first merge that makes a token, negated, puts them in
  /// the same order. Tokens that no merge makes are never competed for.
  ///
  /// @param merges both parts joined by a space, earliest first
  static Scores ofMerges(List<String> tokens, List<TokenType> types, List<String> merges) {
    Map<String, Integer> ranks = new HashMap<>();
    for (int rank = 0; rank < merges.size(); rank++) {
      String merge = merges.get(rank);
      int space = merge.indexOf(' ');
      ranks.putIfAbsent(merge.substring(0, space) + merge.substring(space + 1), rank);
    }
    float[] scores = new float[tokens.size()];
    for (int id = 0; id < scores.length; id++) {
      scores[id] =
          switch (types.get(id)) {
            case UNUSED -> OF_UNUSED;
            case CONTROL, USER_DEFINED -> OF_ADDED;
            case NORMAL -> -ranks.getOrDefault(tokens.get(id), 0);
            case UNDEFINED, UNKNOWN, BYTE -> 0;
          };
    }
    return new Scores(scores);
  }

  private record Merge(String left, String right, float score) {}

  /// The merges for scores, both parts joined by a space, earliest first.
  List<String> toMerges(List<String> tokens, List<TokenType> types) {
    Map<String, Integer> ids = new HashMap<>();
    for (int id = 0; id < tokens.size(); id++) {
      if (isPiece(types.get(id))) {
        ids.put(tokens.get(id), id);
      }
    }
    List<Merge> merges = new ArrayList<>();
    for (int id = 0; id < tokens.size(); id++) {
      if (isPiece(types.get(id))) {
        merges.addAll(merges(id, tokens.get(id), values[id], ids));
        if (merges.size() > (long) MAX_MERGES_PER_TOKEN * tokens.size()) {
          throw fault(
              "merges",
              "more than " + MAX_MERGES_PER_TOKEN + " for each token",
              "as few as in a vocabulary of words");
        }
      }
    }
    merges.sort(
        Comparator.comparingDouble(Merge::score)
            .thenComparingInt(merge -> merge.left.length())
            .thenComparingInt(merge -> merge.right.length())
            .reversed());
    return merges.stream().map(merge -> merge.left + " " + merge.right).toList();
  }

  private static MalformedFileException fault(String field, String found, String allowed) {
    return new MalformedFileException(
        "GGUF metadata",
        -1,
        field,
        found,
        allowed,
        "Fetch the file again or repair what wrote it.");
  }

  private static boolean isPiece(TokenType type) {
    return type == TokenType.NORMAL || type == TokenType.UNDEFINED;
  }

  private static List<Merge> merges(int id, String token, float score, Map<String, Integer> ids) {
    if (token.length() > MAX_LENGTH) {
      throw fault(
          "token " + id,
          token.length() + " characters",
          "at most " + MAX_LENGTH + " characters for a piece of text");
    }
    List<Merge> merges = new ArrayList<>();
    for (int at = 1; at < token.length(); at++) {
      String left = token.substring(0, at);
      String right = token.substring(at);
      // A merge is written with a space between its parts.
      if (ids.containsKey(left)
          && ids.containsKey(right)
          && left.indexOf(' ') < 0
          && right.indexOf(' ') < 0) {
        merges.add(new Merge(left, right, score));
      }
    }
    merges.sort(
        Comparator.comparing((Merge merge) -> ids.get(merge.left))
            .thenComparing(merge -> ids.get(merge.right)));
    return merges;
  }
}

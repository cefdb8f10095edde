package org.bitnet4j.models.tokenizer;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;

/// Byte pair encoding learned from a text: merges as real tokenizers have them, and the slow way to
/// apply them that shows what the fast one must do.
///
/// @param tokens the alphabet, then what each merge makes
/// @param merges both parts joined by a space
record TrainedBpe(SequencedSet<String> tokens, List<String> merges) {
  static TrainedBpe train(SequencedSet<String> alphabet, List<String> words, int merges) {
    Map<List<String>, Integer> counts = new LinkedHashMap<>();
    for (String word : words) {
      counts.merge(characters(word), 1, Integer::sum);
    }
    SequencedSet<String> tokens = new LinkedHashSet<>(alphabet);
    List<String> learned = new ArrayList<>();
    while (learned.size() < merges) {
      Map<String, Integer> pairs = new HashMap<>();
      counts.forEach((word, count) -> {
        for (int i = 0; i + 1 < word.size(); i++) {
          pairs.merge(word.get(i) + " " + word.get(i + 1), count, Integer::sum);
        }
      });
      String best =
          pairs.entrySet().stream()
              .max(
                  Map.Entry.<String, Integer>comparingByValue()
                      .thenComparing(Map.Entry.comparingByKey(Comparator.reverseOrder())))
              .orElseThrow()
              .getKey();
      learned.add(best);
      tokens.add(best.replace(" ", ""));
      Map<List<String>, Integer> next = new LinkedHashMap<>();
      counts.forEach((word, count) -> next.merge(merged(word, best), count, Integer::sum));
      counts = next;
    }
    return new TrainedBpe(tokens, learned);
  }

  static List<String> characters(String word) {
    return word.codePoints().mapToObj(Character::toString).toList();
  }

  /// A word with one pair merged wherever it stands, from the left.
  private static List<String> merged(List<String> word, String pair) {
    List<String> result = new ArrayList<>();
    for (int i = 0; i < word.size(); i++) {
      if (i + 1 < word.size() && (word.get(i) + " " + word.get(i + 1)).equals(pair)) {
        result.add(word.get(i) + word.get(i + 1));
        i++;
      } else {
        result.add(word.get(i));
      }
    }
    return result;
  }

  /// Applies the merges to a word, earliest first: the definition.
  List<String> encode(String word) {
    List<String> parts = characters(word);
    for (String merge : merges) {
      parts = merged(parts, merge);
    }
    return parts;
  }
}

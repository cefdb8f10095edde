package org.bitnet4j.quant.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;

/// The known word that is nearest to an unknown one, by edit distance without case and separators.
final class Suggestion {
  // Longer words are no misspelling of a key, and distance costs the product of the lengths.
  private static final int LONGEST = 80;

  private Suggestion() {}

  /// A sentence that names the nearest known word.
  ///
  /// @param kind what the words are, as in `key`
  /// @param unknown the word that is not known
  /// @param known the words that are; at least one
  static String among(String kind, String unknown, Collection<String> known) {
    if (unknown.length() > LONGEST) {
      return "Use a known " + kind + ": " + String.join(", ", known) + ".";
    }
    String nearest =
        known.stream()
            .min(Comparator.comparingInt(word -> distance(folded(unknown), folded(word))))
            .orElseThrow();
    return "The nearest " + kind + " is " + nearest + ".";
  }

  private static String folded(String word) {
    return word.toLowerCase(Locale.ROOT).replace("_", "").replace("-", "");
  }

  private static int distance(String a, String b) {
    int[] previous = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] current = new int[b.length() + 1];
      current[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substituted = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        current[j] = Math.min(substituted, 1 + Math.min(previous[j], current[j - 1]));
      }
      previous = current;
    }
    return previous[b.length()];
  }
}

package org.bitnet4j.models.sampling;

import java.util.Arrays;

/// How often each token was seen among the last ones.
final class SeenTokens {
  private final int[] counts;

  /// The tokens with a count, in no order, and where each stands among them.
  private final int[] distinct;

  private final int[] places;
  private int size;

  /// The last tokens, in a ring; empty where all count.
  private final int[] window;

  private final boolean bounded;
  private long total;

  /// Nothing seen.
  ///
  /// @param vocabulary number of tokens
  /// @param window how many of the last count, −1 for all
  SeenTokens(int vocabulary, int window) {
    this.counts = new int[vocabulary];
    this.distinct = new int[vocabulary];
    this.places = new int[vocabulary];
    this.bounded = window >= 0;
    this.window = new int[Math.max(0, window)];
  }

  void add(int token) {
    if (bounded) {
      if (window.length == 0) {
        return;
      }
      int place = (int) (total % window.length);
      if (total >= window.length) {
        remove(window[place]);
      }
      window[place] = token;
    }
    total++;
    if (counts[token]++ == 0) {
      places[token] = size;
      distinct[size++] = token;
    }
  }

  private void remove(int token) {
    if (--counts[token] == 0) {
      int last = distinct[--size];
      distinct[places[token]] = last;
      places[last] = places[token];
    }
  }

  /// Number of different tokens seen.
  int size() {
    return size;
  }

  /// One of them.
  int token(int index) {
    return distinct[index];
  }

  /// How often a token was seen.
  int count(int token) {
    return counts[token];
  }

  void clear() {
    Arrays.fill(counts, 0);
    size = 0;
    total = 0;
  }
}

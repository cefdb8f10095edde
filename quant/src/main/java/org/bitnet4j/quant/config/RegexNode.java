package org.bitnet4j.quant.config;

import java.util.List;

/// A part of a regular expression.
sealed interface RegexNode {
  /// One character in (or, negated, outside) ranges of first and last code points.
  record Characters(List<int[]> ranges, boolean negated) implements RegexNode {
    boolean contains(int codePoint) {
      for (int[] range : ranges) {
        if (codePoint >= range[0] && codePoint <= range[1]) {
          return !negated;
        }
      }
      return negated;
    }
  }

  /// Parts one after another; none of them for the empty expression.
  record Sequence(List<RegexNode> parts) implements RegexNode {}

  /// One of several.
  record Choice(List<RegexNode> options) implements RegexNode {}

  /// A part repeated; `most` is −1 without an upper bound.
  record Repeat(RegexNode part, int least, int most) implements RegexNode {}

  /// The start of the text.
  record Start() implements RegexNode {}

  /// The end of the text.
  record End() implements RegexNode {}
}

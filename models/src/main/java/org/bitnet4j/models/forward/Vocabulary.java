package org.bitnet4j.models.forward;

import java.util.Objects;

/// What may be fed to a model.
final class Vocabulary {
  private Vocabulary() {}

  /// Refuses tokens that a vocabulary does not have, and none at all.
  ///
  /// @param size of the vocabulary
  static void require(int[] source, int offset, int count, int size) {
    Objects.checkFromIndexSize(offset, count, source.length);
    if (count < 1) {
      throw new IllegalArgumentException("there must be a token to append, got [" + count + "].");
    }
    for (int i = offset; i < offset + count; i++) {
      if (source[i] < 0 || source[i] >= size) {
        throw new IllegalArgumentException(
            "token "
                + (i - offset)
                + " must be in the vocabulary of "
                + size
                + ", got ["
                + source[i]
                + "].");
      }
    }
  }
}

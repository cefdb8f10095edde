package org.bitnet4j.formats.gguf;

/// Lengths of arrays that grow with what a file really holds.
final class Growth {
  private Growth() {}

  /// A length half as large again, and enough.
  ///
  /// @param length present length
  /// @param needed least length
  static int next(int length, int needed) {
    return Math.max(needed, length + (length >> 1));
  }
}

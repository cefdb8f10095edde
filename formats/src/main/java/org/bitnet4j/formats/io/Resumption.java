package org.bitnet4j.formats.io;

/// How an output is resumed.
///
/// @param fingerprint names the work: a run with another one takes nothing up
/// @param batchBytes bytes of finished sections that may be lost in a crash
record Resumption(String fingerprint, long batchBytes) {
  private static final long BATCH_BYTES = 1L << 26;

  /// The resumption of an output of the product.
  static Resumption of(String fingerprint) {
    return new Resumption(fingerprint, BATCH_BYTES);
  }
}

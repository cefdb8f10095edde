package org.bitnet4j.formats.doctor;

/// Is told how an examination goes on, by one thread at a time.
@FunctionalInterface
public interface ExaminationProgress {
  /// Nobody listens.
  ExaminationProgress NONE = (tensor, done, total) -> {};

  /// A tensor has been read.
  ///
  /// @param tensor its name
  /// @param doneBytes bytes read so far
  /// @param totalBytes bytes to read in all
  void examined(String tensor, long doneBytes, long totalBytes);
}

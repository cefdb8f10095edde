package org.bitnet4j.formats.output;

/// Is told how a run goes on, on the thread that runs it.
@FunctionalInterface
public interface Progress {
  /// Nobody listens.
  Progress NONE = (tensor, done, total) -> {};

  /// A tensor is finished.
  ///
  /// @param tensor its name
  /// @param doneBytes bytes of the source finished so far
  /// @param totalBytes bytes of the source in all
  void finished(String tensor, long doneBytes, long totalBytes);
}

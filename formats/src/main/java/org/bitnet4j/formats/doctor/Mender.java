package org.bitnet4j.formats.doctor;

import java.nio.file.Path;
import java.util.List;

/// Writes corrected copies, whole or not at all.
final class Mender {
  private Mender() {}

  /// What was written.
  ///
  /// @param changes what differs from the original, in words
  /// @param omitted files of the original that were not copied
  record Result(List<String> changes, List<String> omitted) {}

  /// Writes a copy.
  ///
  /// @param patient the examined model
  /// @param path where it is
  /// @param output where the copy goes
  /// @param fixes what to change; not empty
  static Result write(Patient patient, Path path, Path output, List<Fix> fixes) {
    GgufFacts gguf = patient.gguf();
    return gguf == null
        ? new HuggingFaceMender(path, fixes).write(output)
        : new GgufMender(gguf.file(), fixes).write(output);
  }
}

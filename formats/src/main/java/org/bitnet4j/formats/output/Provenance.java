package org.bitnet4j.formats.output;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Where an output comes from.
///
/// @param program program and version
/// @param source what is read: a file or directory name
/// @param sourceFiles names of the files behind it
/// @param recipe canonical JSON of the recipe that made the trits, absent where it is not known
/// @param fingerprint changes with anything that the output's bytes depend on: only a run with the
///   same one takes up what an interrupted run has left; absent where nothing shall be taken up
public record Provenance(
    String program,
    String source,
    List<String> sourceFiles,
    @Nullable String recipe,
    @Nullable String fingerprint) {
  /// Copies the list.
  public Provenance {
    sourceFiles = List.copyOf(sourceFiles);
  }
}

package org.bitnet4j.formats.doctor;

import java.util.List;

/// What a correction did.
///
/// @param before what was found in the original
/// @param changes what was changed, in words; empty where nothing could be corrected and nothing
///   was written
/// @param omitted files of the original that the copy does not have
/// @param after what is found in the copy, examined from its file; equal to `before` where nothing
///   was written
public record Mending(
    Diagnosis before, List<String> changes, List<String> omitted, Diagnosis after) {
  /// Copies the lists.
  public Mending {
    changes = List.copyOf(changes);
    omitted = List.copyOf(omitted);
  }
}

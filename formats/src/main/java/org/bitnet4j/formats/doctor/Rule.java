package org.bitnet4j.formats.doctor;

/// One thing that can be wrong with a model.
interface Rule {
  /// Looks for it.
  ///
  /// @param patient the model, every tensor measured
  /// @param findings receives what is found
  void examine(Patient patient, Findings findings);
}

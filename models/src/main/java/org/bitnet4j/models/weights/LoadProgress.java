package org.bitnet4j.models.weights;

/// Told while a model is loaded.
@FunctionalInterface
public interface LoadProgress {
  /// Tells nobody.
  LoadProgress NONE = (done, total, name) -> {};

  /// A part is ready. Called by one thread at a time, in no fixed order of parts.
  ///
  /// @param done how many parts are
  /// @param total how many there are
  /// @param name Hugging Face name of the part
  void loaded(int done, int total, String name);
}

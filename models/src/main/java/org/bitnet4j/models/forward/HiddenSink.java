package org.bitnet4j.models.forward;

/// Takes the hidden state of one text after the other.
@FunctionalInterface
public interface HiddenSink {
  /// Takes a state.
  ///
  /// @param text number of the text
  /// @param hidden its `hidden` values; only valid during the call
  void accept(int text, float[] hidden);
}

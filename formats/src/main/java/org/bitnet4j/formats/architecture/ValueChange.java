package org.bitnet4j.formats.architecture;

/// How the values of a tensor differ between Hugging Face and GGUF.
public enum ValueChange {
  /// They are the same.
  NONE,
  /// A Gemma norm: Hugging Face stores w and multiplies by 1 + w, GGUF stores 1 + w.
  ///
  /// The float32 sum loses bits of w below 2⁻²⁴, so going to GGUF and back returns w with an
  /// absolute error of at most 2⁻²⁴ where |w| < 1.
  ADD_ONE;

  /// The GGUF value of a Hugging Face value.
  ///
  /// @param value any float
  public float toGguf(float value) {
    return switch (this) {
      case NONE -> value;
      case ADD_ONE -> value + 1f;
    };
  }

  /// The Hugging Face value of a GGUF value.
  ///
  /// @param value any float
  public float toHuggingFace(float value) {
    return switch (this) {
      case NONE -> value;
      case ADD_ONE -> value - 1f;
    };
  }
}

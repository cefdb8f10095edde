package org.bitnet4j.formats.quantize;

import java.util.Arrays;
import java.util.Optional;

/// What a quantized checkpoint can be written as.
public enum QuantizationTarget {
  /// One `.trit` container: every configuration.
  TRIT("trit"),
  /// A Hugging Face directory with packed ternary safetensors: one scale per tensor, trits only.
  PACKED_SAFETENSORS("safetensors:packed");

  private final String label;

  QuantizationTarget(String label) {
    this.label = label;
  }

  /// The name users type.
  public String label() {
    return label;
  }

  /// The target of a label.
  ///
  /// @param label `trit` or `safetensors:packed`
  public static Optional<QuantizationTarget> of(String label) {
    return Arrays.stream(values()).filter(target -> target.label.equals(label)).findFirst();
  }
}

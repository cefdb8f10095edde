package org.bitnet4j.formats.huggingface;

import java.util.List;

/// What a packed checkpoint has become.
///
/// @param linearClass `linear_class` of its config.json
/// @param convention what its scales mean
/// @param ternaryWeights how many weights are packed
/// @param roundedScales names of the weights whose multiplier no stored float32 gives back exactly;
///   only where scales divide
public record PackedSummary(
    String linearClass,
    ScaleConvention convention,
    int ternaryWeights,
    List<String> roundedScales) {
  /// Copies the list.
  public PackedSummary {
    roundedScales = List.copyOf(roundedScales);
  }
}

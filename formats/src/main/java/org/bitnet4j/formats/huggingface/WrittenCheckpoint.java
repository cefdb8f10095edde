package org.bitnet4j.formats.huggingface;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.bitnet4j.quant.layout.ScaleRounding;

/// What a checkpoint has become.
///
/// @param storage how its ternary weights are stored
/// @param roundings what storing did to the multipliers of each ternary weight, by name
public record WrittenCheckpoint(
    TernaryStorage storage, SortedMap<String, ScaleRounding> roundings) {
  /// Copies the map.
  public WrittenCheckpoint {
    roundings = Collections.unmodifiableSortedMap(new TreeMap<>(roundings));
  }
}

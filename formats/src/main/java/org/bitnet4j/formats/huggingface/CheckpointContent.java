package org.bitnet4j.formats.huggingface;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// What a Hugging Face checkpoint will hold.
///
/// @param entries all tensors; the order does not matter
/// @param sideFiles configuration and tokenizer by file name; `config.json`, if there is one, gets
///   the entries that the stored weights need
/// @param metadata names and values for the metadata of the safetensors files
public record CheckpointContent(
    List<PackedEntry> entries, SortedMap<String, byte[]> sideFiles, Map<String, String> metadata) {
  /// Copies the collections.
  public CheckpointContent {
    entries = List.copyOf(entries);
    sideFiles = Collections.unmodifiableSortedMap(new TreeMap<>(sideFiles));
    metadata = Map.copyOf(metadata);
  }
}

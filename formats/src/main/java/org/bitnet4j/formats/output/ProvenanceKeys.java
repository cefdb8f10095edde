package org.bitnet4j.formats.output;

import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// The keys under which GGUF and safetensors files say where they come from. Both have them in
/// their header, before the hashes are known: their place is held by zeros until then.
final class ProvenanceKeys {
  /// Canonical JSON of the recipe.
  static final String RECIPE = "bitnet4j.recipe";

  private static final String PROGRAM = "bitnet4j.program";
  private static final String SOURCE = "bitnet4j.source";
  private static final String SOURCE_SHA256 = "bitnet4j.source.sha256";
  private static final String CODES_HASH = "bitnet4j.codes_hash";
  private static final String TRIT_HASH = "bitnet4j.trit_hash";
  private static final String NO_HASH = "0".repeat(64);

  private ProvenanceKeys() {}

  /// Everything that is known at the beginning, recipe left out, and zeros for the rest.
  static SortedMap<String, String> placeholders(Provenance provenance) {
    SortedMap<String, String> keys = new TreeMap<>();
    keys.put(PROGRAM, provenance.program());
    keys.put(SOURCE, provenance.source());
    SortedMap<String, String> zeros = new TreeMap<>();
    provenance.sourceFiles().forEach(file -> zeros.put(file, NO_HASH));
    keys.put(SOURCE_SHA256, sums(zeros));
    keys.put(CODES_HASH, NO_HASH);
    keys.put(TRIT_HASH, NO_HASH);
    return keys;
  }

  /// The hashes, each as long as what holds its place.
  static SortedMap<String, String> hashes(Provenance provenance, ModelHashes hashes) {
    if (!hashes.sources().keySet().containsAll(provenance.sourceFiles())) {
      throw new IllegalArgumentException(
          "hashes must be of " + provenance.sourceFiles() + ", got [" + hashes.sources() + "]");
    }
    SortedMap<String, String> keys = new TreeMap<>();
    keys.put(SOURCE_SHA256, sums(new TreeMap<>(hashes.sources())));
    if (!hashes.tensors().isEmpty()) {
      keys.put(CODES_HASH, hashes.codesHash());
      keys.put(TRIT_HASH, hashes.tritHash());
    }
    return keys;
  }

  /// Lines as sha256sum prints them.
  private static String sums(SortedMap<String, String> hashes) {
    return hashes.entrySet().stream()
        .map(entry -> entry.getValue() + "  " + entry.getKey() + "\n")
        .collect(Collectors.joining());
  }
}

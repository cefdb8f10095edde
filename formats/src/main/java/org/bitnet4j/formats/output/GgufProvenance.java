package org.bitnet4j.formats.output;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.bitnet4j.formats.gguf.GgufMetadata;
import org.bitnet4j.formats.gguf.GgufValue;
import org.bitnet4j.formats.gguf.GgufValueType;
import org.bitnet4j.formats.gguf.GgufWriter;

/// The keys that say where a GGUF file comes from. Hashes are known at the end only: their place is
/// held by zeros until then.
record GgufProvenance(ModelFormat format, Provenance provenance) {
  private static final String CODES_HASH = "bitnet4j.codes_hash";
  private static final String TRIT_HASH = "bitnet4j.trit_hash";
  private static final String SOURCES = "bitnet4j.source.sha256";
  private static final String NO_HASH = "0".repeat(64);

  /// The metadata with these keys.
  GgufMetadata addTo(GgufMetadata metadata) {
    GgufMetadata.Builder all = metadata.toBuilder();
    if (!metadata.has("general.name")) {
      all.put("general.name", new GgufValue.Text(provenance.source()));
    }
    all.put("general.file_type", uint32(format.fileType()));
    all.put("general.quantization_version", uint32(2));
    all.put("bitnet4j.program", new GgufValue.Text(provenance.program()));
    all.put("bitnet4j.source", new GgufValue.Text(provenance.source()));
    all.put(SOURCES, new GgufValue.Text(sums(zeros(provenance.sourceFiles()))));
    all.put(CODES_HASH, new GgufValue.Text(NO_HASH));
    all.put(TRIT_HASH, new GgufValue.Text(NO_HASH));
    all.remove("bitnet4j.recipe");
    if (provenance.recipe() != null) {
      all.put("bitnet4j.recipe", new GgufValue.Text(provenance.recipe()));
    }
    return all.build();
  }

  private static SortedMap<String, String> zeros(List<String> files) {
    return files.stream()
        .collect(Collectors.toMap(file -> file, file -> NO_HASH, (a, b) -> a, TreeMap::new));
  }

  /// Lines as sha256sum prints them.
  private static String sums(SortedMap<String, String> hashes) {
    return hashes.entrySet().stream()
        .map(entry -> entry.getValue() + "  " + entry.getKey() + "\n")
        .collect(Collectors.joining());
  }

  private static GgufValue uint32(int value) {
    return new GgufValue.Int(GgufValueType.UINT32, value);
  }

  /// Fills in the hashes.
  static void fill(GgufWriter writer, ModelHashes hashes) {
    writer.replaceText(SOURCES, sums(Collections.unmodifiableSortedMap(new TreeMap<>(hashes.sources()))));
    if (!hashes.tensors().isEmpty()) {
      writer.replaceText(CODES_HASH, hashes.codesHash());
      writer.replaceText(TRIT_HASH, hashes.tritHash());
    }
  }
}

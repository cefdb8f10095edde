package org.bitnet4j.formats.architecture;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.bitnet4j.formats.gguf.GgufMetadata;
import org.bitnet4j.formats.gguf.MetadataFile;
import org.bitnet4j.quant.MalformedFileException;

/// Any keys give small files that give the same keys back, or one typed refusal; any configuration
/// gives keys or one; replays the committed corpora.
final class MetadataFuzzTest {
  @FuzzTest
  void keys(byte[] bytes) {
    GgufMetadata keys;
    ArchitectureMap map;
    SortedMap<String, byte[]> files;
    try {
      keys = MetadataFile.decode("keys", bytes);
      Optional<ArchitectureMap> found = ArchitectureMap.ofGguf(keys);
      if (found.isEmpty()) {
        return;
      }
      map = found.get();
      files = MetadataMap.toSideFiles(map, keys, name -> false);
    } catch (MalformedFileException e) {
      return;
    }
    if (!MetadataMap.toGguf(map, files).equals(keys)) {
      throw new AssertionError("the keys must come back");
    }
    // Another small file makes the way longer: every key is derived, twice.
    files.put("LICENSE", new byte[0]);
    if (!MetadataMap.toGguf(map, files).equals(keys)) {
      throw new AssertionError("the keys must come back with another file beside them");
    }
  }

  @FuzzTest
  void config(byte[] bytes) {
    SortedMap<String, byte[]> files = new TreeMap<>();
    files.put("config.json", bytes);
    try {
      Optional<ArchitectureMap> map = ArchitectureMap.ofHuggingFace(bytes, name -> false);
      if (map.isEmpty()) {
        return;
      }
      GgufMetadata keys = MetadataMap.toGguf(map.get(), files);
      MetadataMap.toSideFiles(ArchitectureMap.ofGguf(keys).orElseThrow(), keys, name -> false);
    } catch (MalformedFileException e) {
      if (e.offset() > bytes.length || e.remedy().isEmpty()) {
        throw new AssertionError("a refusal must be complete", e);
      }
    }
  }
}

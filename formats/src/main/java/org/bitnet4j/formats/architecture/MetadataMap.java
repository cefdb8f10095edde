package org.bitnet4j.formats.architecture;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.bitnet4j.formats.gguf.GgufMetadata;
import org.bitnet4j.formats.gguf.GgufValue;
import org.bitnet4j.formats.gguf.MetadataFile;
import org.bitnet4j.formats.tokenizer.TokenizerMap;
import org.bitnet4j.quant.MalformedFileException;
import org.jspecify.annotations.Nullable;

/// A model's metadata between the keys of GGUF and the small files of Hugging Face.
///
/// Each side says things that the other has no place for. So the keys of a GGUF model travel along
/// as one more small file, [#STORED]. Going back to GGUF begins with them, and a key is changed
/// only where the other files now say something else than they did when they were made from the
/// keys. Therefore:
///
/// - GGUF to small files to GGUF gives back the same keys, in the same order, with the same types
///   and bits.
/// - A small file that somebody has edited wins over the stored keys, key by key: another
///   `rope_theta` changes `rope.freq_base` and nothing else.
/// - A small file that is missing leaves its keys as they were.
public final class MetadataMap {
  /// Name of the small file that holds the keys of a GGUF model.
  public static final String STORED = "gguf-metadata";

  private MetadataMap() {}

  /// All keys that engines of the llama.cpp family need for a model; `general.file_type` is the
  /// caller's to add, as it names the types of the tensors.
  ///
  /// @param map the model's architecture
  /// @param sideFiles small files by name, with config.json or [#STORED]
  /// @throws MalformedFileException for a file that breaks its format, and for what GGUF cannot
  ///   express
  public static GgufMetadata toGguf(ArchitectureMap map, SortedMap<String, byte[]> sideFiles) {
    return toGguf(map, sideFiles, null);
  }

  /// The same with the pre-tokenizer named by the caller, for a tokenizer.json that no name is
  /// known for.
  ///
  /// @param map the model's architecture
  /// @param sideFiles small files by name, with config.json or [#STORED]
  /// @param preTokenizer value of `tokenizer.ggml.pre`, absent to find it out
  /// @throws MalformedFileException for a file that breaks its format, and for what GGUF cannot
  ///   express
  public static GgufMetadata toGguf(
      ArchitectureMap map, SortedMap<String, byte[]> sideFiles, @Nullable String preTokenizer) {
    byte[] file = sideFiles.get(STORED);
    if (file == null) {
      return derive(map, sideFiles, preTokenizer);
    }
    GgufMetadata stored = MetadataFile.decode(STORED, file);
    ArchitectureMap storedMap = storedMap(stored, map);
    SortedMap<String, byte[]> before = toSideFiles(storedMap, stored, name -> false);
    SortedMap<String, byte[]> now = new TreeMap<>(before);
    now.putAll(sideFiles);
    if (preTokenizer == null && sameFiles(before, now)) {
      return stored;
    }
    return changed(stored, derive(storedMap, before, null), derive(storedMap, now, preTokenizer));
  }

  private static ArchitectureMap storedMap(GgufMetadata stored, ArchitectureMap map) {
    ArchitectureMap storedMap = ArchitectureMap.ofGguf(stored).orElse(null);
    if (storedMap == null || !storedMap.architecture().isRelated(map.architecture())) {
      throw new MalformedFileException(
          STORED,
          -1,
          "key general.architecture",
          stored.text("general.architecture").orElse("nothing"),
          "that of the model, " + map.ggufArchitecture(),
          "Remove the file " + STORED + ": it belongs to another model.");
    }
    return storedMap;
  }

  private static boolean sameFiles(
      SortedMap<String, byte[]> before, SortedMap<String, byte[]> now) {
    return before.keySet().equals(now.keySet())
        && before.entrySet().stream()
            .allMatch(entry -> Arrays.equals(entry.getValue(), now.get(entry.getKey())));
  }

  /// The stored keys with every key that follows otherwise now than before.
  private static GgufMetadata changed(GgufMetadata stored, GgufMetadata before, GgufMetadata now) {
    GgufMetadata.Builder keys = stored.toBuilder();
    Set<String> derived = new LinkedHashSet<>(now.keys());
    derived.addAll(before.keys());
    for (String key : derived) {
      GgufValue value = now.find(key);
      if (value == null) {
        keys.remove(key);
      } else if (!value.equals(before.find(key))) {
        keys.put(key, value);
      }
    }
    return keys.build();
  }

  private static GgufMetadata derive(
      ArchitectureMap map, SortedMap<String, byte[]> sideFiles, @Nullable String preTokenizer) {
    byte[] configJson = sideFiles.get(ConfigFacts.FILE);
    if (configJson == null) {
      throw new MalformedFileException(
          ConfigFacts.FILE,
          -1,
          "file",
          "nothing",
          "there",
          "Put the config.json of the model beside its weights.");
    }
    ConfigFacts config = ConfigFacts.parse(configJson);
    return ConfigKeys.of(map, config, sideFiles).toBuilder()
        .putAll(TokenizerMap.toGguf(sideFiles, config.required("vocab_size", 1), preTokenizer))
        .build();
  }

  /// config.json, the tokenizer files and [#STORED] for a GGUF model.
  ///
  /// config.json has no `quantization_config`: that says how the tensors of the output are stored.
  ///
  /// @param map the model's architecture
  /// @param metadata its keys
  /// @param hasTensor whether it has a tensor of a GGUF name: an `output.weight` means that head
  ///   and embeddings are not tied
  /// @throws MalformedFileException for keys that contradict each other, and for what Hugging Face
  ///   cannot express
  public static SortedMap<String, byte[]> toSideFiles(
      ArchitectureMap map, GgufMetadata metadata, Predicate<String> hasTensor) {
    int contextLength =
        new GgufFacts(metadata, map.ggufArchitecture())
            .orElse("context_length", 0, Integer.MAX_VALUE, 0);
    SortedMap<String, byte[]> files =
        new TreeMap<>(TokenizerMap.toSideFiles(metadata, contextLength));
    files.put(ConfigFacts.FILE, ConfigJson.write(map, metadata, hasTensor));
    files.put(STORED, MetadataFile.encode(metadata));
    return files;
  }
}

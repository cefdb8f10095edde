package org.bitnet4j.quant.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bitnet4j.quant.MalformedFileException;

/// Reads the configuration files of the Rust library: the JSON that its serializer writes, in its
/// legacy and its enhanced shape.
public final class LegacyFiles {
  /// Keys that only one kind of configuration has, the outermost kinds first.
  private static final Map<String, Class<? extends Configuration>> MARKS = new LinkedHashMap<>();

  static {
    MARKS.put("ternary_method", WeightQuantizationConfig.class);
    MARKS.put("moving_average_window", ActivationQuantizationConfig.class);
    MARKS.put("quantize_query", AttentionQuantizationConfig.class);
    MARKS.put("simd_optimized", PackingConfig.class);
    MARKS.put("min_simd_size", SimdConfig.class);
    MARKS.put("precision", QuantizationConfig.class);
  }

  private LegacyFiles() {}

  /// Migrates a file whose kind its keys tell.
  ///
  /// @param source name of the file for messages
  /// @param json at most 256 KiB
  /// @throws MalformedFileException for a text that is not well-formed
  /// @throws ConfigValidationException for a file of no known kind, unknown keys and wrong types
  public static Migration<? extends Configuration> migrate(String source, String json) {
    Tree tree = TreeReader.read(ConfigFormat.JSON, source, json);
    if (tree instanceof Tree.Table table) {
      for (Map.Entry<String, Class<? extends Configuration>> mark : MARKS.entrySet()) {
        if (table.entries().containsKey(mark.getKey())) {
          return LegacyReader.migrate(mark.getValue(), source, table);
        }
      }
    }
    List<String> marks = new ArrayList<>(MARKS.keySet());
    throw new ConfigValidationException(
        source,
        List.of(
            ConfigProblem.error(
                "",
                tree.described(),
                "an object with one of the keys " + String.join(", ", marks),
                "Give a file that the Rust library wrote.")));
  }
}

package org.bitnet4j.formats.doctor;

import java.util.List;

/// One correction that guesses nothing. A finding may need several.
sealed interface Fix {
  /// What is changed, for people: `set tokenizer.ggml.pre to llama-bpe`.
  String description();

  /// Sets an entry of a JSON file beside the weights, which is created where it is missing.
  ///
  /// @param file its plain name
  /// @param path keys from the outermost object to the entry
  /// @param json the new value as JSON
  record EditJson(String file, List<String> path, String json) implements Fix {
    @Override
    public String description() {
      return "set " + String.join(".", path) + " in " + file + " to " + shortened(json);
    }
  }

  /// Leaves a tensor out.
  ///
  /// @param storedName its name in the file
  record DropTensor(String storedName) implements Fix {
    @Override
    public String description() {
      return "left out tensor " + storedName;
    }
  }

  /// A value on one short line.
  private static String shortened(String value) {
    return value.length() <= 60 ? value : value.substring(0, 60) + "…";
  }
}

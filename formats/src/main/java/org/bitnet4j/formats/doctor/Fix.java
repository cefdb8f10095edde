package org.bitnet4j.formats.doctor;

import java.util.List;
import org.bitnet4j.formats.checkpoint.I2sFlavour;
import org.bitnet4j.formats.gguf.GgufType;
import org.bitnet4j.formats.gguf.GgufValue;

/// One correction that guesses nothing. A finding may need several.
sealed interface Fix {
  /// What is changed, for people: `set tokenizer.ggml.pre to "llama-bpe"`.
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

  /// Sets a key of GGUF metadata.
  ///
  /// @param key its key
  /// @param value its new value
  record SetMetadata(String key, GgufValue value) implements Fix {
    @Override
    public String description() {
      return "set " + key + " to " + shortened(value.toString());
    }
  }

  /// Names another architecture, in `general.architecture` and in front of its keys.
  ///
  /// @param from the old name
  /// @param to the new name
  record RenameArchitecture(String from, String to) implements Fix {
    @Override
    public String description() {
      return "set general.architecture to " + to + " and renamed the keys " + from + ".*";
    }
  }

  /// Gives the bytes of a GGUF tensor another type id.
  ///
  /// @param storedName its name in the file
  /// @param type the type under which its bytes stay the same
  record Retype(String storedName, GgufType type) implements Fix {
    @Override
    public String description() {
      return "gave tensor " + storedName + " type id " + type.id() + " (" + type + ")";
    }
  }

  /// Lays an I2_S tensor out as x86 builds do.
  ///
  /// @param storedName its name in the file
  /// @param from how it lies there
  record Repack(String storedName, I2sFlavour from) implements Fix {
    @Override
    public String description() {
      return "repacked tensor " + storedName + " from " + from.layout() + " to I2_S";
    }
  }

  /// Stores the reciprocal of a GGUF tensor's multiplier.
  ///
  /// @param storedName its name in the file
  record InvertScale(String storedName) implements Fix {
    @Override
    public String description() {
      return "inverted the scale of tensor " + storedName;
    }
  }

  /// A value on one short line.
  private static String shortened(String value) {
    return value.length() <= 60 ? value : value.substring(0, 60) + "…";
  }
}

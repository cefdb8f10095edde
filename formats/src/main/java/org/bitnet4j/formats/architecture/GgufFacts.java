package org.bitnet4j.formats.architecture;

import java.util.Optional;
import java.util.OptionalLong;
import org.bitnet4j.formats.gguf.GgufMetadata;
import org.bitnet4j.quant.MalformedFileException;

/// The keys of a model's own architecture: `llama.block_count` is asked for as `block_count`.
///
/// @param metadata all keys
/// @param architecture `general.architecture`
record GgufFacts(GgufMetadata metadata, String architecture) {
  private static final String FILE = "GGUF metadata";

  String key(String name) {
    return architecture + "." + name;
  }

  OptionalLong integer(String name) {
    return metadata.integer(key(name));
  }

  /// An integer that must be there, in [minimum, maximum].
  int required(String name, int minimum, int maximum) {
    return checked(
        name,
        integer(name)
            .orElseThrow(() -> fault(name, "nothing", "an integer", "Convert the model again.")),
        minimum,
        maximum);
  }

  /// An integer in [minimum, maximum], or a default where the key is absent.
  int orElse(String name, int minimum, int maximum, int absent) {
    OptionalLong value = integer(name);
    return value.isEmpty() ? absent : checked(name, value.getAsLong(), minimum, maximum);
  }

  private int checked(String name, long value, int minimum, int maximum) {
    if (value < minimum || value > maximum) {
      throw fault(
          name,
          Long.toString(value),
          "in [" + minimum + ", " + maximum + "]",
          "Fetch the file again or repair what wrote it.");
    }
    return (int) value;
  }

  Optional<Double> number(String name) {
    return metadata
        .number(key(name))
        .map(value -> {
          if (!Double.isFinite(value)) {
            throw fault(
                name,
                value.toString(),
                "a finite number",
                "Fetch the file again or repair what wrote it.");
          }
          return value;
        });
  }

  Optional<String> text(String name) {
    return metadata.text(key(name));
  }

  MalformedFileException fault(String name, String found, String allowed, String remedy) {
    return new MalformedFileException(FILE, -1, "key " + key(name), found, allowed, remedy);
  }
}

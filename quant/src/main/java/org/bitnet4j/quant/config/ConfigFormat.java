package org.bitnet4j.quant.config;

import java.util.ArrayList;
import java.util.List;
import org.bitnet4j.quant.MalformedFileException;

/// The two text forms of configurations and recipes. Keys are the names of the record components,
/// enum constants are written by name, every key is written, and what is written reads back equal.
///
/// Reading is strict, as a text may come from anybody: unknown and duplicate keys, wrong types,
/// trailing content, YAML aliases and tags, more than 256 KiB and deep nesting are errors. A key
/// that is missing has its default; the key `preset` of any object names the preset that the other
/// keys change.
public enum ConfigFormat {
  /// JSON, RFC 8259.
  JSON,
  /// YAML 1.2 with the JSON schema: `true`, `null` and numbers as in JSON, nothing else is special.
  YAML;

  /// Reads a configuration over its defaults.
  ///
  /// @param type the kind of configuration
  /// @param source name of the text for messages, such as a file name
  /// @param text at most 256 KiB
  /// @throws MalformedFileException for a text that is not well-formed
  /// @throws ConfigValidationException for wrong types, unknown keys, ranges and rules, all at once
  public <C extends Configuration> C read(Class<C> type, String source, String text) {
    return read(Presets.find(type, "defaults").orElseThrow(), source, text);
  }

  /// Reads a configuration over another one, which gives the keys that are missing.
  ///
  /// @param start values of the keys that are missing
  /// @param source name of the text for messages, such as a file name
  /// @param text at most 256 KiB
  /// @throws MalformedFileException for a text that is not well-formed
  /// @throws ConfigValidationException for wrong types, unknown keys, ranges and rules, all at once
  public <C extends Configuration> C read(C start, String source, String text) {
    Problems problems = new Problems();
    C config = new TreeMapper(problems).overlay(start, TreeReader.read(this, source, text), "");
    List<ConfigProblem> all = new ArrayList<>(problems.list());
    all.addAll(config.problems());
    ConfigValidationException.throwIfErrors(source, all);
    return config;
  }

  /// Writes all keys of a configuration, lines ending in `\n`.
  ///
  /// @param config the configuration
  /// @throws ConfigValidationException for one with errors, which could not be read back
  public String write(Configuration config) {
    config.validate();
    return TreeWriter.write(this, TreeWriter.tree(config));
  }
}

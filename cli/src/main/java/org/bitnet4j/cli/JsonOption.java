package org.bitnet4j.cli;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/// `--json`: one JSON document on standard output instead of text.
final class JsonOption {
  @Option(names = "--json", description = "Print one JSON document instead of text.")
  private boolean enabled;

  boolean enabled() {
    return enabled;
  }

  /// Prints maps, lists, strings, numbers, booleans and nulls.
  void print(CommandSpec spec, Object document) {
    spec.commandLine().getOut().println(Json.text(document));
  }
}

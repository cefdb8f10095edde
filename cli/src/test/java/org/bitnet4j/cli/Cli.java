package org.bitnet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// One run of the command in this process.
///
/// @param code exit code
/// @param out standard output
/// @param err standard error
record Cli(int code, String out, String err) {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /// Runs the command.
  ///
  /// @param arguments command line; paths and numbers are turned into text
  static Cli run(Object... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code =
        Main.run(
            new PrintWriter(out),
            new PrintWriter(err),
            Arrays.stream(arguments).map(String::valueOf).toArray(String[]::new));
    return new Cli(code, out.toString(), err.toString());
  }

  /// Runs the command, which must succeed.
  static Cli ok(Object... arguments) {
    Cli cli = run(arguments);
    assertThat(cli.code).as("%s%n%s%s", List.of(arguments), cli.out, cli.err).isZero();
    return cli;
  }

  /// Runs the command with `--json`, which must succeed, and reads its one document.
  static JsonNode json(Object... arguments) {
    Object[] all = Arrays.copyOf(arguments, arguments.length + 1);
    all[arguments.length] = "--json";
    return ok(all).document();
  }

  /// Runs the command, which must fail with one line on standard error.
  ///
  /// @return that line
  static String failure(int code, Object... arguments) {
    Cli cli = run(arguments);
    assertThat(cli.code).as("%s%n%s%s", List.of(arguments), cli.out, cli.err).isEqualTo(code);
    assertThat(cli.out).isEmpty();
    List<String> lines = cli.messages();
    assertThat(lines).hasSize(1);
    assertThat(lines.getFirst()).startsWith("bitnet: ").doesNotContain("internal fault", "\tat ");
    return lines.getFirst();
  }

  /// Standard error without the progress of a run, without warnings and notes.
  List<String> messages() {
    return err.lines()
        .filter(line -> !line.matches("(quantize|convert|doctor): \\d+ % of [0-9.]+ MiB"))
        .filter(line -> !line.startsWith("bitnet: warning: "))
        .filter(line -> !line.startsWith("bitnet: note: "))
        .toList();
  }

  JsonNode document() {
    return JSON.readTree(out);
  }
}

package org.bitnet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// The command in a process of its own.
///
/// @param process the process
/// @param out receives its standard output
/// @param err receives its standard error
record Child(Process process, Path out, Path err) {
  private static final long TIMEOUT_SECONDS = 120;

  /// Starts the command.
  ///
  /// @param logs an existing directory for its output
  /// @param arguments command line
  static Child start(Path logs, Object... arguments) throws IOException {
    return start(logs, List.of(), arguments);
  }

  /// Starts the command under another one, such as a shell with limits.
  ///
  /// @param logs an existing directory for its output
  /// @param wrapper what runs the command given to it as arguments
  /// @param arguments command line
  static Child start(Path logs, List<String> wrapper, Object... arguments) throws IOException {
    List<String> line = new ArrayList<>(wrapper);
    line.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--add-modules",
            "jdk.incubator.vector",
            // Short runs: the second compiler would cost more than it gains.
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-XX:-UsePerfData",
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName()));
    Arrays.stream(arguments).map(String::valueOf).forEach(line::add);
    Path out = logs.resolve("child.out");
    Path err = logs.resolve("child.err");
    Process process =
        new ProcessBuilder(line).redirectOutput(out.toFile()).redirectError(err.toFile()).start();
    return new Child(process, out, err);
  }

  /// Waits for its end.
  ///
  /// @return the exit code
  int end() throws InterruptedException {
    try {
      assertThat(process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)).as("ended in time").isTrue();
      return process.exitValue();
    } finally {
      process.destroyForcibly();
    }
  }

  /// Ends it at once: SIGKILL where there are signals.
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /// What it said on standard error but progress, warnings of the Java machine included.
  String errors() throws IOException {
    return Files.readString(err);
  }

  String output() throws IOException {
    return Files.readString(out);
  }
}

package org.bitnet4j.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/// A C loop that reads memory, compiled where it is needed.
sealed interface MemoryReader {
  /// Where there is a C compiler.
  ///
  /// @param program what it made
  record Compiled(Path program) implements MemoryReader {}

  /// Where there is none, or it fails.
  ///
  /// @param reason one line
  record Missing(String reason) implements MemoryReader {}

  /// Compiles it by `cc` into a directory.
  static MemoryReader compile(Path directory) {
    Path source = directory.resolve("read.c");
    Path program = directory.resolve("read");
    Path log = directory.resolve("read.log");
    try (InputStream code =
        Objects.requireNonNull(MemoryReader.class.getResourceAsStream("read.c"))) {
      Files.copy(code, source);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    try {
      Process compiler =
          new ProcessBuilder(
                  List.of(
                      "cc",
                      "-O3",
                      "-march=native",
                      "-pthread",
                      "-o",
                      program.toString(),
                      source.toString()))
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      if (!compiler.waitFor(60, TimeUnit.SECONDS)) {
        compiler.destroyForcibly();
        return new Missing("cc did not end in a minute");
      }
      return compiler.exitValue() == 0
          ? new Compiled(program)
          : new Missing("cc: " + Files.readString(log, StandardCharsets.UTF_8).strip());
    } catch (IOException noCompiler) {
      return new Missing(String.valueOf(noCompiler.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Missing("interrupted while cc was at work");
    }
  }
}

package org.bitnet4j.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// A compiled C loop that reads memory, where the machine has a C compiler.
final class MemoryReader {
  private static final long COMPILE_SECONDS = 60;

  private MemoryReader() {}

  /// Compiles it into a directory; empty where there is no `cc` or it fails.
  static Optional<Path> compile(Path directory) {
    Path source = directory.resolve("read.c");
    Path program = directory.resolve("read");
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
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      boolean ended = compiler.waitFor(COMPILE_SECONDS, TimeUnit.SECONDS);
      compiler.destroy();
      return ended && compiler.exitValue() == 0 ? Optional.of(program) : Optional.empty();
    } catch (IOException noCompiler) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }
}

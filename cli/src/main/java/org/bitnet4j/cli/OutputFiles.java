package org.bitnet4j.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bitnet4j.formats.checkpoint.Checkpoint;
import org.bitnet4j.formats.io.AtomicOutput;
import org.bitnet4j.formats.io.StorageException;
import org.bitnet4j.formats.report.HtmlReport;
import org.bitnet4j.formats.report.QuantizationReport;
import org.jspecify.annotations.Nullable;

/// What `quantize` writes beside its result: the report, claimed before the work begins, so that a
/// path that cannot be written fails at once.
final class OutputFiles implements AutoCloseable {
  private final @Nullable AtomicOutput report;

  private OutputFiles(@Nullable AtomicOutput report) {
    this.report = report;
  }

  /// Claims the report's path.
  ///
  /// @param checkpoint what is read
  /// @param output where the result will go
  /// @param report where the report will go, if any
  /// @throws UsageException where an output would replace an input, or one output the other
  /// @throws StorageException where the report cannot be written
  static OutputFiles claim(Checkpoint checkpoint, Path output, @Nullable Path report) {
    requireNoInput("-o", output, checkpoint);
    if (report == null) {
      return new OutputFiles(null);
    }
    requireNoInput("--report", report, checkpoint);
    if (same(report, output)) {
      throw new UsageException("--report must name another file than -o, got [" + report + "].");
    }
    return new OutputFiles(AtomicOutput.create(report));
  }

  private static void requireNoInput(String option, Path path, Checkpoint checkpoint) {
    checkpoint.sources().forEach(source -> requireOther(option, path, source));
  }

  /// Refuses an output that would replace an input.
  ///
  /// @param option what named the output
  /// @param path the output
  /// @param source the input
  /// @throws UsageException where both are one
  static void requireOther(String option, Path path, Path source) {
    if (same(path, source)) {
      throw new UsageException(
          option + " must not name a file that is read, got [" + path + "]. Choose a new path.");
    }
  }

  private static boolean same(Path first, Path second) {
    try {
      return first.toAbsolutePath().normalize().equals(second.toAbsolutePath().normalize())
          || (Files.exists(first) && Files.exists(second) && Files.isSameFile(first, second));
    } catch (IOException e) {
      throw new StorageException(first.toString(), "compare", e);
    }
  }

  /// Writes the report, whole or not at all, where one was asked for.
  void writeReport(QuantizationReport result) {
    if (report != null) {
      write(report, result);
    }
  }

  /// Writes a report, whole or not at all.
  static void writeReport(Path path, QuantizationReport result) {
    try (AtomicOutput file = AtomicOutput.create(path)) {
      write(file, result);
    }
  }

  private static void write(AtomicOutput file, QuantizationReport result) {
    file.write(ByteBuffer.wrap(HtmlReport.render(result).getBytes(StandardCharsets.UTF_8)));
    file.commit();
  }

  @Override
  public void close() {
    if (report != null) {
      report.close();
    }
  }
}

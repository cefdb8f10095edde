package org.bitnet4j.cli;

import org.bitnet4j.quant.Workers;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// `--threads`.
final class ThreadsOption {
  @Option(
      names = "--threads",
      paramLabel = "N",
      description =
          "Threads to use, 1 to 256 (default: all cores). The result never depends on it.")
  private @Nullable Integer threads;

  Workers workers() {
    return Workers.of(count());
  }

  int count() {
    int count = threads == null ? Runtime.getRuntime().availableProcessors() : threads;
    if (count < 1 || count > 256) {
      throw new UsageException("--threads must be in [1, 256], got [" + count + "].");
    }
    return count;
  }
}

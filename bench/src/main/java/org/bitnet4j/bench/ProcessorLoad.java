package org.bitnet4j.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/// Ticks of the processors since they started, where Linux counts them.
///
/// @param total all of them, empty elsewhere
/// @param stolen those that the hypervisor gave to others
record ProcessorLoad(long total, long stolen) {
  private static final Path TICKS = Path.of("/proc/stat");

  /// Column of the stolen ticks: user nice system idle iowait irq softirq steal.
  private static final int STOLEN = 7;

  static ProcessorLoad now() {
    if (!Files.isReadable(TICKS)) {
      return new ProcessorLoad(0, 0);
    }
    try {
      String line = Files.readAllLines(TICKS).getFirst(); // cpu 2828731 231024 …
      long[] ticks =
          Arrays.stream(line.split(" +", -1)).skip(1).mapToLong(Long::parseLong).toArray();
      return new ProcessorLoad(
          Arrays.stream(ticks).limit(STOLEN + 1).sum(), ticks.length > STOLEN ? ticks[STOLEN] : 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// What happened since then, as the end of a sentence.
  String since(ProcessorLoad before) {
    return total == before.total
        ? ""
        : String.format(
            Locale.ROOT,
            ", %.1f%% of them taken by the hypervisor",
            100.0 * (stolen - before.stolen) / (total - before.total));
  }
}

package org.bitnet4j.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;

/// The counter of energy that Intel and AMD processors keep for their package (RAPL), where Linux
/// lets this process read it; virtual machines mostly have none.
///
/// @param microjoules since some time ago, negative where nobody counts
record EnergyMeter(long microjoules) {
  private static final Path COUNTER = Path.of("/sys/class/powercap/intel-rapl:0/energy_uj");

  static EnergyMeter now() {
    if (!Files.isReadable(COUNTER)) {
      return new EnergyMeter(-1);
    }
    try {
      return new EnergyMeter(Long.parseLong(Files.readString(COUNTER).strip()));
    } catch (IOException e) {
      return new EnergyMeter(-1); // the counter went away: as if there had been none
    }
  }

  /// Joules for each of so many pieces of work since then; empty where nobody counts, and where the
  /// counter began anew in between.
  OptionalDouble since(EnergyMeter before, int pieces) {
    boolean known = before.microjoules >= 0 && microjoules >= before.microjoules;
    return known
        ? OptionalDouble.of((microjoules - before.microjoules) / 1e6 / pieces)
        : OptionalDouble.empty();
  }
}

package org.bitnet4j.formats.safetensors;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/// The program of a second process with a small heap: opens files and tells verdict and time.
public final class SmallHeapReader {
  private SmallHeapReader() {}

  /// Prints `ACCEPT ms` or `REJECT ms` per file: milliseconds of processor time of the process.
  ///
  /// @param files paths
  public static void main(String[] files) throws IOException {
    for (String file : files) {
      Duration start = processorTime();
      boolean accepted = TestFiles.verdict(Path.of(file)) == null;
      long millis = processorTime().minus(start).toMillis();
      System.out.println((accepted ? "ACCEPT " : "REJECT ") + millis);
    }
  }

  private static Duration processorTime() {
    return ProcessHandle.current().info().totalCpuDuration().orElseThrow();
  }
}

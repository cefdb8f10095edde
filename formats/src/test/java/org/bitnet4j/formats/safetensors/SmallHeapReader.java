package org.bitnet4j.formats.safetensors;

import java.io.IOException;
import java.nio.file.Path;

/// The program of a second process with a small heap: opens files and tells verdict and time.
public final class SmallHeapReader {
  private SmallHeapReader() {}

  /// Prints `ACCEPT ms` or `REJECT ms` per file.
  ///
  /// @param files paths
  public static void main(String[] files) throws IOException {
    for (String file : files) {
      long start = System.nanoTime();
      boolean accepted = TestFiles.verdict(Path.of(file)) == null;
      long millis = (System.nanoTime() - start) / 1_000_000;
      System.out.println((accepted ? "ACCEPT " : "REJECT ") + millis);
    }
  }
}

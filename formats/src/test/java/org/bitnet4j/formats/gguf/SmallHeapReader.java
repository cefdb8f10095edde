package org.bitnet4j.formats.gguf;

import java.io.IOException;
import java.nio.file.Path;

/// The program of a second process with a small heap: opens files and tells the verdicts.
public final class SmallHeapReader {
  private SmallHeapReader() {}

  /// Prints `ACCEPT path` or `REJECT path` per file.
  ///
  /// @param files paths
  public static void main(String[] files) throws IOException {
    for (String file : files) {
      boolean accepted = TestFiles.verdict(Path.of(file)) == null;
      System.out.println((accepted ? "ACCEPT " : "REJECT ") + file);
    }
  }
}

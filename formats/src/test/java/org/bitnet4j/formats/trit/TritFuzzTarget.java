package org.bitnet4j.formats.trit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bitnet4j.quant.MalformedFileException;

/// Fuzz target of the container: any bytes give values or a typed error. Run by Jazzer with
/// `--target_class=org.bitnet4j.formats.trit.TritFuzzTarget` and a corpus folder.
///
/// The entry point is Jazzer's own and not its `@FuzzTest`: jazzer-junit 0.30.0 does not run on
/// JUnit 6, whose arguments providers have another method.
public final class TritFuzzTarget {
  private TritFuzzTarget() {}

  /// Reads bytes as a container, as they are and with their checksums made right: without that a
  /// fuzzer would have to guess checksums before it reached the parser.
  ///
  /// @param bytes any bytes
  public static void fuzzerTestOneInput(byte[] bytes) {
    try {
      Path path = Files.createTempFile("fuzz", ".trit");
      try {
        readAll(path, bytes);
        readAll(path, TritFixtures.withChecksums(bytes.clone()));
      } finally {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void readAll(Path path, byte[] bytes) {
    TritFixtures.write(path, bytes);
    try (TritReader reader = TritReader.open(path)) {
      reader.verify();
    } catch (MalformedFileException e) {
      assertThat(e.offset()).isBetween(0L, (long) bytes.length);
    }
  }
}

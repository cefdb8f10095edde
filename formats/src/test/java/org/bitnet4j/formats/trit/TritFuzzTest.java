package org.bitnet4j.formats.trit;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bitnet4j.quant.MalformedFileException;

/// Any bytes give a container or one typed refusal; replays the committed corpus.
final class TritFuzzTest {
  /// Reads bytes as they are and with their checksums made right: without that a fuzzer would have
  /// to guess checksums before it reached the parser.
  @FuzzTest
  void container(byte[] bytes) throws IOException {
    Path path = Files.createTempFile("fuzz", ".trit");
    try {
      readAll(path, bytes);
      readAll(path, TritFixtures.withChecksums(bytes.clone()));
    } finally {
      Files.delete(path);
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

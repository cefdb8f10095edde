package org.bitnet4j.formats.trit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.bitnet4j.quant.MalformedFileException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Fuzz target of the container: any bytes give values or a typed error. The suite replays the
/// committed corpus; Jazzer finds more with `--target_class=org.bitnet4j.formats.trit.TritFuzzTest`
/// and the corpus folder as its argument.
///
/// The entry point is Jazzer's own and not its `@FuzzTest`: jazzer-junit 0.30.0 does not run on
/// JUnit 6, whose arguments providers have another method.
public class TritFuzzTest {
  private static final Path CORPUS = Path.of("src/test/resources/org/bitnet4j/formats/trit/fuzz");

  TritFuzzTest() {}

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

  static List<Path> corpus() throws IOException {
    try (Stream<Path> files = Files.list(CORPUS)) {
      return files.sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("corpus")
  void corpusGivesValuesOrTypedErrors(Path file) {
    fuzzerTestOneInput(TritFixtures.read(file));
  }
}

package org.bitnet4j.formats.trit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Replays the committed corpus of [TritFuzzTarget].
class TritFuzzTest {
  private static final Path CORPUS = Path.of("src/test/resources/org/bitnet4j/formats/trit/fuzz");

  static List<Path> corpus() throws IOException {
    try (Stream<Path> files = Files.list(CORPUS)) {
      return files.sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("corpus")
  void corpusGivesValuesOrTypedErrors(Path file) {
    TritFuzzTarget.fuzzerTestOneInput(TritFixtures.read(file));
  }
}

package org.bitnet4j.formats.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The list in the documentation is the list in the code, and every code is found by a test.
final class FindingCodeTest {
  private static final Path DOCUMENT =
      Path.of(System.getProperty("bitnet4j.root", ".."), "docs", "doctor.md");

  @Test
  void theDocumentationListsEveryCode() throws IOException {
    List<String> rows =
        Files.readAllLines(DOCUMENT).stream().filter(line -> line.startsWith("| `")).toList();
    assertThat(rows)
        .containsExactlyElementsOf(
            Arrays.stream(FindingCode.values())
                .map(code ->
                    "| `"
                        + code.word()
                        + "` | "
                        + code.consequence()
                        + " | "
                        + code.remedy()
                        + " |")
                .toList());
  }

  @Test
  void everyCodeIsTheFaultOfATest() {
    List<FindingCode> alone =
        Stream.concat(
                DirectoryDoctorTest.faults().map(DirectoryDoctorTest.Fault::code),
                GgufDoctorTest.faults().map(GgufDoctorTest.Fault::code))
            .distinct()
            .toList();
    // Missing shards have tests of their own.
    assertThat(alone)
        .contains(
            Arrays.stream(FindingCode.values())
                .filter(code -> code != FindingCode.MISSING_SHARD)
                .toArray(FindingCode[]::new));
  }
}

package org.bitnet4j.formats.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.bitnet4j.formats.HostileFiles;
import org.bitnet4j.quant.MalformedFileException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The files made by others, with the verdict that each must get.
final class MalformedGgufTest {
  @TempDir static Path directory;

  private static InputStream resource(String name) {
    return Objects.requireNonNull(
        MalformedGgufTest.class.getResourceAsStream("/malformed/gguf/" + name), name);
  }

  static Stream<String> golden() throws IOException {
    try (InputStream manifest = resource("manifest.tsv")) {
      return new String(manifest.readAllBytes(), StandardCharsets.UTF_8).lines().skip(1);
    }
  }

  @ParameterizedTest
  @MethodSource
  void golden(String line) throws IOException {
    List<String> columns = List.of(line.split("\t", -1));
    String name = columns.getFirst();
    Path path = Files.write(directory.resolve(name), content(name));
    MalformedFileException refusal = TestFiles.verdict(path);
    assertThat(refusal == null ? "ACCEPT" : "REJECT").isEqualTo(columns.get(1));
  }

  /// The two large files are made here.
  private static byte[] content(String name) throws IOException {
    return switch (name) {
      case "45_arr_nest_deep.gguf" -> TestFiles.nestedArrays(100_000);
      case "57_align_1m.gguf" -> TestFiles.widelyAligned();
      default -> {
        try (InputStream content = resource(name)) {
          yield content.readAllBytes();
        }
      }
    };
  }

  /// Where the golden folder is at hand, the files here are those.
  @ParameterizedTest
  @MethodSource("golden")
  void goldenFilesAreTheOriginals(String line) throws IOException {
    String name = line.split("\t", -1)[0];
    Path original = TestFiles.golden("malformed/gguf/" + name);
    assumeTrue(Files.exists(original));
    assertThat(content(name)).isEqualTo(Files.readAllBytes(original));
  }

  static Stream<GgufCases.Case> own() {
    return GgufCases.all();
  }

  @ParameterizedTest
  @MethodSource
  void own(GgufCases.Case given) throws IOException {
    Path path = Files.write(directory.resolve("file.gguf"), given.file().bytes());
    MalformedFileException refusal = TestFiles.verdict(path);
    if (given.isGood()) {
      assertThat(refusal).isNull();
    } else {
      assertThat(refusal).isNotNull();
      assertThat(Objects.requireNonNull(refusal).offset())
          .as(refusal.getMessage())
          .isEqualTo(given.file().mark());
    }
  }

  @Test
  void ownCount() {
    HostileFiles.assertListed("gguf own", GgufCases.all().filter(one -> !one.isGood()).count());
    assertThat(GgufCases.all().map(GgufCases.Case::name)).doesNotHaveDuplicates();
  }

  @Test
  void goldenCount() throws IOException {
    assertThat(golden()).hasSize(60);
    HostileFiles.assertListed(
        "gguf golden", golden().filter(line -> line.contains("\tREJECT\t")).count());
  }
}

package org.bitnet4j.formats;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/// How many files that must be refused each suite holds, from `malformed/suites.tsv`. A suite
/// asserts its own line; [HostileFilesTest] asserts their sum.
public final class HostileFiles {
  private HostileFiles() {}

  /// The number of bad files by suite.
  public static Map<String, Integer> suites() {
    Map<String, Integer> suites = new TreeMap<>();
    try (InputStream list =
        Objects.requireNonNull(HostileFiles.class.getResourceAsStream("/malformed/suites.tsv"))) {
      new String(list.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .skip(1)
          .map(line -> line.split("\t", -1))
          .forEach(columns -> suites.put(columns[0], Integer.parseInt(columns[1])));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return suites;
  }

  /// Asserts that a suite holds as many bad files as the list says.
  ///
  /// @param suite its name in the list
  /// @param count what it holds
  public static void assertListed(String suite, long count) {
    assertThat(suites()).extractingByKey(suite).as(suite).isEqualTo((int) count);
  }
}

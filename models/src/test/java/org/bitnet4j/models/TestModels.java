package org.bitnet4j.models;

import java.nio.file.Path;
import java.util.Objects;

/// Where the models lie that tests run.
public final class TestModels {
  private TestModels() {}

  /// A checkpoint of this repository: `tiny-bitnet`, `tiny-float`.
  ///
  /// @param name its directory
  public static Path checkpoint(String name) {
    return Path.of(
        Objects.requireNonNull(System.getProperty("bitnet4j.root")), "checkpoints", name);
  }

  /// Golden data that are not part of this repository.
  ///
  /// @param first a directory below the golden data
  /// @param more names below it
  public static Path golden(String first, String... more) {
    String shared = Objects.requireNonNull(System.getProperty("bitnet4j.shared"));
    return Path.of(shared, "golden").resolve(Path.of(first, more));
  }
}

package org.bitnet4j.formats;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class HostileFilesTest {
  @Test
  void atLeast300FilesMustBeRefused() {
    assertThat(HostileFiles.suites().values().stream().mapToInt(Integer::intValue).sum())
        .isGreaterThanOrEqualTo(300);
  }
}

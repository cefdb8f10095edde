package org.bitnet4j.formats.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.bitnet4j.formats.checkpoint.Checkpoint;
import org.bitnet4j.formats.output.ModelFormat;
import org.bitnet4j.formats.output.Progress;
import org.bitnet4j.quant.Workers;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A conversion into each format that is given up behind some tensor, and its next run: every
/// finished tensor is taken up, and report and bytes are those of an uninterrupted run.
final class ConversionResumeTest {
  @TempDir Path folder;

  private static ConversionReport convert(
      Path base, ModelFormat format, Path target, Progress progress) {
    try (Workers workers = Workers.of(2);
        Checkpoint checkpoint = Checkpoint.open(base)) {
      return Converter.of(checkpoint, format, workers).run(target, "test", workers, progress);
    }
  }

  @ParameterizedTest
  @EnumSource
  void goesOnWhereItWasGivenUp(ModelFormat format) throws IOException {
    Path base = folder.resolve("base.trit");
    // Multipliers that are rounded, so that the report of the second run must know of it.
    new SmallModels(false, 256, 512, 1, /* exactScales= */ false)
        .write(base, ConversionMatrixTest.shipped());
    Path clean = folder.resolve("clean");
    ConversionReport whole = convert(base, format, clean, Progress.NONE);
    Map<Path, Long> wanted = contents(clean);
    int tensors = whole.tensors().size();
    for (int stop : new int[] {1, tensors / 2, tensors}) {
      Path target = Files.createDirectory(folder.resolve("stopped" + stop)).resolve("clean");
      int[] done = {0};
      assertThatThrownBy(() ->
              convert(
                  base,
                  format,
                  target,
                  (_, _, _) -> {
                    if (++done[0] == stop) {
                      throw new CancellationException("given up");
                    }
                  }))
          .isInstanceOf(CancellationException.class);
      assertThat(target).doesNotExist();
      ConversionReport resumed = convert(base, format, target, Progress.NONE);
      assertThat(resumed.resumed()).isEqualTo(stop);
      assertThat(resumed.rounding()).isEqualTo(whole.rounding());
      assertThat(resumed.hashes().tritHash()).isEqualTo(whole.hashes().tritHash());
      assertThat(resumed.storedBytes()).isEqualTo(whole.storedBytes());
      assertThat(contents(target)).isEqualTo(wanted);
      try (Stream<Path> files = Files.list(target.resolveSibling("."))) {
        assertThat(files).as("no orphans").hasSize(1);
      }
    }
  }

  /// CRC32C and length of each file, by its place.
  private static Map<Path, Long> contents(Path root) throws IOException {
    Map<Path, Long> contents = new TreeMap<>();
    try (Stream<Path> files = Files.walk(root)) {
      files
          .filter(Files::isRegularFile)
          .forEach(file -> {
            try {
              java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
              byte[] bytes = Files.readAllBytes(file);
              crc.update(bytes);
              contents.put(root.relativize(file), crc.getValue() << 31 | bytes.length);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    }
    return contents;
  }
}

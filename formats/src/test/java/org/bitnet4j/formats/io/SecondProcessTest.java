package org.bitnet4j.formats.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Writers of other processes: they are refused while we write, and killed at any moment they leave
/// a whole file.
final class SecondProcessTest {
  @TempDir Path directory;

  private Process start(String mode, Path target) throws IOException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                KilledWriter.class.getName(),
                mode,
                target.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    BufferedReader output = process.inputReader();
    assertThat(output.readLine()).isEqualTo("ready");
    return process;
  }

  @Test
  void anotherProcessHoldsThePathUntilItDies() throws Exception {
    Path target = directory.resolve("out");
    Process holder = start("hold", target);
    try {
      assertThatThrownBy(() -> AtomicOutput.create(target))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("another writer is on this path");
    } finally {
      holder.destroyForcibly().waitFor();
    }
    requireARunFinishes(target);
  }

  @Test
  void threeKilledWritersLeaveAWholeFile() throws Exception {
    killWriters(3);
  }

  @Test
  @Tag("slow")
  void aHundredKilledWritersLeaveAWholeFile() throws Exception {
    killWriters(100);
  }

  private void killWriters(int times) throws Exception {
    Random random = new Random(7);
    Path target = directory.resolve("out");
    for (int i = 0; i < times; i++) {
      Process writer = start("write", target);
      Thread.sleep(random.nextInt(60), random.nextInt(1_000_000));
      writer.destroyForcibly().waitFor();
      if (Files.exists(target)) {
        byte[] bytes = Files.readAllBytes(target);
        assertThat(bytes).hasSize(KilledWriter.SIZE);
        for (byte value : bytes) {
          assertThat(value == bytes[0]).as("torn file").isTrue();
        }
      }
    }
    requireARunFinishes(target);
  }

  @Test
  void aKilledWriterIsResumed() throws Exception {
    resumeKilledWriters(1);
  }

  @Test
  @Tag("slow")
  void manyKilledWritersAreResumed() throws Exception {
    resumeKilledWriters(20);
  }

  /// Kills a writer again and again, a little later each time, until it comes through.
  private void resumeKilledWriters(int times) throws Exception {
    Path wanted = directory.resolve("wanted");
    try (AtomicOutput output = AtomicOutput.create(wanted)) {
      assertThat(KilledWriter.writeSections(output)).isZero();
    }
    byte[] content = Files.readAllBytes(wanted);
    Files.delete(wanted);
    Random random = new Random(11);
    for (int i = 0; i < times; i++) {
      Path target = directory.resolve("out");
      int kills = 0;
      for (int more = 0; !Files.exists(target); more += 30) {
        Process writer = start("resume", target);
        if (writer.waitFor(30 + more + random.nextInt(30), TimeUnit.MILLISECONDS)) {
          assertThat(writer.exitValue()).isZero();
          int reused = Integer.parseInt(writer.inputReader().readLine());
          assertThat(reused).as("after %d kills", kills).isPositive();
        } else {
          kills++;
          writer.destroyForcibly().waitFor();
        }
      }
      assertThat(kills).isPositive();
      assertThat(Files.readAllBytes(target)).isEqualTo(content);
      requireARunFinishes(target);
      Files.delete(target);
    }
  }

  private void requireARunFinishes(Path target) throws IOException {
    try (AtomicOutput output = AtomicOutput.create(target)) {
      output.write(ByteBuffer.wrap(new byte[] {42}));
      output.commit();
    }
    assertThat(Files.readAllBytes(target)).containsExactly(42);
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).containsExactly(target);
    }
  }
}

package org.bitnet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.bitnet4j.formats.io.AtomicDirectory;
import org.bitnet4j.formats.io.AtomicOutput;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `quantize` against others at the same files and against storage that takes no more.
final class OutputSafetyTest {
  @TempDir Path directory;
  private Path input = Path.of("");
  private Path folder = Path.of("");

  @BeforeEach
  void writeAModel() throws IOException {
    Map<String, Models.Stored> tensors = new LinkedHashMap<>();
    Models.Stored matrix = Models.normal(1, 256, 256);
    for (int i = 0; i < 16; i++) {
      tensors.put("layers.%02d.weight".formatted(i), matrix);
    }
    input = Models.write(directory.resolve("in.safetensors"), tensors);
    folder = Files.createDirectory(directory.resolve("out"));
  }

  @Test
  void theSecondWriterOfAFileIsRefused() throws IOException, InterruptedException {
    Path target = Files.writeString(folder.resolve("model"), "old");
    try (AtomicOutput first = AtomicOutput.create(target)) {
      assertThat(first.position()).isZero();
      requireRefused(target, "trit");
    }
    assertThat(target).hasContent("old");
    Cli.ok("quantize", input, "-o", target);
    assertThat(Trees.contents(folder).keySet()).containsExactly("", "model");
  }

  @Test
  void theSecondWriterOfADirectoryIsRefused() throws IOException, InterruptedException {
    Path target = folder.resolve("model");
    try (AtomicDirectory first = AtomicDirectory.create(target)) {
      assertThat(first).isNotNull();
      requireRefused(target, "safetensors:packed");
    }
    Cli.ok("quantize", input, "-o", target, "--to", "safetensors:packed");
    assertThat(Trees.contents(folder).keySet())
        .containsExactly("", "model", "model/config.json", "model/model.safetensors");
  }

  /// By this process and by another one.
  private void requireRefused(Path target, String format) throws IOException, InterruptedException {
    Object[] line = {"quantize", input, "-o", target, "--to", format, "--threads", 1};
    assertThat(Cli.failure(ExitCode.IO, line))
        .contains(target.toString(), "another writer is on this path");
    Child child = Child.start(directory, line);
    assertThat(child.end()).isEqualTo(ExitCode.IO);
    assertThat(child.errors())
        .contains("bitnet: " + target, "another writer is on this path")
        .doesNotContain("\tat ");
  }

  @ParameterizedTest
  @CsvSource({"touched, trit", "replaced, trit", "cut, safetensors:packed"})
  void aSourceThatChangesDuringTheRunIsDetected(String change, String format)
      throws IOException, InterruptedException {
    Path copy = Files.copy(input, directory.resolve("copy"));
    Child child =
        Child.start(
            directory,
            "quantize",
            input,
            "-o",
            folder.resolve("model"),
            "--to",
            format,
            "--set",
            "packing.simd.enabled=false");
    Path partial = folder.resolve(".model.partial");
    while (child.process().isAlive() && !Files.exists(partial)) {
      Thread.sleep(0, 200_000);
    }
    switch (change) {
      case "touched" -> Files.setLastModifiedTime(input, FileTime.fromMillis(1_000));
      case "cut" -> {
        try (FileChannel file = FileChannel.open(input, StandardOpenOption.WRITE)) {
          file.truncate(file.size() / 2);
        }
      }
      default -> Files.move(copy, input, StandardCopyOption.REPLACE_EXISTING);
    }
    assertThat(child.end()).as(child.errors()).isEqualTo(ExitCode.BAD_DATA);
    assertThat(child.errors())
        .contains("in.safetensors", "Leave the file alone")
        .doesNotContain("\tat ");
    assertThat(Trees.contents(folder).keySet()).containsExactly("");
  }

  /// A side file that does not fit the heap: it is attached to a container from memory.
  @Test
  void tooLittleMemoryIsSaidInOneLine() throws IOException, InterruptedException {
    Path model = Files.createDirectory(directory.resolve("model"));
    Files.move(input, model.resolve(Models.WEIGHTS));
    Files.writeString(model.resolve("config.json"), "{}");
    try (RandomAccessFile large =
        new RandomAccessFile(model.resolve("tokenizer.json").toFile(), "rw")) {
      large.setLength(200_000_000);
    }
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/env")), "no POSIX environment");
    Child child =
        Child.start(
            directory,
            List.of("/usr/bin/env", "JDK_JAVA_OPTIONS=-Xmx64m"),
            "quantize",
            model,
            "-o",
            folder.resolve("model"),
            "--set",
            "packing.simd.enabled=false");
    assertThat(child.end()).as(child.errors()).isEqualTo(ExitCode.OUT_OF_MEMORY);
    assertThat(child.errors())
        .contains("bitnet: the work must fit the memory", " MiB. Raise it with BITNET4J_JVM_OPTS")
        .doesNotContain("\tat ");
    assertThat(Trees.contents(folder).keySet()).containsExactly("");
  }

  /// A limit of the shell on the size of a file: writing beyond it fails with EFBIG.
  @Test
  void aFileThatMayNotGrowIsAnOutputFailure() throws IOException, InterruptedException {
    assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "no POSIX shell");
    Path target = folder.resolve("model");
    Child child =
        Child.start(
            directory,
            List.of("/bin/sh", "-c", "ulimit -f 150 && exec \"$0\" \"$@\""),
            "quantize",
            input,
            "-o",
            target,
            "--to",
            "safetensors:packed",
            "--set",
            "packing.simd.enabled=false");
    assertThat(child.end()).as(child.errors()).isEqualTo(ExitCode.IO);
    assertThat(child.errors())
        .contains("bitnet: " + target, "write must succeed", "too large")
        .doesNotContain("\tat ");
    assertThat(Trees.contents(folder).keySet()).containsExactly("");
  }

  /// A file system of 128 KiB, in a mount namespace that ends with its process.
  @Test
  void aFullDiskIsAnOutputFailureAndKeepsTheOldFile() throws IOException, InterruptedException {
    assumeTrue(canMount(), "no mount namespaces for this user");
    Child child =
        Child.start(
            directory,
            List.of(
                "unshare",
                "-rm",
                "/bin/sh",
                "-c",
                "mount -t tmpfs -o size=128k none "
                    + folder
                    + " && echo old > "
                    + folder
                    + "/old && \"$0\" \"$@\"; code=$?; ls -A "
                    + folder
                    + " && cat "
                    + folder
                    + "/old; exit $code"),
            "quantize",
            input,
            "-o",
            folder.resolve("old"),
            "--set",
            "packing.simd.enabled=false");
    assertThat(child.end()).as(child.errors()).isEqualTo(ExitCode.IO);
    assertThat(child.errors()).contains("No space left", "Free space").doesNotContain("\tat ");
    assertThat(child.output()).isEqualTo("old\nold\n");
  }

  private boolean canMount() throws InterruptedException {
    try {
      Process probe =
          new ProcessBuilder(
                  "unshare",
                  "-rm",
                  "mount",
                  "-t",
                  "tmpfs",
                  "-o",
                  "size=64k",
                  "none",
                  folder.toString())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return probe.waitFor(10, TimeUnit.SECONDS) && probe.exitValue() == 0;
    } catch (IOException e) {
      return false; // no such program
    }
  }
}

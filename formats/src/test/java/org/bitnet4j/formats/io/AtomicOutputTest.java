package org.bitnet4j.formats.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AtomicOutputTest {
  @TempDir Path directory;

  private static void write(Path target, String text) {
    try (AtomicOutput output = AtomicOutput.create(target)) {
      output.write(ByteBuffer.wrap(text.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
      output.commit();
    }
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> directory.relativize(file).toString()).sorted().toList();
    }
  }

  @Test
  void writesAndReplaces() throws IOException {
    Path target = directory.resolve("out");
    write(target, "one");
    write(target, "two");
    assertThat(target).hasContent("two");
    assertThat(names()).containsExactly("out");
  }

  @Test
  void keepsTheOldFileUntilCommit() throws IOException {
    Path target = directory.resolve("out");
    write(target, "one");
    try (AtomicOutput output = AtomicOutput.create(target)) {
      output.write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
      output.writeAt(1, ByteBuffer.wrap(new byte[] {9}));
      assertThat(output.position()).isEqualTo(3);
      assertThat(target).hasContent("one");
    }
    assertThat(target).hasContent("one");
    assertThat(names()).containsExactly("out");
  }

  @Test
  void writesLargeBuffersWhole() throws IOException {
    byte[] bytes = new byte[(3 << 20) + 5];
    new java.util.Random(1).nextBytes(bytes);
    Path target = directory.resolve("out");
    try (AtomicOutput output = AtomicOutput.create(target)) {
      output.write(ByteBuffer.wrap(bytes));
      assertThat(output.position()).isEqualTo(bytes.length);
      output.commit();
    }
    assertThat(Files.readAllBytes(target)).isEqualTo(bytes);
  }

  @Test
  void refusesASecondWriterUntilTheFirstHasEnded() {
    Path target = directory.resolve("out");
    try (AtomicOutput first = AtomicOutput.create(target)) {
      assertThatThrownBy(() -> AtomicOutput.create(target))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("another writer is on this path");
      assertThatThrownBy(() -> AtomicDirectory.create(target)).isInstanceOf(StorageException.class);
      first.write(ByteBuffer.wrap(new byte[] {1}));
      first.commit();
    }
    write(target, "two");
    assertThat(target).hasContent("two");
  }

  @Test
  void refusesASecondWriterThroughALink() throws IOException {
    Path target = directory.resolve("out");
    Path link = Files.createSymbolicLink(directory.resolve("link"), target);
    try (AtomicOutput first = AtomicOutput.create(target)) {
      assertThat(first.position()).isZero();
      assertThatThrownBy(() -> AtomicOutput.create(link)).isInstanceOf(StorageException.class);
    }
  }

  @Test
  void replacesTheFileBehindALink() throws IOException {
    Path inner = Files.createDirectory(directory.resolve("inner"));
    Path target = inner.resolve("out");
    Path link = Files.createSymbolicLink(directory.resolve("link"), Path.of("inner/out"));
    write(link, "one");
    write(link, "two");
    assertThat(link).isSymbolicLink();
    assertThat(target).hasContent("two");
    assertThat(names()).containsExactly("inner", "link");
  }

  @Test
  void removesWhatACrashLeft() throws IOException {
    Files.writeString(directory.resolve(".out.partial"), "half");
    Files.writeString(directory.resolve(".out.lock"), "");
    write(directory.resolve("out"), "one");
    assertThat(names()).containsExactly("out");
  }

  @Test
  void refusesDirectoriesSpecialFilesAndMissingDirectories() {
    assertThatThrownBy(() -> AtomicOutput.create(directory))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("a directory");
    assertThatThrownBy(() -> AtomicOutput.create(directory.resolve("none/out")))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("Create the directory first");
    assertThatThrownBy(() -> AtomicOutput.create(Path.of("/")))
        .isInstanceOf(StorageException.class);
    Path device = Path.of("/dev/null");
    assumeThat(Files.exists(device) && Files.isWritable(device.resolveSibling("."))).isTrue();
    assertThatThrownBy(() -> AtomicOutput.create(device)).isInstanceOf(StorageException.class);
  }

  @Test
  void refusesALoopOfLinks() throws IOException {
    Path a = directory.resolve("a");
    Path b = directory.resolve("b");
    Files.createSymbolicLink(a, b);
    Files.createSymbolicLink(b, a);
    assertThatThrownBy(() -> AtomicOutput.create(a)).isInstanceOf(StorageException.class);
  }

  @Test
  void cannotBeWrittenAfterCommit() {
    try (AtomicOutput output = AtomicOutput.create(directory.resolve("out"))) {
      output.commit();
      assertThatThrownBy(() -> output.write(ByteBuffer.allocate(1)))
          .isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(output::commit).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void aDirectoryAppearsWholeAndOnlyWhereNothingIs() throws IOException {
    Path target = Files.createDirectory(directory.resolve("model"));
    Path orphan = Files.createDirectory(directory.resolve(".model.partial"));
    Files.writeString(orphan.resolve("shard"), "half");
    try (AtomicDirectory output = AtomicDirectory.create(target)) {
      try (FileOutput file = output.file("config.json")) {
        file.write(ByteBuffer.wrap(new byte[] {'{', '}'}));
        assertThatThrownBy(output::commit).isInstanceOf(IllegalStateException.class);
        file.commit();
      }
      assertThat(target).isEmptyDirectory();
      for (String bad : new String[] {"", ".", "..", "a/b", "/a", "config.json"}) {
        assertThatThrownBy(() -> output.file(bad)).isInstanceOf(IllegalArgumentException.class);
      }
      output.commit();
    }
    assertThat(target.resolve("config.json")).hasContent("{}");
    assertThat(names()).containsExactly("model");
    assertThatThrownBy(() -> AtomicDirectory.create(target))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("a directory with files in it");
    assertThatThrownBy(() -> AtomicDirectory.create(target.resolve("config.json")))
        .isInstanceOf(StorageException.class);
  }

  @Test
  void neverRemovesADirectoryThatIsNotItsOwn() throws IOException {
    Path strange = Files.createDirectories(directory.resolve(".model.partial/inner"));
    assertThatThrownBy(() -> AtomicDirectory.create(directory.resolve("model")))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("holds more than files");
    assertThat(strange).exists();
  }
}

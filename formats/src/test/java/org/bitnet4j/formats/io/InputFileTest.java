package org.bitnet4j.formats.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.Random;
import org.bitnet4j.quant.MalformedFileException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class InputFileTest {
  @TempDir Path directory;

  private Path file(int size) throws IOException {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return Files.write(directory.resolve("in"), bytes);
  }

  @Test
  void readsAnyRangeIntoAnyMemory() throws IOException {
    Path path = file((2 << 20) + 77);
    byte[] all = Files.readAllBytes(path);
    try (InputFile input = InputFile.open(path);
        Arena arena = Arena.ofConfined()) {
      assertThat(input.size()).isEqualTo(all.length);
      for (int[] range : new int[][] {{0, 0}, {0, all.length}, {5, 1 << 20}, {all.length, 0}}) {
        byte[] wanted = Arrays.copyOfRange(all, range[0], range[0] + range[1]);
        ByteBuffer heap = ByteBuffer.allocate(range[1]);
        input.read(range[0], heap);
        assertThat(heap.array()).isEqualTo(wanted);
        ByteBuffer direct = ByteBuffer.allocateDirect(range[1]);
        input.read(range[0], direct);
        assertThat(direct.flip()).isEqualTo(ByteBuffer.wrap(wanted));
        MemorySegment owned = arena.allocate(range[1]);
        input.read(range[0], owned);
        assertThat(owned.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(wanted);
      }
      assertThat(input.readAll(all.length)).isEqualTo(all);
    }
  }

  @ParameterizedTest
  @CsvSource({"-1,1", "0,101", "100,1", "101,0", "9223372036854775807,10", "90,11"})
  void refusesRangesOutsideTheFile(long offset, int count) throws IOException {
    try (InputFile input = InputFile.open(file(100))) {
      assertThatThrownBy(() -> input.read(offset, ByteBuffer.allocate(count)))
          .isInstanceOf(MalformedFileException.class);
    }
  }

  @Test
  void refusesWhatIsMissingOrNoFile() {
    assertThatThrownBy(() -> InputFile.open(directory.resolve("none")))
        .isInstanceOf(MissingFileException.class)
        .hasMessageContaining("must exist");
    assertThatThrownBy(() -> InputFile.open(directory))
        .isInstanceOf(MissingFileException.class)
        .hasMessageContaining("a directory");
  }

  @Test
  void refusesAFileLargerThanAllowedBeforeReadingIt() throws IOException {
    try (InputFile input = InputFile.open(file(100))) {
      assertThatThrownBy(() -> input.readAll(99))
          .isInstanceOf(MalformedFileException.class)
          .hasMessageContaining("at most 99 bytes");
    }
  }

  @Test
  void noticesATruncationWhileReading() throws IOException {
    Path path = file(100);
    try (InputFile input = InputFile.open(path)) {
      try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
        channel.truncate(50);
      }
      assertThatThrownBy(() -> input.read(0, ByteBuffer.allocate(100)))
          .isInstanceOfSatisfying(
              MalformedFileException.class, e -> assertThat(e.offset()).isEqualTo(50));
      assertThatThrownBy(input::requireUnchanged).isInstanceOf(MalformedFileException.class);
    }
  }

  @Test
  void noticesAChangeOfTimeOrIdentityAndARemoval() throws IOException {
    Path path = file(100);
    try (InputFile input = InputFile.open(path)) {
      input.requireUnchanged();
      FileTime time = Files.getLastModifiedTime(path);
      Files.setLastModifiedTime(path, FileTime.fromMillis(time.toMillis() + 5000));
      assertThatThrownBy(input::requireUnchanged).isInstanceOf(MalformedFileException.class);
      Files.setLastModifiedTime(path, time);
      input.requireUnchanged();
      Path other = Files.copy(path, directory.resolve("other"));
      Files.setLastModifiedTime(other, time);
      Files.move(other, path, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      assertThatThrownBy(input::requireUnchanged).isInstanceOf(MalformedFileException.class);
      Files.delete(path);
      assertThatThrownBy(input::requireUnchanged).isInstanceOf(MissingFileException.class);
    }
  }
}

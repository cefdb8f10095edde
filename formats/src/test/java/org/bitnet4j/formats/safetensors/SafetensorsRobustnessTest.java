package org.bitnet4j.formats.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bitnet4j.formats.safetensors.TestFiles.tensor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A good file cut and changed at every byte, and files that try to take too much.
final class SafetensorsRobustnessTest {
  private static final long MIB = 1 << 20;

  @TempDir Path directory;

  private static byte[] good() {
    return TestFiles.file(
        "{\"__metadata__\":{\"format\":\"pt\"},"
            + tensor("w.weight", "U8", "[2,3]", 0, 6)
            + ","
            + tensor("w.weight_scale", "F32", "[1]", 6, 10)
            + ","
            + tensor("\\u00e9mbed", "BF16", "[3,1]", 10, 16)
            + "}  ",
        16);
  }

  private Path write(byte[] bytes) throws IOException {
    return Files.write(directory.resolve("file.safetensors"), bytes);
  }

  @Test
  void everyCutIsRejected() throws IOException {
    byte[] good = good();
    assertThat(TestFiles.verdict(write(good))).isNull();
    for (int size = 0; size < good.length; size++) {
      assertThat(TestFiles.verdict(write(Arrays.copyOf(good, size))))
          .as("size %d", size)
          .isNotNull();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"00", "FF", "^01", "^80"})
  void everyChangedByteGivesAFileOrATypedRefusal(String change) throws IOException {
    byte[] good = good();
    int dataStart = good.length - 16;
    int accepted = 0;
    for (int at = 0; at < good.length; at++) {
      byte[] changed = good.clone();
      changed[at] =
          switch (change) {
            case "00" -> 0;
            case "FF" -> (byte) 0xFF;
            case "^01" -> (byte) (good[at] ^ 0x01);
            default -> (byte) (good[at] ^ 0x80);
          };
      boolean refused = TestFiles.verdict(write(changed)) != null;
      if (!refused && at < dataStart && changed[at] != good[at]) {
        accepted++; // a letter of a name or of free text, or another type of the same width
        assertThat((char) good[at]).as("byte %d", at).isNotIn('{', '}', '[', ']', ':', ',', '"');
      }
      assertThat(refused && at >= dataStart).as("data byte %d", at).isFalse();
    }
    assertThat(accepted > 0)
        .as("only a changed bit leaves a letter")
        .isEqualTo(change.equals("^01"));
  }

  @Test
  void everyLyingLengthIsRejected() throws IOException {
    byte[] good = good();
    for (int bit = 0; bit < 64; bit++) {
      byte[] lying = good.clone();
      lying[bit / 8] ^= (byte) (1 << (bit % 8));
      assertThat(TestFiles.verdict(write(lying))).as("bit %d", bit).isNotNull();
    }
  }

  /// The widest headers that one MiB holds; each is decided in a second within 64 MiB of heap.
  @Test
  void oneMebibyteIsDecidedInASecondAnd64MiB() throws Exception {
    List<String> kinds =
        List.of(
            "tensors", "metadata", "spaces", "shape", "name", "empty objects", "nesting", "digits");
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-cp",
                System.getProperty("java.class.path"),
                SmallHeapReader.class.getName()));
    for (String kind : kinds) {
      byte[] bytes = TestFiles.file(wide(kind), 0);
      assertThat(bytes.length).isBetween((int) MIB - 200, (int) MIB + 100);
      command.add(Files.write(directory.resolve(kind), bytes).toString());
    }
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    List<String> lines = process.inputReader().readAllLines();
    assertThat(process.waitFor()).isZero();
    assertThat(lines).hasSameSizeAs(kinds);
    for (int i = 0; i < kinds.size(); i++) {
      String[] words = lines.get(i).split(" ", 2);
      assertThat(words[0]).as(kinds.get(i)).isEqualTo(i < 3 ? "ACCEPT" : "REJECT");
      assertThat(Long.parseLong(words[1])).as(kinds.get(i)).isLessThan(1000);
    }
  }

  private static String wide(String kind) {
    int size = (int) MIB - 100;
    StringBuilder header = new StringBuilder("{");
    switch (kind) {
      case "tensors" -> {
        for (int i = 0; header.length() < size; i++) {
          header.append(i == 0 ? "" : ",").append(tensor("" + i, "U8", "[0]", 0, 0));
        }
      }
      case "metadata" -> {
        header.append("\"__metadata__\":{\"\":\"\"");
        for (int i = 0; header.length() < size; i++) {
          header.append(",\"").append(i).append("\":\"\"");
        }
        header.append('}');
      }
      case "spaces" -> header.append(" ".repeat(size));
      case "shape" ->
          header.append("\"a\":{\"shape\":[").append("0,".repeat(size / 2)).append("0]}");
      case "name" -> header.append('"').append("n".repeat(size)).append("\":1");
      case "empty objects" -> header.append("\"a\":{},".repeat(size / 7));
      case "nesting" -> header.append("\"a\":").append("[".repeat(size));
      case "digits" -> header.append("\"a\":{\"shape\":[").append("9".repeat(size)).append("]}");
      default -> throw new IllegalArgumentException(kind);
    }
    return header.append('}').toString();
  }

  /// The golden file of 100,000 tensors, made here.
  @Test
  void aHundredThousandTensorsOpenInASecond() throws IOException {
    StringBuilder header = new StringBuilder("{");
    for (int i = 0; i < 100_000; i++) {
      header.append(i == 0 ? "\"w" : ",\"w").append(i);
      header.append("\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}");
    }
    Path path = write(TestFiles.file(header.append('}').toString(), 0));
    Duration best = Duration.ofDays(1);
    for (int run = 0; run < 3; run++) {
      Duration start = processorTime();
      try (SafetensorsFile file = SafetensorsFile.open(path)) {
        Duration taken = processorTime().minus(start);
        best = taken.compareTo(best) < 0 ? taken : best;
        assertThat(file.tensors()).hasSize(100_000);
        assertThat(file.tensor("w99999").bytes()).isZero();
      }
    }
    assertThat(best).isLessThan(Duration.ofSeconds(1));
  }

  /// What this process has used: on a busy machine the clock on the wall tells nothing.
  private static Duration processorTime() {
    return ProcessHandle.current().info().totalCpuDuration().orElseThrow();
  }

  @Test
  void tooManyTensorsAreRefused() throws IOException {
    StringBuilder header = new StringBuilder("{");
    for (int i = 0; i <= HeaderReader.MAX_TENSORS; i++) {
      header.append(i == 0 ? "\"" : ",\"").append(i);
      header.append("\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}");
    }
    String json = header.append('}').toString();
    assertThat(TestFiles.verdict(write(TestFiles.file(json, 0))))
        .hasMessageContaining("at most 262144 tensors");
  }
}

package org.bitnet4j.formats.gguf;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.bitnet4j.quant.MalformedFileException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A good file cut and changed at every byte, and files that try to take too much.
final class GgufRobustnessTest {
  private static final int MIB = 1 << 20;

  /// The last tensor has 7 bytes and 25 of padding.
  private static final int TAIL = 25;

  @TempDir static Path directory;

  /// A file of every kind of value.
  private static byte[] good() {
    return GgufBytes.header(3, 7)
        .textKey("general.architecture", "bitnet-b1.58")
        .u32Key("general.alignment", 32)
        .key("f", 12)
        .i64(Double.doubleToLongBits(1e-5))
        .key("b", 7)
        .u8(1)
        .arrayKey("tokens", 8, 3)
        .text("a")
        .text("")
        .text("層")
        .arrayKey("flags", 7, 2)
        .u8(0)
        .u8(1)
        .arrayKey("types", 2, 2)
        .i16(1)
        .i16(-1)
        .tensor("token_embd.weight", 1, 0, 3, 2)
        .tensor("blk.0.attn_q.weight", 36, 32, 32, 4)
        .tensor("output_norm.weight", 24, 96, 7)
        .pad(32)
        .data(32 + 64 + 7)
        .pad(32)
        .bytes();
  }

  private Path write(byte[] bytes) throws IOException {
    return Files.write(directory.resolve("file.gguf"), bytes);
  }

  @Test
  void everyCutButThatOfTheLastPaddingIsRejected() throws IOException {
    byte[] good = good();
    assertThat(TestFiles.verdict(write(good))).isNull();
    for (int size = 0; size < good.length; size++) {
      MalformedFileException refusal = TestFiles.verdict(write(Arrays.copyOf(good, size)));
      assertThat(refusal == null).as("size %d", size).isEqualTo(size == good.length - TAIL);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"00", "FF", "^01", "^80"})
  void everyChangedByteGivesAFileOrATypedRefusal(String change) throws IOException {
    byte[] good = good();
    int dataStart = good.length - 128;
    int refused = 0;
    for (int at = 0; at < good.length; at++) {
      byte[] changed = good.clone();
      changed[at] =
          switch (change) {
            case "00" -> 0;
            case "FF" -> (byte) 0xFF;
            case "^01" -> (byte) (good[at] ^ 0x01);
            default -> (byte) (good[at] ^ 0x80);
          };
      MalformedFileException refusal = TestFiles.verdict(write(changed));
      if (at < 24 && changed[at] != good[at] && !(at == 4 && change.equals("^01"))) {
        assertThat(refusal).as("byte %d of magic, version and counts", at).isNotNull();
      }
      if (at >= dataStart) {
        assertThat(refusal).as("data byte %d", at).isNull();
      }
      refused += refusal == null ? 0 : 1;
    }
    assertThat(refused).isBetween(24, dataStart);
  }

  @Test
  void everyFlippedBitOfACountOrLengthIsRejected() throws IOException {
    byte[] good = good();
    int[] starts = {8, 16, 24};
    for (int start : starts) {
      for (int bit = 0; bit < 64; bit++) {
        byte[] lying = good.clone();
        lying[start + bit / 8] ^= (byte) (1 << (bit % 8));
        assertThat(TestFiles.verdict(write(lying))).as("byte %d bit %d", start, bit).isNotNull();
      }
    }
  }

  /// Files of one mebibyte, and the limits that are promised beyond: 100,000 tensors and keys,
  /// 1,000,000 items. Each is decided by a process with 64 MiB of heap. Work that grew with the
  /// square of the size would not end before the process is given up.
  @Test
  void smallHeapDecidesEveryFile() throws Exception {
    Map<String, String> wanted = new HashMap<>();
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-cp",
                System.getProperty("java.class.path"),
                SmallHeapReader.class.getName()));
    for (Wide wide : Wide.values()) {
      Path path = Files.write(directory.resolve(wide.name()), wide.bytes());
      wanted.put(path.toString(), wide.accepted() ? "ACCEPT" : "REJECT");
      command.add(path.toString());
    }
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    Map<String, String> found = new HashMap<>();
    for (String line : process.inputReader().readAllLines()) {
      found.put(line.substring(7), line.substring(0, 6));
    }
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).isZero();
    assertThat(found).isEqualTo(wanted);
  }

  /// Files as wide as can be.
  private enum Wide {
    KEYS(true) {
      @Override
      byte[] bytes() {
        int count = (MIB - 24) / 18;
        GgufBytes file = GgufBytes.header(0, count);
        for (int i = 0; i < count; i++) {
          file.i64(5).raw(String.format(java.util.Locale.ROOT, "%05x", i)).i32(7).u8(1);
        }
        return file.bytes();
      }
    },
    TENSORS(true) {
      @Override
      byte[] bytes() {
        int count = (MIB - 24) / 37;
        GgufBytes file = GgufBytes.header(count, 0);
        for (int i = 0; i < count; i++) {
          file.tensor(String.format(java.util.Locale.ROOT, "%05x", i), 0, 0, 0);
        }
        return file.bytes();
      }
    },
    TEXTS(true) {
      @Override
      byte[] bytes() {
        int count = (MIB - 100) / 8;
        return GgufBytes.header(0, 1).arrayKey("a", 8, count).raw(new byte[8 * count]).bytes();
      }
    },
    BYTES(true) {
      @Override
      byte[] bytes() {
        return GgufBytes.header(0, 1).arrayKey("a", 0, MIB).data(MIB).bytes();
      }
    },
    TEXT(true) {
      @Override
      byte[] bytes() {
        return GgufBytes.header(0, 1).textKey("a", "x".repeat(MIB)).bytes();
      }
    },
    DECLARED_TENSORS(false) {
      @Override
      byte[] bytes() {
        return GgufBytes.header((MIB - 24) / 25, 0).raw(new byte[MIB]).bytes();
      }
    },
    DECLARED_KEYS(false) {
      @Override
      byte[] bytes() {
        return GgufBytes.header(0, (MIB - 24) / 14).raw(new byte[MIB]).bytes();
      }
    },
    DECLARED_TEXTS(false) {
      @Override
      byte[] bytes() {
        byte[] ones = new byte[MIB];
        Arrays.fill(ones, (byte) -1);
        return GgufBytes.header(0, 1).arrayKey("a", 8, MIB / 8).raw(ones).bytes();
      }
    },
    NESTED_ARRAYS(false) {
      @Override
      byte[] bytes() {
        return TestFiles.nestedArrays(MIB / 12);
      }
    },
    SAME_START_OF_NAMES(true) {
      @Override
      byte[] bytes() {
        int count = 14;
        GgufBytes file = GgufBytes.header(0, count);
        for (int i = 0; i < count; i++) {
          file.key("k".repeat(65_000) + (char) ('a' + i), 7).u8(0);
        }
        return file.bytes();
      }
    },
    KEYS_100_000(true) {
      @Override
      byte[] bytes() {
        GgufBytes file = GgufBytes.header(0, 100_000);
        for (int i = 0; i < 100_000; i++) {
          file.u32Key("general.key." + i, i);
        }
        return file.bytes();
      }
    },
    TENSORS_100_000(true) {
      @Override
      byte[] bytes() {
        GgufBytes file = GgufBytes.header(100_000, 0);
        for (int i = 0; i < 100_000; i++) {
          file.tensor("blk." + i + ".weight", 0, 32L * i, 4, 2);
        }
        return file.pad(32).raw(new byte[100_000 * 32]).bytes();
      }
    },
    TEXTS_1_000_000(true) {
      @Override
      byte[] bytes() {
        GgufBytes file = GgufBytes.header(0, 1).arrayKey("a", 8, 1_000_000);
        for (int i = 0; i < 1_000_000; i++) {
          file.i64(3).u8('a' + i % 26).u8('b').u8('c');
        }
        return file.bytes();
      }
    },
    FLOATS_1_000_000(true) {
      @Override
      byte[] bytes() {
        return GgufBytes.header(0, 1).arrayKey("a", 6, 1_000_000).data(4_000_000).bytes();
      }
    },
    TOO_MANY_KEYS(false) {
      @Override
      byte[] bytes() {
        return GgufBytes.header(0, (1 << 18) + 1).raw(new byte[14 << 18]).bytes();
      }
    },
    TOO_MANY_TENSORS(false) {
      @Override
      byte[] bytes() {
        return GgufBytes.header((1 << 18) + 1, 0).raw(new byte[25 << 18]).raw(new byte[99]).bytes();
      }
    };

    private final boolean accepted;

    Wide(boolean accepted) {
      this.accepted = accepted;
    }

    boolean accepted() {
      return accepted;
    }

    abstract byte[] bytes();
  }
}

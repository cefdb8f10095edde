package org.bitnet4j.formats.trit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import org.bitnet4j.quant.MalformedFileException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A good file damaged in every way that one byte allows.
class TritDamageTest {
  @TempDir Path directory;
  private byte[] good = {};
  private Path path = Path.of("");

  @BeforeEach
  void writeGoodFile() {
    path = directory.resolve("good.trit");
    TritFixtures.writeSmall(path);
    good = TritFixtures.read(path);
  }

  private void writeAllKinds() {
    TritFixtures.writeAllKinds(path, true);
    good = TritFixtures.read(path);
  }

  private void readAll() {
    try (TritReader reader = TritReader.open(path)) {
      reader.verify();
    }
  }

  @Test
  void everyCutIsRejected() {
    writeAllKinds();
    for (int length = 0; length < good.length; length++) {
      TritFixtures.write(path, Arrays.copyOf(good, length));
      assertThatThrownBy(() -> TritReader.open(path).close())
          .as("cut at %d", length)
          .isInstanceOf(MalformedFileException.class);
    }
    TritFixtures.write(path, Arrays.copyOf(good, good.length + 1));
    assertThatThrownBy(() -> TritReader.open(path).close())
        .isInstanceOf(MalformedFileException.class);
  }

  @Test
  void everyDamagedByteIsFound() throws IOException {
    requireEveryDamageFound();
  }

  private void requireEveryDamageFound() throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      for (int at = 0; at < good.length; at++) {
        for (byte value : damages(good[at])) {
          channel.write(ByteBuffer.wrap(new byte[] {value}), at);
          MalformedFileException fault = null;
          try {
            readAll();
          } catch (MalformedFileException e) {
            fault = e;
          }
          assertThat(fault).as("byte %d as %d", at, value).isNotNull();
          assertThat(java.util.Objects.requireNonNull(fault).offset())
              .as("offset in %s", fault.getMessage())
              .isBetween(0L, (long) good.length);
        }
        channel.write(ByteBuffer.wrap(new byte[] {good[at]}), at);
      }
    }
    readAll();
  }

  @Test
  @Tag("slow")
  void everyDamagedByteOfAllKindsIsFound() throws IOException {
    writeAllKinds();
    requireEveryDamageFound();
  }

  @Test
  @Tag("slow")
  void everyDamagedByteOfALargerDirectoryGivesValuesOrATypedError() {
    writeAllKinds();
    requireTypedBehindChecksums();
  }

  /// With the checksums made right again the damage reaches the parser: values or a typed error.
  @Test
  void everyDamagedByteOfTheDirectoryGivesValuesOrATypedError() {
    requireTypedBehindChecksums();
  }

  private void requireTypedBehindChecksums() {
    int start = (int) ByteBuffer.wrap(good).order(java.nio.ByteOrder.LITTLE_ENDIAN).getLong(16);
    int accepted = 0;
    for (int at = 0; at < good.length; at = at == 60 ? start : at + 1) {
      for (byte value : damages(good[at])) {
        byte[] damaged = good.clone();
        damaged[at] = value;
        TritFixtures.write(path, TritFixtures.withChecksums(damaged));
        try {
          readAll();
          accepted++;
        } catch (MalformedFileException e) {
          assertThat(e.offset()).as(e.getMessage()).isBetween(0L, (long) good.length);
        }
      }
    }
    // Other letters in names, the recipe and metadata are as good as the ones that stood there.
    assertThat(accepted).isPositive();
  }

  @Test
  void uncheckedPayloadsGiveValuesOrATypedError() {
    TritFixtures.writeAllKinds(path, false);
    byte[] unchecked = TritFixtures.read(path);
    try (TritReader reader = TritReader.open(path)) {
      reader.verify();
      for (TritEntry entry : reader.entries()) {
        if (entry instanceof TritEntry.Packed packed) {
          List<Long> range =
              List.of(packed.payloadOffset(), packed.payloadOffset() + packed.payloadLength());
          requireTyped(unchecked, range.get(0), range.get(1));
        }
      }
    }
  }

  private void requireTyped(byte[] file, long from, long to) {
    Path damagedPath = directory.resolve("damaged.trit");
    for (int at = (int) from; at < to; at++) {
      for (byte value : new byte[] {(byte) 0xFF, (byte) (file[at] ^ 1)}) {
        byte[] damaged = file.clone();
        damaged[at] = value;
        TritFixtures.write(damagedPath, damaged);
        try (TritReader reader = TritReader.open(damagedPath)) {
          reader.verify();
        } catch (MalformedFileException e) {
          assertThat(e.offset()).as(e.getMessage()).isBetween(from, to);
        }
      }
    }
  }

  private static byte[] damages(byte value) {
    byte[] damages = new byte[12];
    int count = 0;
    for (int candidate : new int[] {0, 0xFF, value ^ 1, value ^ 0x80}) {
      damages[count] = (byte) candidate;
      count += (byte) candidate == value ? 0 : 1;
    }
    for (int bit = 1; bit < 7; bit++) {
      damages[count++] = (byte) (value ^ 1 << bit);
    }
    return Arrays.copyOf(damages, count);
  }
}

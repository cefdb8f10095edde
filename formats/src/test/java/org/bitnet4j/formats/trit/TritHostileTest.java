package org.bitnet4j.formats.trit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.bitnet4j.formats.HostileFiles;
import org.bitnet4j.quant.MalformedFileException;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Directories that lie: each refused with a typed error, at once and without memory.
class TritHostileTest {
  private static final long BIG = 1L << 47;

  @TempDir Path directory;

  private static ByteSink empty() {
    return new ByteSink().u8(0).u32(0).u32(0);
  }

  private static ByteSink start(int tensors) {
    return empty().u32(tensors);
  }

  private static ByteSink name(ByteSink sink, String name, long elements, long... dimensions) {
    sink.text(name).u8(dimensions.length);
    for (long dimension : dimensions) {
      sink.u64(dimension);
    }
    return sink.u64(elements);
  }

  private static ByteSink raw(ByteSink sink, String name, long elements, long offset, long table) {
    name(sink, name, elements, elements);
    sink.u8(TensorKind.RAW).text("U8").u32(1).u64(offset).u64(elements).u64(table);
    return sink.u32((int) Math.ceilDiv(elements, 1L << 20)).u32(0);
  }

  /// A run-length tensor without offsets whose table and scale need not be there.
  private static ByteSink ternary(ByteSink sink, long elements, long... dimensions) {
    name(sink, "t", elements, dimensions);
    return sink.u8(TensorKind.TERNARY).u8(4).u8(0);
  }

  private static ByteSink rest(ByteSink sink, int blockSize, long payload, int blocks) {
    return sink.u8(0)
        .u8(0)
        .u8(1)
        .u8(0)
        .u32(blockSize)
        .u32(1)
        .u64(64)
        .u64(payload)
        .u64(64)
        .u64(68)
        .u32(blocks)
        .u32(0);
  }

  static Stream<Arguments> directories() {
    List<Arguments> all = new ArrayList<>();
    add(all, "nothing", "directory length", s -> {});
    add(all, "recipe flag 2", "recipe present", s -> s.u8(2));
    add(all, "recipe longer than the file", "recipe", s -> s.u8(1).u32(-1));
    add(all, "recipe of 2 GiB", "recipe", s -> s.u8(1).u32(Integer.MAX_VALUE));
    add(
        all,
        "recipe not UTF-8",
        "recipe must be UTF-8",
        s -> s.u8(1).u32(1).u8(0xFF).u32(0).u32(0).u32(0));
    add(
        all,
        "recipe with half a surrogate",
        "recipe must be UTF-8",
        s -> s.u8(1).u32(3).u8(0xED).u8(0xA0).u8(0x80));
    add(all, "4 billion metadata", "metadata count", s -> s.u8(0).u32(-1));
    add(
        all,
        "metadata twice",
        "metadata key",
        s -> s.u8(0).u32(2).text("k").text("v").text("k").text("v"));
    add(
        all,
        "metadata unsorted",
        "metadata key",
        s -> s.u8(0).u32(2).text("l").text("v").text("k").text("v"));
    add(all, "4 billion attachments", "attachment count", s -> s.u8(0).u32(0).u32(-1));
    for (String bad : new String[] {"", "..", "a/b", "a\u0000b", ".ssh", "c:x", "x".repeat(300)}) {
      add(
          all,
          "attachment " + bad.length() + bad.codePoints().sum(),
          "attachment name must be a plain file name",
          s -> s.u8(0).u32(0).u32(1).text(bad).u64(64).u64(0).u32(0).u32(0));
    }
    add(
        all,
        "attachment twice",
        "attachment name must be used once",
        s ->
            s.u8(0)
                .u32(0)
                .u32(2)
                .text("a")
                .u64(64)
                .u64(0)
                .u32(0)
                .text("a")
                .u64(64)
                .u64(0)
                .u32(0)
                .u32(0));
    add(
        all,
        "attachment beyond the file",
        "attachment a",
        s -> s.u8(0).u32(0).u32(1).text("a").u64(64).u64(1000).u32(0).u32(0));
    add(
        all,
        "attachment at 2^63",
        "attachment offset",
        s -> s.u8(0).u32(0).u32(1).text("a").u64(Long.MIN_VALUE).u64(0).u32(0).u32(0));
    add(all, "4 billion tensors", "tensor count", s -> s.bytes(empty().toArray()).u32(-1));
    add(
        all,
        "100 million tensors",
        "tensor count",
        s -> s.bytes(empty().toArray()).u32(100_000_000));
    add(all, "no name", "tensor name", s -> raw(s.bytes(start(1).toArray()), "", 0, 64, 64));
    add(
        all,
        "17 dimensions",
        "number of dimensions",
        s -> s.bytes(start(1).toArray()).text("t").u8(17).bytes(new byte[150]));
    add(
        all,
        "dimension -1",
        "dimension",
        s -> name(s.bytes(start(1).toArray()), "t", 0, -1, 0).bytes(pad()));
    add(
        all,
        "dimension 2^49",
        "dimension",
        s -> name(s.bytes(start(1).toArray()), "t", 0, 1L << 49, 0).bytes(pad()));
    add(
        all,
        "columns 2^31",
        "dimension",
        s -> name(s.bytes(start(1).toArray()), "t", 0, 1, 1L << 31).bytes(pad()));
    add(
        all,
        "product beyond 2^63",
        "dimensions must be of at most",
        s -> name(s.bytes(start(1).toArray()), "t", 0, BIG, BIG, 4).bytes(pad()));
    add(
        all,
        "other element count",
        "element count",
        s -> name(s.bytes(start(1).toArray()), "t", 5, 2, 2).bytes(pad()));
    add(
        all,
        "kind 3",
        "kind",
        s -> name(s.bytes(start(1).toArray()), "t", 4, 2, 2).u8(3).bytes(pad()));
    add(
        all,
        "raw of 2^61 elements of 64 bits",
        "payload length",
        s ->
            name(s.bytes(start(1).toArray()), "t", 1L << 61, 1L << 31, 1L << 30)
                .u8(TensorKind.RAW)
                .text("F64")
                .u32(1)
                .u64(64)
                .u64(0)
                .u64(64)
                .u32(0)
                .u32(0));
    add(
        all,
        "unknown element type",
        "element type",
        s ->
            name(s.bytes(start(1).toArray()), "t", 0, 0)
                .u8(TensorKind.RAW)
                .text("F31")
                .bytes(pad()));
    add(
        all,
        "raw beyond the file",
        "payload of t",
        s -> raw(s.bytes(start(1).toArray()), "t", 1000, 64, 64));
    add(
        all,
        "same name twice",
        "tensor name must be used once",
        s -> raw(raw(s.bytes(start(2).toArray()), "t", 0, 64, 64), "t", 0, 64, 64));
    add(
        all,
        "strategy 6",
        "strategy",
        s -> name(s.bytes(start(1).toArray()), "t", 0, 0).u8(0).u8(6).u8(0).bytes(pad()));
    add(
        all,
        "kernel layout of run lengths",
        "kernel layout",
        s -> name(s.bytes(start(1).toArray()), "t", 0, 0).u8(0).u8(4).u8(1).bytes(pad()));
    add(
        all,
        "integers of 3 bits",
        "bits",
        s -> name(s.bytes(start(1).toArray()), "t", 0, 0).u8(1).u8(3).u8(0).bytes(pad()));
    add(
        all,
        "group of size 0",
        "group size",
        s -> ternary(s.bytes(start(1).toArray()), 0, 0).u8(2).u32(0).bytes(pad()));
    add(
        all,
        "group size without groups",
        "group size",
        s -> ternary(s.bytes(start(1).toArray()), 0, 0).u8(0).u32(1).bytes(pad()));
    add(
        all,
        "2^62 scales",
        "dimensions must be small enough",
        s ->
            rest(
                ternary(s.bytes(start(1).toArray()), 1L << 62, 1L << 47, 1 << 15).u8(2).u32(1),
                2048,
                0,
                0));
    add(
        all,
        "2^47 rows of a scale each",
        "scales",
        s -> rest(ternary(s.bytes(start(1).toArray()), BIG, BIG, 1).u8(1).u32(0), 2048, 0, 0));
    add(
        all,
        "2^30 weights without a table",
        "scales of t",
        s ->
            rest(
                ternary(s.bytes(start(1).toArray()), 1 << 30, 1 << 30).u8(0).u32(0),
                2048,
                0,
                2048));
    add(
        all,
        "block size 0",
        "block size",
        s -> rest(ternary(s.bytes(start(1).toArray()), 0, 0).u8(0).u32(0), 0, 0, 0));
    add(
        all,
        "block size 2049",
        "block size",
        s -> rest(ternary(s.bytes(start(1).toArray()), 0, 0).u8(0).u32(0), 2049, 0, 0));
    add(all, "byte after the directory", "directory", s -> s.bytes(start(0).toArray()).u8(0));
    return all.stream();
  }

  private static byte[] pad() {
    return new byte[80];
  }

  private static void add(
      List<Arguments> all, String what, String field, Consumer<ByteSink> content) {
    ByteSink sink = new ByteSink();
    content.accept(sink);
    all.add(Arguments.of(what, field, sink));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("directories")
  void lyingDirectoryIsRefused(String what, String field, ByteSink content) {
    refuse(
        what,
        ": " + field + (field.contains(" must ") ? "" : " must "),
        TritFixtures.container(new byte[16], content));
  }

  private void refuse(String what, String message, byte[] bytes) {
    Path path = TritFixtures.write(directory.resolve("hostile.trit"), bytes);
    Assertions.assertTimeout(
        Duration.ofSeconds(1),
        () ->
            assertThatThrownBy(() -> TritReader.open(path).close())
                .as(what)
                .isInstanceOf(MalformedFileException.class)
                .hasMessageContaining("hostile.trit")
                .hasMessageContaining(message));
  }

  @Test
  void directoryCount() {
    HostileFiles.assertListed("trit directories", directories().count());
  }

  @Test
  void emptyContainerIsGood() {
    byte[] bytes = TritFixtures.container(new byte[0], start(0));
    try (TritReader reader =
        TritReader.open(TritFixtures.write(directory.resolve("empty.trit"), bytes))) {
      reader.verify();
      assertThat(reader.entries()).isEmpty();
      assertThat(reader.recipe()).isEmpty();
    }
  }

  @Test
  void overlapsHolesAndPaddingAreRefused() {
    // Two bytes of payload, checksums at 72: good but for the checksums themselves.
    byte[] content = new byte[16];
    refuseAt("overlap", content, raw(raw(start(2), "a", 2, 64, 72), "b", 2, 65, 72), "next to");
    refuseAt("same bytes twice", content, raw(raw(start(2), "a", 2, 64, 72), "b", 2, 64, 72), "");
    refuseAt("hole", new byte[24], raw(start(1), "a", 2, 64, 80), "at byte 72");
    refuseAt("bytes after all", new byte[24], raw(start(1), "a", 2, 64, 72), "at byte 80");
    content[5] = 1;
    refuseAt("padding", content, raw(start(1), "a", 2, 64, 72), "padding");
    byte[] early = TritFixtures.container(new byte[0], start(0));
    ByteBuffer.wrap(early).order(java.nio.ByteOrder.LITTLE_ENDIAN).putLong(16, 8);
    refuse("directory inside the preamble", "directory offset", TritFixtures.withChecksums(early));
  }

  private void refuseAt(String what, byte[] content, ByteSink sink, String message) {
    Path path =
        TritFixtures.write(
            directory.resolve("hostile.trit"), TritFixtures.container(content, sink));
    assertThatThrownBy(() -> TritReader.open(path).close())
        .as(what)
        .isInstanceOf(MalformedFileException.class)
        .hasMessageContaining(message);
  }

  /// A few bytes of table that stand for a billion weights are refused before any is unpacked.
  @Test
  void expansionIsBounded() {
    int blocks = 2048;
    ByteSink side = new ByteSink().u32(Float.floatToIntBits(1f));
    for (int i = 0; i < blocks; i++) {
      side.u8(4).u8(0).u32(4).u32(0);
    }
    ByteSink payload = new ByteSink();
    for (int i = 0; i < blocks; i++) {
      // One run of 2^19 zeros.
      payload.u8(1).u8(0x80).u8(0x80).u8(0x20);
    }
    byte[] sideBytes = side.toArray();
    ByteSink content = new ByteSink().bytes(payload.toArray()).bytes(sideBytes).bytes(new byte[4]);
    long at = 64 + 4L * blocks;
    ByteSink sink = ternary(start(1), 1 << 30, 1 << 30).u8(0).u32(0).u8(0).u8(0).u8(0).u8(0);
    sink.u32(2048).u32(1).u64(64).u64(4L * blocks).u64(at).u64(at + 4).u32(blocks);
    sink.u32(TritFormat.crc32c(sideBytes, 0, sideBytes.length));
    Path path =
        TritFixtures.write(
            directory.resolve("bomb.trit"), TritFixtures.container(content.toArray(), sink));
    try (TritReader reader = TritReader.open(path)) {
      assertThatThrownBy(reader::verify)
          .isInstanceOf(MalformedFileException.class)
          .hasMessageContaining("unpacked size of t");
    }
  }

  @Test
  void hundredThousandTensorsOpenInLinearTime() {
    ByteSink sink = start(100_000);
    for (int i = 0; i < 100_000; i++) {
      raw(sink, "model.layers." + i + ".weight", 0, 64, 64);
    }
    Path path =
        TritFixtures.write(
            directory.resolve("many.trit"), TritFixtures.container(new byte[0], sink));
    // A second on an idle machine, with room for a busy one.
    Assertions.assertTimeout(
        Duration.ofSeconds(3),
        () -> {
          try (TritReader reader = TritReader.open(path)) {
            assertThat(reader.entries()).hasSize(100_000);
          }
        });
  }

  @Test
  void otherFilesAreNamedAsSuch() {
    byte[] gguf = new byte[100];
    gguf[0] = 'G';
    refuse("another format", "no .trit file", gguf);
    byte[] later = TritFixtures.container(new byte[0], start(0));
    later[8] = 2;
    Path path = TritFixtures.write(directory.resolve("hostile.trit"), later);
    assertThatThrownBy(() -> TritReader.open(path).close())
        .isInstanceOf(MalformedFileException.class)
        .hasMessageContaining("version must be 1, got [2]");
  }
}

package org.bitnet4j.formats.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.bitnet4j.formats.io.AtomicDirectory;
import org.bitnet4j.formats.io.FileOutput;
import org.bitnet4j.formats.io.MissingFileException;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.MalformedFileException;
import org.bitnet4j.quant.TensorShape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Models in several files.
final class ShardsTest {
  @TempDir Path directory;

  private static String name(int number) {
    return "shard-0000" + number + "-of-00003.gguf";
  }

  /// Copies of the shards that the format's own Python package wrote.
  private void copy(int... numbers) throws IOException {
    for (int number : numbers) {
      Files.copy(TestFiles.resource(name(number)), directory.resolve(name(number)));
    }
  }

  /// A shard of one tensor of 32 bytes.
  private Path shard(int number, String tensor, int no, int count, int tensors) throws IOException {
    byte[] bytes =
        GgufBytes.header(1, 3)
            .u32Key("split.no", no)
            .u32Key("split.count", count)
            .u32Key("split.tensors.count", tensors)
            .tensor(tensor, 0, 0, 8)
            .pad(32)
            .data(32)
            .bytes();
    return Files.write(directory.resolve("s-0000" + number + "-of-00002.gguf"), bytes);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void anyShardOpensTheModel(int number) throws IOException {
    copy(1, 2, 3);
    try (GgufFile file = GgufFile.open(directory.resolve(name(number)))) {
      assertThat(file.files())
          .containsExactly(
              directory.resolve(name(1)), directory.resolve(name(2)), directory.resolve(name(3)));
      assertThat(file.metadata().keys()).containsExactly("general.architecture", "general.name");
      assertThat(file.tensors().stream().map(GgufTensor::name))
          .containsExactly(
              "blk.0.weight", "blk.1.weight", "blk.2.weight", "blk.3.weight", "blk.4.weight");
      for (int i = 0; i < 5; i++) {
        GgufTensor tensor = file.tensor("blk." + i + ".weight");
        assertThat(tensor).isEqualTo(file.tensors().get(i));
        assertThat(tensor.file()).endsWith(name(i / 2 + 1));
        assertThat(tensor.shape()).isEqualTo(TensorShape.of(2, 3 + i));
        float[] values = new float[2 * (3 + i)];
        file.source(tensor).readRows(0, 2, values, 0);
        assertThat(values).containsOnly(i);
      }
      assertThat(file.find("blk.5.weight")).isNull();
      assertThat(file.path()).isEqualTo(directory.resolve(name(number)));
      file.requireUnchanged();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void aMissingShardIsNamed(int missing) throws IOException {
    int[] others = IntStream.rangeClosed(1, 3).filter(number -> number != missing).toArray();
    copy(others);
    for (int number : others) {
      assertThatThrownBy(() -> GgufFile.open(directory.resolve(name(number))))
          .isInstanceOf(MissingFileException.class)
          .hasMessageContaining(name(missing))
          .hasMessageContaining("must lie beside the other 2 shards, got [no such file]");
    }
  }

  @Test
  void namesMustTellTheShard() throws IOException {
    copy(1, 2, 3);
    for (String wrong :
        List.of(
            "renamed.gguf",
            "shard-00001-of-00002.gguf",
            "shard-1-of-3.gguf",
            "shard-00004-of-00003.gguf",
            "shard-00000-of-00003.gguf",
            "shard-00001-of-00003.bin")) {
      Path path = Files.copy(directory.resolve(name(1)), directory.resolve(wrong));
      refuses(path, "that of a shard, as in name-00001-of-00003.gguf");
    }
    Files.delete(directory.resolve(name(2)));
    Files.copy(directory.resolve(name(3)), directory.resolve(name(2)));
    refuses(directory.resolve(name(1)), "key split.no must be 1, got [2]");
  }

  private static void refuses(Path path, String message) {
    assertThatThrownBy(() -> GgufFile.open(path))
        .isInstanceOfSatisfying(
            MalformedFileException.class, e -> assertThat(e.offset()).isNotNegative())
        .hasMessageContaining(message);
  }

  @Test
  void shardsMustAgree() throws IOException {
    Path first = shard(1, "a", 0, 2, 2);
    shard(2, "b", 1, 2, 2);
    GgufFile.open(first).close();
    shard(2, "a", 1, 2, 2);
    refuses(first, "tensor a must be in one shard, got [a second one");
    shard(2, "b", 1, 2, 3);
    refuses(first, "key split.tensors.count must be 2, got [3]");
    shard(2, "b", 1, 3, 2);
    refuses(first, "key split.count must be 2, got [3]");
    shard(2, "b", 0, 2, 2);
    refuses(first, "key split.no must be 1, got [0]");
    Files.write(directory.resolve("s-00002-of-00002.gguf"), GgufBytes.header(0, 0).bytes());
    refuses(first, "key split.no must be 1, got [no such key]");
    Files.write(directory.resolve("s-00002-of-00002.gguf"), new byte[100]);
    refuses(first, "s-00002-of-00002.gguf at byte 0: magic");
  }

  @Test
  void mistypedCountsAreRefused() throws IOException {
    byte[] bytes = GgufBytes.header(0, 1).textKey("split.count", "2").bytes();
    refuses(
        Files.write(directory.resolve("s-00001-of-00002.gguf"), bytes),
        "key split.count must be an integer");
  }

  @Test
  void aSingleFileMayCallItselfASplitOfOne() throws IOException {
    byte[] bytes = GgufBytes.header(0, 1).u32Key("split.count", 1).bytes();
    try (GgufFile file = GgufFile.open(Files.write(directory.resolve("one.gguf"), bytes))) {
      assertThat(file.files()).hasSize(1);
    }
  }

  @Test
  void writesTheShardsOfTheFormatsOwnPackage() throws IOException {
    copy(1, 2, 3);
    Path target = directory.resolve("out");
    try (GgufFile file = GgufFile.open(directory.resolve(name(1)));
        AtomicDirectory output = AtomicDirectory.create(target);
        GgufShardedWriter writer =
            GgufShardedWriter.begin(
                output::file, "shard", file.metadata(), entries(file), 2 * 4 * 11)) {
      assertThat(writer.fileNames()).containsExactly(name(1), name(2), name(3));
      for (GgufTensor tensor : file.tensors()) {
        writer.write(tensor.name(), bytes(file, tensor));
      }
      writer.finish();
      output.commit();
    }
    for (int number = 1; number <= 3; number++) {
      assertThat(Files.readAllBytes(target.resolve(name(number))))
          .isEqualTo(Files.readAllBytes(TestFiles.resource(name(number))));
    }
  }

  private static List<GgufEntry> entries(GgufFile file) {
    return file.tensors().stream()
        .map(tensor -> new GgufEntry(tensor.name(), tensor.type(), tensor.shape()))
        .toList();
  }

  private static MemorySegment bytes(GgufFile file, GgufTensor tensor) {
    ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(tensor.bytes()));
    file.read(tensor, 0, bytes);
    return MemorySegment.ofBuffer(bytes.flip());
  }

  /// Texts may be replaced until the last file is complete; other keys and alignment are carried.
  @ParameterizedTest
  @ValueSource(longs = {1, 40, 100, Long.MAX_VALUE})
  void shardsOfEverySizeHoldTheSameModel(long limit) throws IOException {
    GgufMetadata metadata =
        GgufMetadata.builder()
            .put("general.alignment", GgufValue.u32(64))
            .put("hash", GgufValue.text("????"))
            .put("split.count", GgufValue.u32(9))
            .build();
    List<GgufEntry> entries =
        List.of(
            new GgufEntry("empty", GgufType.F32, TensorShape.of(0)),
            new GgufEntry("q", GgufType.Q2_0, TensorShape.of(1, 128)),
            new GgufEntry("a", GgufType.F32, TensorShape.of(10)),
            new GgufEntry("b", GgufType.I8, TensorShape.of(3)),
            new GgufEntry("end", GgufType.F32, TensorShape.of(2, 0)));
    Path target = directory.resolve("out");
    List<String> names;
    try (AtomicDirectory output = AtomicDirectory.create(target);
        GgufShardedWriter writer =
            GgufShardedWriter.begin(output::file, "m", metadata, entries, limit)) {
      names = writer.fileNames();
      for (GgufEntry entry : entries) {
        byte[] data = new byte[(int) entry.bytes()];
        java.util.Arrays.fill(data, (byte) entry.name().length());
        writer.write(entry.name(), ByteBuffer.wrap(data));
      }
      writer.replaceText("hash", "abcd");
      writer.finish();
      output.commit();
    }
    assertThat(target.toFile().list()).containsExactlyInAnyOrderElementsOf(names);
    assertThat(names.size()).isEqualTo(limit == 1 ? 4 : limit == 40 ? 3 : 1);
    for (String name : names) {
      try (GgufFile file = GgufFile.open(target.resolve(name))) {
        assertThat(file.alignment()).isEqualTo(64);
        assertThat(file.metadata().text("hash")).hasValue("abcd");
        assertThat(file.metadata().integer("bitnet4j.q2_0.group")).hasValue(64);
        assertThat(file.metadata().has("split.count")).isFalse();
        assertThat(file.tensors()).hasSameSizeAs(entries);
        for (int i = 0; i < entries.size(); i++) {
          GgufTensor tensor = file.tensors().get(i);
          assertThat(tensor.type()).isEqualTo(entries.get(i).type());
          byte[] wanted = new byte[(int) tensor.bytes()];
          java.util.Arrays.fill(wanted, (byte) tensor.name().length());
          assertThat(bytes(file, tensor).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE))
              .containsExactly(wanted);
        }
      }
    }
  }

  @Test
  void nothingAppearsWithoutItsLastByte() {
    Path target = directory.resolve("out");
    List<GgufEntry> entries =
        List.of(
            new GgufEntry("a", GgufType.I8, TensorShape.of(3)),
            new GgufEntry("b", GgufType.I8, TensorShape.of(3)));
    GgufMetadata none = GgufMetadata.builder().build();
    try (AtomicDirectory output = AtomicDirectory.create(target);
        GgufShardedWriter writer = GgufShardedWriter.begin(output::file, "m", none, entries, 1)) {
      writer.write("a", ByteBuffer.allocate(3));
      writer.write("b", ByteBuffer.allocate(2));
      assertThatThrownBy(writer::finish).isInstanceOf(IllegalStateException.class);
    }
    assertThat(target).doesNotExist();
    List<GgufEntry> twice = List.of(entries.getFirst(), entries.getFirst());
    assertThatThrownBy(() -> GgufShardedWriter.begin(ShardsTest::never, "m", none, twice, 1))
        .isInstanceOf(InvalidTensorException.class)
        .hasMessageContaining("unique");
  }

  private static FileOutput never(String name) {
    throw new AssertionError("no file must be opened: " + name);
  }
}

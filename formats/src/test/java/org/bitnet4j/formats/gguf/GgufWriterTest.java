package org.bitnet4j.formats.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.bitnet4j.formats.io.AtomicOutput;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.MalformedFileException;
import org.bitnet4j.quant.TensorShape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class GgufWriterTest {
  private static final GgufMetadata NONE = GgufMetadata.builder().build();

  @TempDir Path directory;

  private static GgufEntry entry(String name, GgufType type, long... shape) {
    return new GgufEntry(name, type, TensorShape.of(shape));
  }

  private static byte[] data(GgufEntry entry) {
    byte[] data = new byte[Math.toIntExact(entry.bytes())];
    new Random(entry.name().hashCode()).nextBytes(data);
    return data;
  }

  private Path write(String name, GgufMetadata metadata, List<GgufEntry> entries) {
    return write(name, metadata, entries, writer -> {});
  }

  private Path write(
      String name, GgufMetadata metadata, List<GgufEntry> entries, Consumer<GgufWriter> last) {
    Path path = directory.resolve(name);
    try (AtomicOutput output = AtomicOutput.create(path)) {
      GgufWriter writer = GgufWriter.begin(output, metadata, entries);
      for (GgufEntry entry : entries) {
        writer.write(entry.name(), ByteBuffer.wrap(data(entry)));
      }
      last.accept(writer);
      writer.finish();
      output.commit();
    }
    return path;
  }

  /// Reads a file and writes what it holds, in pieces of some size.
  private byte[] rewritten(Path path, int piece) throws IOException {
    Path copy = directory.resolve("copy.gguf");
    try (GgufFile file = GgufFile.open(path);
        AtomicOutput output = AtomicOutput.create(copy)) {
      List<GgufEntry> entries = new ArrayList<>();
      for (GgufTensor tensor : file.tensors()) {
        entries.add(new GgufEntry(tensor.name(), tensor.type(), tensor.shape()));
      }
      GgufWriter writer = GgufWriter.begin(output, file.metadata(), entries);
      for (GgufTensor tensor : file.tensors()) {
        for (long at = 0; at < tensor.bytes(); at += piece) {
          ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(piece, tensor.bytes() - at));
          file.read(tensor, at, bytes);
          writer.write(tensor.name(), bytes.flip());
        }
      }
      writer.finish();
      output.commit();
    }
    return Files.readAllBytes(copy);
  }

  @ParameterizedTest
  @ValueSource(strings = {"all-values.gguf", "blocks.gguf"})
  void writesTheBytesOfTheFormatsOwnPackage(String name) throws IOException {
    Path path = TestFiles.resource(name);
    assertThat(rewritten(path, 1000)).isEqualTo(Files.readAllBytes(path));
  }

  @ParameterizedTest
  @ValueSource(strings = {"i2_s", "tq1_0", "tq2_0", "iq1_bn", "iq2_bn"})
  void writesTheBytesOfTheFormatsOwnQuantizers(String name) throws IOException {
    Path path = TestFiles.golden("tiny-b158/tiny-b158-" + name + "-embf16.gguf");
    assumeTrue(Files.exists(path));
    assertThat(rewritten(path, 1 << 16)).isEqualTo(Files.readAllBytes(path));
  }

  @Test
  void everyTypeOfValueSurvives() {
    GgufMetadata metadata =
        GgufMetadata.builder()
            .put("nan", new GgufValue.Float32(Float.intBitsToFloat(0x7FC12345)))
            .put("zero", new GgufValue.Float64(-0.0))
            .put("text", GgufValue.text("層"))
            .put("u8", new GgufValue.Int(GgufValueType.UINT8, 200))
            .put("i16", new GgufValue.Int(GgufValueType.INT16, -200))
            .put("u64", new GgufValue.Int(GgufValueType.UINT64, -2))
            .put("u32", GgufValue.u32(0xFFFFFFFFL))
            .put("i32", GgufValue.i32(-5))
            .put("f32", GgufValue.f32(1.5f))
            .put("bool", GgufValue.bool(true))
            .put("texts", GgufValue.texts(List.of("", "a", "😀")))
            .put("none", GgufValue.texts(List.of()))
            .put("i32s", GgufValue.i32s(1, -1, Integer.MIN_VALUE))
            .put("f32s", GgufValue.f32s(1, Float.NaN, -0f))
            .put("u16s", new GgufValue.Array(GgufArray.ofIntegers(GgufValueType.UINT16, 0, 65535)))
            .build();
    Path path = write("values.gguf", metadata, List.of());
    try (GgufFile file = GgufFile.open(path)) {
      assertThat(file.metadata()).isEqualTo(metadata).hasSameHashCodeAs(metadata);
      assertThat(file.metadata().keys()).containsExactlyElementsOf(metadata.keys());
      assertThat(file.metadata().texts("none")).isEmpty();
      assertThat(file.metadata().array("u16s").orElseThrow().integer(1)).isEqualTo(65535);
      assertThat(file.metadata().array("f32s").orElseThrow()).hasToString("3 × FLOAT32");
    }
  }

  @Test
  void paddingIsZeroAndOffsetsAreAligned() throws IOException {
    for (int alignment : new int[] {1, 2, 8, 32, 4096}) {
      GgufMetadata metadata =
          GgufMetadata.builder().put("general.alignment", GgufValue.u32(alignment)).build();
      List<GgufEntry> entries =
          List.of(
              entry("odd", GgufType.I8, 7),
              entry("empty", GgufType.F32, 0, 3),
              entry("scalar", GgufType.F64),
              entry("four", GgufType.BF16, 2, 3, 1, 5),
              entry("ternary", GgufType.I2_S, 8, 33));
      Path path = write("aligned-" + alignment + ".gguf", metadata, entries);
      byte[] bytes = Files.readAllBytes(path);
      assertThat(bytes.length % alignment).isZero();
      boolean[] used = new boolean[bytes.length];
      try (GgufFile file = GgufFile.open(path)) {
        assertThat(file.alignment()).isEqualTo(alignment);
        assertThat(file.tensors()).hasSize(5);
        for (int i = 0; i < 5; i++) {
          GgufTensor tensor = file.tensors().get(i);
          assertThat(tensor.name()).isEqualTo(entries.get(i).name());
          assertThat(tensor.type()).isEqualTo(entries.get(i).type());
          assertThat(tensor.shape()).isEqualTo(entries.get(i).shape());
          assertThat(tensor.offset() % alignment).isZero();
          ByteBuffer data = ByteBuffer.allocate((int) tensor.bytes());
          file.read(tensor, 0, data);
          assertThat(data.array()).isEqualTo(data(entries.get(i)));
          for (long at = 0; at < tensor.bytes(); at++) {
            assertThat(used[(int) (tensor.offset() + at)]).isFalse();
            used[(int) (tensor.offset() + at)] = true;
          }
        }
        for (int at = (int) file.tensors().getFirst().offset(); at < bytes.length; at++) {
          assertThat(used[at] || bytes[at] == 0).as("byte %d", at).isTrue();
        }
      }
      assertThat(rewritten(path, 3)).isEqualTo(bytes);
    }
  }

  /// A run that ends behind any tensor is taken up by another with the same bytes as its result.
  @Test
  void resumesBehindEveryTensor() throws IOException {
    GgufMetadata metadata = GgufMetadata.builder().put("hash", GgufValue.text("????")).build();
    List<GgufEntry> entries =
        List.of(
            entry("empty first", GgufType.F32, 0),
            entry("a", GgufType.I8, 33),
            entry("empty", GgufType.F16, 3, 0),
            entry("b", GgufType.F32, 8),
            entry("c", GgufType.TQ2_0, 2, 256),
            entry("empty last", GgufType.F16, 0));
    Path whole =
        write("whole.gguf", metadata, entries, writer -> writer.replaceText("hash", "abcd"));
    for (int stop = 0; stop <= entries.size(); stop++) {
      Path path = directory.resolve("resumed.gguf");
      try (AtomicOutput output = AtomicOutput.create(path)) {
        GgufWriter first = GgufWriter.begin(output, metadata, entries);
        for (GgufEntry entry : entries.subList(0, stop)) {
          first.write(entry.name(), MemorySegment.ofArray(data(entry)));
        }
        GgufWriter second = GgufWriter.resume(output, metadata, entries);
        assertThat(second.completed()).isEqualTo(first.completed()).isGreaterThanOrEqualTo(stop);
        for (GgufEntry entry : entries.subList(second.completed(), entries.size())) {
          second.write(entry.name(), MemorySegment.ofArray(data(entry)));
        }
        second.replaceText("hash", "abcd");
        second.finish();
        output.commit();
      }
      assertThat(Files.readAllBytes(path)).isEqualTo(Files.readAllBytes(whole));
    }
    try (AtomicOutput output = AtomicOutput.create(directory.resolve("never.gguf"))) {
      GgufWriter writer = GgufWriter.begin(output, metadata, entries);
      writer.write("a", ByteBuffer.allocate(1));
      assertThatThrownBy(() -> GgufWriter.resume(output, metadata, entries))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("end of its header or of a tensor");
      assertThatThrownBy(() -> GgufWriter.begin(output, metadata, entries))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("at its start");
    }
  }

  @Test
  void refusesDataOutOfOrder() {
    List<GgufEntry> entries = List.of(entry("a", GgufType.I8, 3), entry("b", GgufType.I8, 3));
    try (AtomicOutput output = AtomicOutput.create(directory.resolve("never.gguf"))) {
      GgufWriter writer = GgufWriter.begin(output, NONE, entries);
      refuses(
          () -> writer.write("b", ByteBuffer.allocate(1)), "1 bytes of b where 3 of a are next");
      refuses(() -> writer.write("a", ByteBuffer.allocate(4)), "4 bytes of a where 3 of a");
      refuses(() -> writer.write("a", MemorySegment.ofArray(new byte[4])), "4 bytes of a");
      writer.write("a", ByteBuffer.allocate(2));
      assertThatThrownBy(writer::finish)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("[a missing]");
      writer.write("a", ByteBuffer.allocate(1));
      writer.write("b", ByteBuffer.allocate(3));
      refuses(() -> writer.write("b", ByteBuffer.allocate(1)), "behind the last");
      refuses(() -> writer.replaceText("none", ""), "that of a text, got [none]");
      writer.finish();
    }
  }

  private static void refuses(Runnable call, String message) {
    assertThatThrownBy(call::run)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void replacesTextsOfTheSameLengthAlone() {
    GgufMetadata metadata =
        GgufMetadata.builder()
            .put("number", GgufValue.u32(1))
            .put("hash", GgufValue.text("é--"))
            .build();
    Path path =
        write(
            "replaced.gguf",
            metadata,
            List.of(),
            writer -> {
              refuses(() -> writer.replaceText("hash", "abc"), "of 4 bytes, as announced, got [3");
              refuses(() -> writer.replaceText("hash", "a\0bc"), "without NUL");
              refuses(() -> writer.replaceText("number", "abcd"), "that of a text");
              writer.replaceText("hash", "ab😀".substring(0, 2) + "é");
            });
    try (GgufFile file = GgufFile.open(path)) {
      assertThat(file.metadata().text("hash")).hasValue("abé");
      assertThat(file.metadata().integer("number")).hasValue(1);
    }
  }

  @Test
  void refusesEntriesThatNoReaderTakes() {
    refusesEntry(() -> entry("", GgufType.F32, 1), "1 to 63 bytes");
    refusesEntry(() -> entry("n".repeat(64), GgufType.F32, 1), "1 to 63 bytes, got [64 bytes]");
    refusesEntry(() -> entry("層".repeat(22), GgufType.F32, 1), "got [66 bytes]");
    refusesEntry(() -> entry("a\0b", GgufType.F32, 1), "without NUL");
    refusesEntry(() -> entry("\ud800", GgufType.F32, 1), "well-formed Unicode");
    refusesEntry(() -> entry("a", GgufType.F32, 1, 1, 1, 1, 1), "at most 4 dimensions");
    refusesEntry(() -> entry("a", GgufType.TQ1_0, 255), "TQ1_0: columns must be a multiple of 256");
    refusesEntry(() -> entry("a", GgufType.I2_S, 3, 3), "elements must be a multiple of 4");
    refusesEntry(() -> entry("a", GgufType.F64, 1L << 48, 4096), "fewer than 2^59");
    refusesEntry(
        () ->
            write(
                "never.gguf", NONE, List.of(entry("a", GgufType.I8, 1), entry("a", GgufType.F32))),
        "unique in its file");
    refuses(() -> GgufMetadata.builder().put("", GgufValue.u32(0)), "1 to 65535 bytes");
    refuses(() -> GgufMetadata.builder().put("a\0", GgufValue.u32(0)), "without NUL");
    refuses(() -> GgufMetadata.builder().put("k".repeat(65_536), GgufValue.u32(0)), "[65536]");
    refuses(() -> GgufValue.text("\udc00"), "well-formed Unicode");
    refuses(() -> GgufValue.texts(List.of("a", "\0")), "without NUL");
    refuses(() -> GgufValue.u32(-1), "[-1 as UINT32]");
    refuses(() -> GgufValue.u32(1L << 32), "[4294967296 as UINT32]");
    refuses(() -> new GgufValue.Int(GgufValueType.INT8, 128), "[128 as INT8]");
    refuses(() -> new GgufValue.Int(GgufValueType.FLOAT32, 1), "[1 as FLOAT32]");
    for (GgufValue wrong : List.of(GgufValue.u32(0), GgufValue.u32(3), GgufValue.i32(32))) {
      GgufMetadata metadata = GgufMetadata.builder().put("general.alignment", wrong).build();
      refuses(() -> write("never.gguf", metadata, List.of()), "a power of two");
    }
    assertThat(directory).isEmptyDirectory();
  }

  private static void refusesEntry(Runnable call, String message) {
    assertThatThrownBy(call::run)
        .isInstanceOf(InvalidTensorException.class)
        .hasMessageContaining(message);
  }

  /// One id, two types: told by sizes, or by a key that is there only where sizes do not tell.
  @ParameterizedTest
  @CsvSource({
    "Q2_0, 1, 128, 32, true",
    "Q2_0, 16, 256, 32, false",
    "Q2_0, 1, 64, 32, false",
    "Q2_0, 16, 256, 4096, true",
    "Q2_0_G128, 1, 128, 32, true",
    "Q2_0_G128, 16, 256, 32, false",
    "Q2_0_G128, 16, 256, 4096, true"
  })
  void saysWhatId42Means(GgufType type, long rows, long columns, int alignment, boolean said)
      throws IOException {
    GgufMetadata metadata =
        GgufMetadata.builder().put("general.alignment", GgufValue.u32(alignment)).build();
    Path path =
        write(
            "shared.gguf",
            metadata,
            List.of(entry("a", type, rows, columns), entry("b", GgufType.F32, 1)));
    try (GgufFile file = GgufFile.open(path)) {
      assertThat(file.tensors().getFirst().type()).isEqualTo(type);
      assertThat(file.metadata().has("bitnet4j.q2_0.group")).isEqualTo(said);
    }
    assertThat(rewritten(path, 1 << 20)).isEqualTo(Files.readAllBytes(path));
  }

  @ParameterizedTest
  @CsvSource({"MXFP4", "TL1", "TL1_BARE", "TL2", "TL2_BARE"})
  void otherSharedIdsAreToldBySize(GgufType type) {
    Path path = write("shared.gguf", NONE, List.of(entry("a", type, 32, 768)));
    try (GgufFile file = GgufFile.open(path)) {
      assertThat(file.tensors().getFirst().type()).isEqualTo(type);
    }
    GgufMetadata wide =
        GgufMetadata.builder().put("general.alignment", GgufValue.u32(1 << 20)).build();
    refusesEntry(
        () -> write("never.gguf", wide, List.of(entry("a", type, 32, 768))), "the size must tell");
  }

  @Test
  void oneIdHasOneMeaning() throws IOException {
    GgufEntry g64 = entry("a", GgufType.Q2_0, 16, 256);
    GgufEntry g128 = entry("b", GgufType.Q2_0_G128, 16, 256);
    refusesEntry(
        () -> write("never.gguf", NONE, List.of(g64, g128)),
        "all tensors of type id 42 must be Q2_0, got [Q2_0_G128]");
    GgufMetadata wrong =
        GgufMetadata.builder().put("bitnet4j.q2_0.group", GgufValue.u32(128)).build();
    refusesEntry(
        () -> write("never.gguf", wrong, List.of(g64)),
        "bitnet4j.q2_0.group must be 64 for Q2_0, got [128]");
    byte[] bytes = Files.readAllBytes(write("right.gguf", wrong, List.of(g128)));
    int at = new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf("q2_0.group");
    bytes[at + "q2_0.group".length() + 4] = 64;
    Path lying = Files.write(directory.resolve("lying.gguf"), bytes);
    assertThatThrownBy(() -> GgufFile.open(lying))
        .isInstanceOf(MalformedFileException.class)
        .hasMessageContaining("1152 bytes as Q2_0");
    bytes[at + "q2_0.group".length() + 4] = 32;
    Files.write(lying, bytes);
    assertThatThrownBy(() -> GgufFile.open(lying))
        .isInstanceOf(MalformedFileException.class)
        .hasMessageContaining("key bitnet4j.q2_0.group must be a UINT32 of 64 or 128");
  }
}

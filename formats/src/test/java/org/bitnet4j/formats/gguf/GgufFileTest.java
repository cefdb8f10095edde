package org.bitnet4j.formats.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.bitnet4j.formats.io.MissingFileException;
import org.bitnet4j.quant.ElementType;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.MalformedFileException;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TensorSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Files written by the format's own Python package, see `make.py` beside them.
final class GgufFileTest {
  @TempDir Path directory;

  @Test
  void readsEveryTypeOfValue() {
    try (GgufFile file = GgufFile.open(TestFiles.resource("all-values.gguf"))) {
      assertThat(file.version()).isEqualTo(3);
      assertThat(file.alignment()).isEqualTo(64);
      assertThat(file.tensors()).isEmpty();
      GgufMetadata metadata = file.metadata();
      assertThat(metadata.keys())
          .hasSize(28)
          .startsWith("general.architecture", "general.alignment", "value.uint8", "array.uint8");
      assertThat(metadata.text("general.architecture")).hasValue("test");
      assertThat(metadata.integer("value.uint8")).hasValue(255);
      assertThat(metadata.integer("value.int8")).hasValue(-128);
      assertThat(metadata.integer("value.uint16")).hasValue(65535);
      assertThat(metadata.integer("value.int16")).hasValue(-32768);
      assertThat(metadata.integer("value.uint32")).hasValue(4294967295L);
      assertThat(metadata.integer("value.int32")).hasValue(Integer.MIN_VALUE);
      assertThat(metadata.integer("value.int64")).hasValue(Long.MIN_VALUE);
      assertThat(metadata.find("value.uint64"))
          .isEqualTo(new GgufValue.Int(GgufValueType.UINT64, -1))
          .hasToString("18446744073709551615");
      assertThat(metadata.find("value.float32")).isEqualTo(new GgufValue.Float32(0.1f));
      assertThat(metadata.number("value.float32")).hasValue((double) 0.1f);
      assertThat(metadata.number("value.float64")).hasValue(-1e300);
      assertThat(metadata.number("value.uint8")).hasValue(255.0);
      assertThat(metadata.truth("value.bool")).hasValue(true);
      assertThat(metadata.truth("value.false")).hasValue(false);
      assertThat(metadata.text("value.string")).hasValue("café 层 😀\n");
      assertThat(metadata.text("value.empty")).hasValue("");
      assertThat(metadata.texts("array.string")).containsExactly("", "a", "café", "😀😀😀");
      for (GgufValueType type : GgufValueType.values()) {
        String name = type.name().toLowerCase(java.util.Locale.ROOT);
        if (type == GgufValueType.ARRAY || type == GgufValueType.STRING) {
          continue;
        }
        GgufArray array = metadata.array("array." + name).orElseThrow();
        assertThat(array.elementType()).isEqualTo(type);
        assertThat(array.size()).isEqualTo(3);
        GgufValue alone = Objects.requireNonNull(metadata.find("value." + name));
        for (int i = 0; i < 3; i += 2) {
          assertThat(item(array, i)).isEqualTo(alone);
        }
      }
    }
  }

  private static GgufValue item(GgufArray array, int index) {
    return switch (array.elementType()) {
      case FLOAT32 -> new GgufValue.Float32((float) array.floatingPoint(index));
      case FLOAT64 -> new GgufValue.Float64(array.floatingPoint(index));
      case BOOL -> new GgufValue.Bool(array.truth(index));
      case STRING -> new GgufValue.Text(array.text(index));
      default -> new GgufValue.Int(array.elementType(), array.integer(index));
    };
  }

  @Test
  void valuesOfAnotherTypeAreRefusedByName() {
    try (GgufFile file = GgufFile.open(TestFiles.resource("all-values.gguf"))) {
      GgufMetadata metadata = file.metadata();
      refuses(() -> metadata.text("value.uint8"), "key value.uint8 must be a text");
      refuses(() -> metadata.integer("value.string"), "must be an integer");
      refuses(() -> metadata.integer("value.uint64"), "below 2^63, got [UINT64 1844674407370955");
      refuses(() -> metadata.number("value.bool"), "must be a number");
      refuses(() -> metadata.truth("value.int8"), "must be a truth value");
      refuses(() -> metadata.array("value.int8"), "must be an array");
      refuses(() -> metadata.texts("array.int8"), "must be an array of texts");
      assertThat(metadata.text("none")).isEmpty();
      assertThat(metadata.integer("none")).isEmpty();
      assertThat(metadata.number("none")).isEmpty();
      assertThat(metadata.truth("none")).isEmpty();
      assertThat(metadata.array("none")).isEmpty();
      assertThat(metadata.texts("none")).isEmpty();
      assertThat(metadata.has("none")).isFalse();
      assertThat(metadata.has("value.int8")).isTrue();
      GgufArray numbers = metadata.array("array.int8").orElseThrow();
      assertThatThrownBy(() -> numbers.text(0)).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(numbers::texts).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> numbers.truth(0)).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> numbers.floatingPoint(0)).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> numbers.integer(3)).isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  private static void refuses(Runnable call, String message) {
    assertThatThrownBy(call::run)
        .isInstanceOf(MalformedFileException.class)
        .hasMessageContaining("all-values.gguf")
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"q8_0", "q4_0", "q6_k", "f16", "bf16", "f64"})
  void decodesAsTheReference(String name) {
    try (GgufFile file = GgufFile.open(TestFiles.resource("blocks.gguf"))) {
      TensorSource source = file.source(file.tensor(name));
      TensorSource reference = file.source(file.tensor(name + ".values"));
      assertThat(source.name()).isEqualTo(name);
      assertThat(source.shape()).isEqualTo(reference.shape());
      int columns = source.shape().columns();
      int rows = Math.toIntExact(source.shape().rows());
      float[] wanted = new float[rows * columns];
      reference.readRows(0, rows, wanted, 0);
      float[] whole = new float[rows * columns];
      source.readRows(0, rows, whole, 0);
      assertThat(bits(whole)).containsExactly(bits(wanted));
      float[] single = new float[columns + 2];
      for (int row = 0; row < rows; row++) {
        source.readRows(row, 1, single, 1);
        assertThat(bits(Arrays.copyOfRange(single, 1, columns + 1)))
            .containsExactly(bits(Arrays.copyOfRange(wanted, row * columns, (row + 1) * columns)));
      }
      assertThat(single[0]).isZero();
      assertThat(single[columns + 1]).isZero();
      assertThatThrownBy(() -> source.readRows(rows, 1, single, 0))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  private static int[] bits(float[] values) {
    int[] bits = new int[values.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = Float.floatToRawIntBits(values[i]);
    }
    return bits;
  }

  /// More rows than one piece of the decoders holds.
  @ParameterizedTest
  @CsvSource({"Q8_0, 34", "Q4_0, 18", "Q6_K, 210", "F64, 8"})
  void decodesInPieces(GgufType type, int blockBytes) throws IOException {
    int rows = 2 * (1 << 18) / blockBytes + 3;
    GgufBytes bytes = GgufBytes.header(1, 0);
    bytes.tensor("t", type.id(), 0, type.blockElements(), rows).pad(32);
    for (int row = 0; row < rows; row++) {
      byte[] block = new byte[blockBytes];
      if (type == GgufType.F64) {
        ByteBuffer.wrap(block).order(java.nio.ByteOrder.LITTLE_ENDIAN).putDouble(0, row);
      } else {
        Arrays.fill(block, (byte) row);
      }
      bytes.raw(block);
    }
    Path path = Files.write(directory.resolve("pieces.gguf"), bytes.bytes());
    try (GgufFile file = GgufFile.open(path)) {
      TensorSource source = file.source(file.tensor("t"));
      int columns = type.blockElements();
      float[] all = new float[rows * columns];
      source.readRows(0, rows, all, 0);
      float[] row = new float[columns];
      for (int i = 0; i < rows; i += 1009) {
        source.readRows(i, 1, row, 0);
        assertThat(bits(Arrays.copyOfRange(all, i * columns, (i + 1) * columns)))
            .containsExactly(bits(row));
      }
      assertThat(source.elementType()).isEqualTo(ElementType.F32);
    }
  }

  @Test
  void doublesThatAreNoFloatsAreRefused() throws IOException {
    GgufBytes bytes = GgufBytes.header(1, 0).tensor("t", 28, 0, 3).pad(32);
    bytes.i64(Double.doubleToLongBits(0.5)).i64(Double.doubleToLongBits(Double.NaN));
    bytes.i64(Double.doubleToLongBits(0.1));
    Path path = Files.write(directory.resolve("doubles.gguf"), bytes.bytes());
    try (GgufFile file = GgufFile.open(path)) {
      TensorSource source = file.source(file.tensor("t"));
      assertThatThrownBy(() -> source.readRows(0, 1, new float[3], 0))
          .isInstanceOf(InvalidTensorException.class)
          .hasMessageContaining("index 2")
          .hasMessageContaining("float32 value, got [0.1]");
    }
  }

  @Test
  void describesTensors() {
    try (GgufFile file = GgufFile.open(TestFiles.resource("blocks.gguf"));
        Arena arena = Arena.ofConfined()) {
      assertThat(file.tensors()).hasSize(17);
      GgufTensor tensor = file.tensor("i32");
      assertThat(tensor).isEqualTo(file.tensors().get(15)).hasToString("i32 I32 [2, 3, 4]");
      assertThat(tensor.hashCode()).isEqualTo(file.tensors().get(15).hashCode());
      assertThat(tensor).isNotEqualTo(file.tensors().get(14)).isNotEqualTo("i32");
      assertThat(tensor.shape()).isEqualTo(TensorShape.of(2, 3, 4));
      assertThat(file.tensor("i64").shape()).isEqualTo(TensorShape.of(2, 1, 1, 3));
      assertThat(tensor.bytes()).isEqualTo(96);
      assertThat(tensor.file()).endsWith("blocks.gguf");
      byte[] bytes = new byte[96];
      file.read(tensor, 0, ByteBuffer.wrap(bytes));
      MemorySegment segment = arena.allocate(8);
      file.read(tensor, 40, segment);
      assertThat(segment.toArray(ValueLayout.JAVA_BYTE))
          .containsExactly(Arrays.copyOfRange(bytes, 40, 48));
      assertThatThrownBy(() -> file.read(tensor, 96, ByteBuffer.allocate(1)))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> file.read(tensor, 90, segment))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThat(file.find("none")).isNull();
      assertThatThrownBy(() -> file.tensor("none"))
          .isInstanceOf(MalformedFileException.class)
          .hasMessageContaining("no such tensor");
      assertThatThrownBy(() -> file.source(tensor))
          .isInstanceOf(InvalidTensorException.class)
          .hasMessageContaining("to be read as floats, got [I32]");
      assertThat(file.source(file.tensor("bf16")).elementType()).isEqualTo(ElementType.BF16);
      file.requireUnchanged();
    }
  }

  @Test
  void tellsGgufFiles() throws IOException {
    assertThat(GgufFile.isGguf(TestFiles.resource("blocks.gguf"))).isTrue();
    assertThat(GgufFile.isGguf(TestFiles.resource("make.py"))).isFalse();
    assertThat(GgufFile.isGguf(Files.write(directory.resolve("short"), new byte[] {'G', 'G'})))
        .isFalse();
    assertThat(GgufFile.isGguf(directory)).isFalse();
    assertThat(GgufFile.isGguf(directory.resolve("none"))).isFalse();
    assertThatThrownBy(() -> GgufFile.open(directory.resolve("none")))
        .isInstanceOf(MissingFileException.class);
  }

  @Test
  void version2IsReadAsVersion3() throws IOException {
    byte[] bytes = Files.readAllBytes(TestFiles.resource("blocks.gguf"));
    bytes[4] = 2;
    Path path = Files.write(directory.resolve("two.gguf"), bytes);
    try (GgufFile two = GgufFile.open(path);
        GgufFile three = GgufFile.open(TestFiles.resource("blocks.gguf"))) {
      assertThat(two.version()).isEqualTo(2);
      assertThat(two.metadata()).isEqualTo(three.metadata());
      assertThat(two.tensors().stream().map(GgufTensor::toString))
          .containsExactlyElementsOf(three.tensors().stream().map(GgufTensor::toString).toList());
    }
  }

  @Test
  void longRowsHaveNoShapeButABytesSize() throws IOException {
    long columns = (1L << 31) + 8;
    byte[] header = GgufBytes.header(1, 0).tensor("t", 24, 0, columns).pad(32).bytes();
    Path path = Files.write(directory.resolve("long.gguf"), header);
    try (var channel =
        java.nio.channels.FileChannel.open(path, java.nio.file.StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.allocate(1), header.length + columns - 1); // sparse
    }
    try (GgufFile file = GgufFile.open(path)) {
      GgufTensor tensor = file.tensors().getFirst();
      assertThat(tensor.bytes()).isEqualTo(columns);
      assertThat(tensor.dimensions()).containsExactly(columns);
      assertThatThrownBy(tensor::shape)
          .isInstanceOf(InvalidTensorException.class)
          .hasMessageContaining("at most 2147483647");
    }
  }

  /// The model in the golden folder, where that is at hand.
  @ParameterizedTest
  @CsvSource({
    "i2_s, I2_S, 40",
    "tq1_0, TQ1_0, 36",
    "tq2_0, TQ2_0, 37",
    "iq1_bn, IQ1_BN, 136",
    "iq2_bn, IQ2_BN, 137"
  })
  void readsTheGoldenModels(String name, GgufType type, int fileType) {
    Path path = TestFiles.golden("tiny-b158/tiny-b158-" + name + "-embf16.gguf");
    assumeTrue(Files.exists(path));
    try (GgufFile file = GgufFile.open(path)) {
      assertThat(file.metadata().text("general.architecture")).hasValue("bitnet-b1.58");
      assertThat(file.metadata().integer("general.file_type")).hasValue(fileType);
      assertThat(file.metadata().texts("tokenizer.ggml.tokens")).hasSize(512);
      List<GgufTensor> ternary =
          file.tensors().stream().filter(tensor -> tensor.type() == type).toList();
      assertThat(ternary).hasSize(14);
      GgufTensor down = file.tensor("blk.1.ffn_down.weight");
      assertThat(down.shape()).isEqualTo(TensorShape.of(512, 768));
      assertThat(down.bytes()).isEqualTo(type.bytes(down.shape()));
      assertThat(file.source(file.tensor("token_embd.weight")).elementType())
          .isEqualTo(ElementType.F16);
    }
  }
}

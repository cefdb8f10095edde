package org.bitnet4j.formats.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.bitnet4j.formats.io.AtomicOutput;
import org.bitnet4j.formats.io.MissingFileException;
import org.bitnet4j.quant.ElementType;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.MalformedFileException;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TensorSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SafetensorsFileTest {
  @TempDir Path directory;

  private static Path checkpoint(String name) {
    String root = Objects.requireNonNull(System.getProperty("bitnet4j.root"), "bitnet4j.root");
    return Path.of(root, "checkpoints", name, "model.safetensors");
  }

  private Path write(Map<String, String> metadata, List<SafetensorsEntry> entries, byte[]... data) {
    Path path = directory.resolve("out.safetensors");
    try (AtomicOutput output = AtomicOutput.create(path)) {
      SafetensorsWriter writer = SafetensorsWriter.begin(output, entries, metadata);
      for (int i = 0; i < data.length; i++) {
        writer.write(entries.get(i).name(), ByteBuffer.wrap(data[i]));
      }
      writer.finish();
      output.commit();
    }
    return path;
  }

  private static SafetensorsEntry entry(String name, DType dtype, long... shape) {
    return new SafetensorsEntry(name, dtype, TensorShape.of(shape));
  }

  /// The checkpoints were written by the format's own library: same content, same bytes.
  @ParameterizedTest
  @ValueSource(strings = {"tiny-bitnet", "tiny-float"})
  void writesTheBytesOfTheFormatsOwnLibraryInAnyOrder(String name) throws IOException {
    Path original = checkpoint(name);
    Path copy = directory.resolve("copy.safetensors");
    try (SafetensorsFile file = SafetensorsFile.open(original);
        Arena arena = Arena.ofConfined();
        AtomicOutput output = AtomicOutput.create(copy)) {
      List<SafetensorsTensor> shuffled = new ArrayList<>(file.tensors());
      Collections.shuffle(shuffled, new Random(5));
      List<SafetensorsEntry> entries =
          shuffled.stream()
              .map(tensor -> new SafetensorsEntry(tensor.name(), tensor.dtype(), tensor.shape()))
              .toList();
      SafetensorsWriter writer = SafetensorsWriter.begin(output, entries, file.metadata());
      for (SafetensorsTensor tensor : shuffled) {
        MemorySegment data = arena.allocate(tensor.bytes());
        file.read(tensor, 0, data);
        long half = tensor.bytes() / 2;
        writer.write(tensor.name(), data.asSlice(0, half));
        writer.write(tensor.name(), data.asSlice(half));
      }
      writer.finish();
      file.requireUnchanged();
      output.commit();
    }
    assertThat(Files.mismatch(original, copy)).isEqualTo(-1);
  }

  @Test
  void keepsNamesTypesShapesAndMetadata() {
    List<SafetensorsEntry> entries =
        List.of(
            entry("", DType.BOOL, 3),
            entry("層\n\"\\\u007f😀", DType.I64, 2, 1),
            entry("scalar", DType.F32),
            entry("empty", DType.BF16, 0, 5),
            entry("half", DType.F4, 2, 3));
    byte[][] data = {{1, 0, 2}, new byte[16], {0, 0, -128, 63}, {}, {7, 8, 9}};
    Path path = write(Map.of("b", "2", "a", "\u0001"), entries, data);
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      assertThat(file.metadata()).containsExactly(Map.entry("a", "\u0001"), Map.entry("b", "2"));
      assertThat(file.tensors()).hasSize(5);
      assertThat(file.tensors().getFirst().offset() % 8).isZero();
      for (int i = 0; i < data.length; i++) {
        SafetensorsTensor tensor = file.tensor(entries.get(i).name());
        assertThat(tensor.dtype()).isEqualTo(entries.get(i).dtype());
        assertThat(tensor.shape()).isEqualTo(entries.get(i).shape());
        byte[] bytes = new byte[Math.toIntExact(tensor.bytes())];
        file.read(tensor, 0, ByteBuffer.wrap(bytes));
        assertThat(bytes).isEqualTo(data[i]);
      }
      assertThat(file.source(file.tensor("scalar")).shape().elements()).isEqualTo(1);
      assertThat(file.find("none")).isNull();
      assertThatThrownBy(() -> file.tensor("none")).isInstanceOf(MalformedFileException.class);
      assertThatThrownBy(() -> file.source(file.tensor("half")))
          .isInstanceOf(InvalidTensorException.class);
    }
  }

  @ParameterizedTest
  @EnumSource(ElementType.class)
  void widensEveryBitPatternExactly(ElementType type) {
    int count = 1 << 16;
    int columns = 256;
    ByteBuffer data = ByteBuffer.allocate(count * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    float[] wanted = new float[count];
    Random random = new Random(3);
    for (int i = 0; i < count; i++) {
      switch (type) {
        case F32 -> {
          int bits = random.nextInt();
          data.putInt(bits);
          wanted[i] = Float.intBitsToFloat(bits);
        }
        case F16 -> {
          data.putShort((short) i);
          wanted[i] = half(i);
        }
        case BF16 -> {
          data.putShort((short) i);
          wanted[i] = Float.intBitsToFloat(i << 16);
        }
      }
    }
    Path path =
        write(
            Map.of(), List.of(entry("w", DType.of(type), count / columns, columns)), data.array());
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      TensorSource source = file.source(file.tensor("w"));
      assertThat(source.elementType()).isEqualTo(type);
      float[] all = new float[count + 2];
      source.readRows(0, count / columns, all, 1);
      float[] row = new float[columns];
      source.readRows(100, 1, row, 0);
      for (int i = 0; i < count; i++) {
        requireSame(all[i + 1], wanted[i], i);
      }
      for (int c = 0; c < columns; c++) {
        requireSame(row[c], wanted[100 * columns + c], c);
      }
      assertThatThrownBy(() -> source.readRows(256, 1, row, 0))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> source.readRows(0, 2, row, 0))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  private static void requireSame(float got, float wanted, int index) {
    if (Float.isNaN(wanted) ? !Float.isNaN(got) : bits(got) != bits(wanted)) {
      throw new AssertionError("at " + index + ": " + got + " instead of " + wanted);
    }
  }

  private static int bits(float value) {
    return Float.floatToRawIntBits(value);
  }

  /// IEEE 754 binary16 by its definition.
  private static float half(int bits) {
    int exponent = (bits >> 10) & 31;
    int fraction = bits & 1023;
    float size =
        exponent == 0
            ? Math.scalb((float) fraction, -24)
            : exponent == 31
                ? (fraction == 0 ? Float.POSITIVE_INFINITY : Float.NaN)
                : Math.scalb((float) (1024 + fraction), exponent - 25);
    return (bits & 0x8000) == 0 ? size : -size;
  }

  @Test
  void readsRowsAcrossChunks() {
    int columns = 100_003;
    float[] values = new float[7 * columns];
    ByteBuffer data = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < values.length; i++) {
      values[i] = i;
      data.putFloat(i);
    }
    Path path = write(Map.of(), List.of(entry("w", DType.F32, 7, columns)), data.array());
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      float[] read = new float[5 * columns];
      file.source(file.tensor("w")).readRows(2, 5, read, 0);
      assertThat(read).isEqualTo(Arrays.copyOfRange(values, 2 * columns, 7 * columns));
    }
  }

  @Test
  void readsRangesOfRawBytes() {
    Path path = write(Map.of(), List.of(entry("w", DType.U8, 5)), new byte[] {1, 2, 3, 4, 5});
    try (SafetensorsFile file = SafetensorsFile.open(path);
        Arena arena = Arena.ofConfined()) {
      SafetensorsTensor tensor = file.tensor("w");
      MemorySegment part = arena.allocate(2);
      file.read(tensor, 3, part);
      assertThat(part.toArray(ValueLayout.JAVA_BYTE)).containsExactly(4, 5);
      assertThatThrownBy(() -> file.read(tensor, 4, part))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> file.read(tensor, -1, part))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void refusesWhatItCannotWrite() {
    assertThatThrownBy(() -> entry("__metadata__", DType.U8, 1))
        .isInstanceOf(InvalidTensorException.class);
    assertThatThrownBy(() -> entry("a\ud800", DType.U8, 1))
        .isInstanceOf(InvalidTensorException.class);
    assertThatThrownBy(() -> entry("odd", DType.F4, 3)).isInstanceOf(InvalidTensorException.class);
    assertThatThrownBy(() -> entry("huge", DType.F64, 1L << 40, 1 << 20))
        .isInstanceOf(InvalidTensorException.class);
    assertThatThrownBy(
            () -> write(Map.of(), List.of(entry("a", DType.U8, 1), entry("a", DType.I8, 1))))
        .isInstanceOf(InvalidTensorException.class);
    List<SafetensorsEntry> one = List.of(entry("a", DType.U8, 2));
    assertThatThrownBy(() -> write(Map.of(), one, new byte[1]))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> write(Map.of(), one, new byte[3]))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void aMissingFileIsNamed() {
    assertThatThrownBy(() -> SafetensorsFile.open(directory.resolve("none.safetensors")))
        .isInstanceOf(MissingFileException.class)
        .hasMessageContaining("none.safetensors");
  }
}

package org.bitnet4j.formats.huggingface;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bitnet4j.formats.io.AtomicOutput;
import org.bitnet4j.formats.safetensors.DType;
import org.bitnet4j.formats.safetensors.SafetensorsEntry;
import org.bitnet4j.formats.safetensors.SafetensorsFile;
import org.bitnet4j.formats.safetensors.SafetensorsWriter;
import org.bitnet4j.quant.Granularity;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.MalformedFileException;
import org.bitnet4j.quant.TensorHash;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TernaryTensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

final class QuarterRowsTest {
  @TempDir Path directory;

  private static byte[] encode(TernaryTensor tensor) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    QuarterRows.encode(
        tensor,
        piece -> {
          byte[] copy = new byte[piece.remaining()];
          piece.get(copy);
          bytes.writeBytes(copy);
        });
    return bytes.toByteArray();
  }

  private TernaryTensor decode(byte[] packed, int rows, int columns) {
    Path path = directory.resolve("packed.safetensors");
    TensorShape shape = TensorShape.of(Math.ceilDiv(rows, 4), columns);
    try (AtomicOutput output = AtomicOutput.create(path)) {
      SafetensorsWriter writer =
          SafetensorsWriter.begin(
              output, List.of(new SafetensorsEntry("w.weight", DType.U8, shape)), Map.of());
      writer.write("w.weight", ByteBuffer.wrap(packed));
      writer.finish();
      output.commit();
    }
    TernaryTensor target =
        TernaryTensor.allocate(
            "w.weight", TensorShape.of(rows, columns), new Granularity.PerTensor(), false);
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      QuarterRows.decode(file, file.tensor("w.weight"), target);
    }
    return target;
  }

  /// The layout by its definition, element by element.
  private static byte[] reference(TernaryTensor tensor) {
    int rows = Math.toIntExact(tensor.shape().rows());
    int columns = tensor.shape().columns();
    int quarter = Math.ceilDiv(rows, 4);
    byte[] packed = new byte[quarter * columns];
    byte[] trit = new byte[1];
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        tensor.readTrits(row, column, 1, trit, 0);
        int at = (row % quarter) * columns + column;
        packed[at] |= (byte) ((trit[0] + 1) << (2 * (row / quarter)));
      }
    }
    return packed;
  }

  static Stream<Arguments> shapes() {
    int[] rows = {1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13, 64, 129};
    int[] columns = {1, 2, 3, 4, 5, 7, 8, 63, 64, 65, 300};
    return IntStream.of(rows)
        .boxed()
        .flatMap(row -> IntStream.of(columns).mapToObj(column -> Arguments.of(row, column)));
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void packsAsDefinedAndBack(int rows, int columns) {
    for (int seed = 0; seed < 4; seed++) {
      try (TernaryTensor tensor = Tensors.random("w.weight", rows, columns, 0, seed)) {
        byte[] packed = encode(tensor);
        assertThat(packed).isEqualTo(reference(tensor));
        if (seed > 0) {
          continue; // a file per shape is enough
        }
        try (TernaryTensor decoded = decode(packed, rows, columns)) {
          assertThat(decoded.codes().mismatch(tensor.codes())).isEqualTo(-1);
          assertThat(TensorHash.of(decoded)).isEqualTo(TensorHash.of(tensor));
        }
      }
    }
  }

  @Test
  void crossesChunks() {
    int columns = 70_001;
    try (TernaryTensor tensor = Tensors.random("w.weight", 150, columns, 0, 0)) {
      byte[] packed = encode(tensor);
      assertThat(packed).isEqualTo(reference(tensor));
      try (TernaryTensor decoded = decode(packed, 150, columns)) {
        assertThat(decoded.codes().mismatch(tensor.codes())).isEqualTo(-1);
      }
    }
  }

  /// The example of the layout's documentation: rows 0, 2, 4, 6 of a column are 0, −1, +1, +1.
  @Test
  void documentedExample() {
    byte example = (byte) 0b10100001;
    byte[] trits = new byte[8];
    try (TernaryTensor decoded = decode(new byte[] {example, 0b01_01_01_01}, 8, 1)) {
      for (int row = 0; row < 8; row++) {
        decoded.readTrits(row, 0, 1, trits, row);
      }
      assertThat(trits).containsExactly(0, 0, -1, 0, 1, 0, 1, 0);
      assertThat(encode(decoded)[0]).isEqualTo(example);
    }
  }

  /// Data begins at byte 72 of these files: 8 for the length and 64 for the header.
  @ParameterizedTest
  @CsvSource({"0", "1", "2", "3"})
  void refusesCodeThreeByItsOffset(int lane) {
    byte[] packed = new byte[2 * 5];
    packed[7] = (byte) (3 << (2 * lane));
    assertThatThrownBy(() -> decode(packed, 8, 5))
        .isInstanceOfSatisfying(
            MalformedFileException.class, e -> assertThat(e.offset()).isEqualTo(72 + 7))
        .hasMessageContaining("four codes 0, 1 or 2");
  }

  @Test
  void refusesBitsInRowsBeyondTheLast() {
    byte[] packed = new byte[2 * 5];
    packed[9] = 0b01_00_00_00; // row 1 + 3·2 = 7 of 7 rows
    assertThatThrownBy(() -> decode(packed, 7, 5))
        .isInstanceOfSatisfying(
            MalformedFileException.class, e -> assertThat(e.offset()).isEqualTo(72 + 9))
        .hasMessageContaining("rows that the weight does not have");
    decode(packed, 8, 5).close();
  }

  @Test
  void refusesShapesItCannotHold() {
    for (TensorShape shape :
        List.of(TensorShape.of(4), TensorShape.of(4, 4, 4), TensorShape.of(4, 1 << 25))) {
      assertThatThrownBy(() -> QuarterRows.requireShape("w.weight", shape))
          .isInstanceOf(InvalidTensorException.class)
          .hasMessageContaining("w.weight");
    }
  }
}

package org.bitnet4j.formats.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bitnet4j.quant.ElementType;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.layout.TernaryLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

final class GgufTypeTest {
  /// Blocks as the Python packages of llama.cpp and ik_llama.cpp list them.
  static Stream<String> published() throws IOException {
    try (InputStream table =
        Objects.requireNonNull(GgufTypeTest.class.getResourceAsStream("/gguf/types.tsv"))) {
      return new String(table.readAllBytes(), StandardCharsets.UTF_8).lines().skip(1);
    }
  }

  @ParameterizedTest
  @MethodSource
  void published(String line) {
    List<String> columns = List.of(line.split("\t", -1));
    GgufType type = GgufType.valueOf(columns.get(0));
    assertThat(type.id()).isEqualTo(Integer.parseInt(columns.get(1)));
    assertThat(type.blockElements()).isEqualTo(Integer.parseInt(columns.get(2)));
    assertThat(type.blockBytes()).isEqualTo(Integer.parseInt(columns.get(3)));
    assertThat(GgufType.ofId(type.id())).contains(type);
  }

  @ParameterizedTest
  @CsvSource({
    // one row of 256 columns, then 3 rows of 768
    "F32, 1024, 9216",
    "F64, 2048, 18432",
    "Q4_0, 144, 1296",
    "Q6_K, 210, 1890",
    "I2_S, 96, 608",
    "I8_S, 256, 2304",
    "TL1, 96, 608",
    "TL1_BARE, 64, 576",
    "TL2, 96, 544",
    "TL2_BARE, 64, 512",
    "TQ1_0, 54, 486",
    "TQ2_0, 66, 594",
    "Q1_0, 36, 324",
    "Q2_0, 72, 648",
    "Q2_0_G128, 68, 612",
    "PQ2_0, 68, 612",
    "PTQ1_0, 56, 504",
    "IQ1_BN, 54, 474",
    "IQ2_BN, 68, 588",
    "IQ2_BN_R4, 68, 588",
    "MXFP4_R8, 136, 1224",
    "Q8_K_R16, 258, 2322",
    "IQ1_S_R4, 50, 438",
    "Q8_K16, 276, 2364"
  })
  void sizes(GgufType type, long oneRow, long threeRows) {
    assertThat(type.bytes(TensorShape.of(256))).isEqualTo(oneRow);
    assertThat(type.bytes(TensorShape.of(3, 768))).isEqualTo(threeRows);
    assertThat(type.bytes(TensorShape.of(3, 1, 1, 768))).isEqualTo(threeRows);
  }

  /// Sizes of the models in the wild: bitnet.cpp's own formula for TL2.
  @ParameterizedTest
  @CsvSource({
    "I2_S, 2560, 6912, 4423712",
    "I2_S, 3200, 8640, 6912032",
    "TL1, 1536, 4096, 1572896",
    "TL2, 1536, 4096, 1327136",
    "TL2, 3200, 8640, 5794176"
  })
  void sizesOfModels(GgufType type, long rows, long columns, long bytes) {
    assertThat(type.bytes(TensorShape.of(rows, columns))).isEqualTo(bytes);
  }

  @ParameterizedTest
  @EnumSource
  void emptyTensorsTakeNoBytes(GgufType type) {
    assertThat(type.bytes(TensorShape.of(0, 256))).isZero();
    assertThat(type.bytes(TensorShape.of(7, 0))).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void misfitsAndGiantsAreRefused(GgufType type) {
    assertThatThrownBy(() -> type.bytes(TensorShape.of(1L << 48, 4096)))
        .isInstanceOf(InvalidTensorException.class)
        .hasMessageContaining("fewer than 2^59 elements");
    assertThat(type.bytes(1L << 48, 1 << 11)).isPositive();
    if (type.blockElements() > 1) {
      assertThatThrownBy(() -> type.bytes(TensorShape.of(3, 255)))
          .isInstanceOf(InvalidTensorException.class)
          .hasMessageContaining(type.rule());
    }
  }

  @Test
  void idsThatSeveralProjectsGave() {
    Set<Integer> shared =
        Arrays.stream(GgufType.values())
            .map(GgufType::id)
            .filter(id -> GgufType.ofId(id).size() > 1)
            .collect(Collectors.toSet());
    assertThat(shared).containsExactlyInAnyOrder(38, 39, 42);
    assertThat(GgufType.ofId(42)).containsExactly(GgufType.Q2_0, GgufType.Q2_0_G128);
    assertThat(GgufType.ofId(39)).containsExactly(GgufType.MXFP4, GgufType.TL2, GgufType.TL2_BARE);
    for (int unknown : new int[] {-1, 4, 5, 43, 44, 132, 148, 400, Integer.MAX_VALUE}) {
      assertThat(GgufType.ofId(unknown)).isEmpty();
    }
  }

  @Test
  void floatsAndTernaryLayouts() {
    for (ElementType type : ElementType.values()) {
      assertThat(GgufType.of(type).elementType()).isEqualTo(type);
      assertThat(GgufType.of(type).bytes(TensorShape.of(3, 5))).isEqualTo(15L * type.bytes());
    }
    assertThat(Arrays.stream(GgufType.values()).filter(type -> type.layout().isPresent()))
        .containsExactlyInAnyOrder(
            GgufType.I2_S,
            GgufType.TL1,
            GgufType.TL2,
            GgufType.TQ1_0,
            GgufType.TQ2_0,
            GgufType.Q2_0,
            GgufType.Q2_0_G128,
            GgufType.PQ2_0,
            GgufType.PTQ1_0,
            GgufType.IQ1_BN,
            GgufType.IQ2_BN,
            GgufType.IQ2_BN_R4);
  }

  /// A layout and its type agree about the bytes of every shape that can be read.
  @ParameterizedTest
  @EnumSource
  void layoutsHaveTheSizesOfTheirTypes(GgufType type) {
    TernaryLayout layout = type.layout().orElse(null);
    if (layout == null) {
      return;
    }
    List<TensorShape> shapes = new ArrayList<>();
    for (int rows : new int[] {1, 3, 4, 8, 64}) {
      for (int columns : new int[] {64, 128, 192, 256, 8640, 6912}) {
        shapes.add(TensorShape.of(rows, columns));
      }
    }
    // Those of public models: TL1 and TL2 know no others.
    for (int[] side : new int[][] {{3200, 8640}, {1536, 4096}}) {
      shapes.add(TensorShape.of(side[0], side[1]));
      shapes.add(TensorShape.of(side[1], side[0]));
      shapes.add(TensorShape.of(side[0], side[0]));
    }
    int readable = 0;
    for (TensorShape shape : shapes) {
      if (layout.readable(shape)) {
        readable++;
        assertThat(type.bytes(shape)).as("%s", shape).isEqualTo(layout.bytes(shape));
      }
    }
    assertThat(readable).isGreaterThan(5);
  }
}

package org.bitnet4j.formats.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.SplittableRandom;
import org.bitnet4j.quant.ElementType;
import org.bitnet4j.quant.Granularity;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TensorSource;
import org.bitnet4j.quant.TernaryTensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class ImplicitTernaryTest {
  /// A source that says how its values were stored.
  private static final class Stored implements TensorSource {
    private final TensorShape shape;
    private final ElementType elementType;
    private final float[] values;

    Stored(TensorShape shape, ElementType elementType, float[] values) {
      this.shape = shape;
      this.elementType = elementType;
      this.values = values;
    }

    @Override
    public String name() {
      return "w";
    }

    @Override
    public TensorShape shape() {
      return shape;
    }

    @Override
    public ElementType elementType() {
      return elementType;
    }

    @Override
    public void readRows(long firstRow, int rowCount, float[] target, int offset) {
      System.arraycopy(
          values,
          Math.toIntExact(firstRow * shape.columns()),
          target,
          offset,
          rowCount * shape.columns());
    }
  }

  /// Trits times the multiplier of their row and column shard.
  private static Stored shards(
      int rows, int columns, int rowShards, int columnShards, ElementType type, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[rows * columns];
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        int shard = r * rowShards / rows * columnShards + c * columnShards / columns;
        values[r * columns + c] = (random.nextInt(3) - 1) * scale(shard);
      }
    }
    return new Stored(TensorShape.of(rows, columns), type, values);
  }

  /// Exact in every float type.
  private static float scale(int shard) {
    return (1 + shard / 8f) / 64;
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, tensor",
    "2, 1, row",
    "6, 1, row",
    "1, 2, group 120",
    "1, 3, group 80",
    "1, 6, group 40",
    "2, 2, group 120"
  })
  void everyShardingIsSeenAndReadExactly(int rowShards, int columnShards, String expected) {
    for (ElementType type : ElementType.values()) {
      Stored source = shards(48, 240, rowShards, columnShards, type, 7);
      Optional<Granularity> seen = ImplicitTernary.detect(source);
      assertThat(seen.map(ImplicitTernaryTest::name)).contains(expected);
      try (TernaryTensor tensor = ImplicitTernary.read(source, seen.orElseThrow())) {
        float[] row = new float[240];
        for (int r = 0; r < 48; r++) {
          tensor.dequantizeRow(r, row, 0);
          for (int c = 0; c < 240; c++) {
            assertThat(row[c]).isEqualTo(source.values[r * 240 + c]);
          }
        }
      }
    }
  }

  private static String name(Granularity granularity) {
    return switch (granularity) {
      case Granularity.PerTensor() -> "tensor";
      case Granularity.PerRow() -> "row";
      case Granularity.PerGroup(int size) -> "group " + size;
    };
  }

  @ParameterizedTest
  @EnumSource
  void twoStepsOfTheStoredTypeAreToleratedAndThreeAreNot(ElementType type) {
    float step =
        switch (type) {
          case F32 -> Math.ulp(1f);
          case F16 -> 0x1p-10f;
          case BF16 -> 0x1p-7f;
        };
    for (int steps = 0; steps <= 4; steps++) {
      // Two rows of 64 columns; the last value is off, so each way of cutting rows meets it.
      float[] values = new float[128];
      for (int i = 0; i < values.length; i++) {
        values[i] = i % 3 - 1;
      }
      values[127] = 1 + steps * step;
      Stored source = new Stored(TensorShape.of(2, 64), type, values);
      assertThat(ImplicitTernary.detect(source).map(ImplicitTernaryTest::name))
          .isEqualTo(steps <= 2 ? Optional.of("tensor") : Optional.empty());
    }
  }

  /// Three columns are no shard: that any value equals itself says nothing.
  @Test
  void fewColumnsAreNoEvidence() {
    SplittableRandom random = new SplittableRandom(3);
    for (int columns : new int[] {1, 2, 3, 6, 31}) {
      float[] values = new float[8 * columns];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) random.nextGaussian();
      }
      TensorShape shape = TensorShape.of(8, columns);
      assertThat(ImplicitTernary.detect(new Stored(shape, ElementType.F32, values))).isEmpty();
    }
  }

  @Test
  void ordinaryWeightsAndInfinitiesAreNotTernary() {
    SplittableRandom random = new SplittableRandom(1);
    float[] values = new float[64 * 64];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    TensorShape shape = TensorShape.of(64, 64);
    assertThat(ImplicitTernary.detect(new Stored(shape, ElementType.F32, values))).isEmpty();
    for (float bad : new float[] {Float.POSITIVE_INFINITY, Float.NaN}) {
      Stored source = shards(64, 64, 1, 1, ElementType.F32, 2);
      source.values[63 * 64 + 63] = bad;
      assertThat(ImplicitTernary.detect(source)).isEmpty();
    }
  }

  @Test
  void zerosAreTernaryWithAMultiplierOfZero() {
    Stored source = new Stored(TensorShape.of(3, 8), ElementType.F16, new float[24]);
    assertThat(ImplicitTernary.detect(source).map(ImplicitTernaryTest::name)).contains("tensor");
    try (TernaryTensor tensor = ImplicitTernary.read(source, new Granularity.PerTensor())) {
      assertThat(tensor.scales().multiplier(0)).isZero();
    }
  }
}

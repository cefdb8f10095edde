package org.bitnet4j.quant.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.TensorHash;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TensorSource;
import org.bitnet4j.quant.TernaryTensor;
import org.bitnet4j.quant.Workers;
import org.bitnet4j.quant.config.QuantizationConfig;
import org.bitnet4j.quant.config.QuantizationConfigBuilder;
import org.bitnet4j.quant.config.QuantizationPrecision;
import org.bitnet4j.quant.config.ScaleRule;
import org.bitnet4j.quant.config.TernaryMethod;
import org.bitnet4j.quant.config.WeightQuantizationConfig;
import org.bitnet4j.quant.config.WeightQuantizationConfigBuilder;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("kernels")
class WeightQuantizerTest {
  /// Configurations over every method, scale rule, granularity and preparation.
  static Stream<WeightQuantizationConfig> ternaryConfigs() {
    List<WeightQuantizationConfig> configs = new ArrayList<>();
    SplittableRandom random = new SplittableRandom(7);
    for (TernaryMethod method : TernaryMethod.values()) {
      for (ScaleRule rule : ScaleRule.values()) {
        for (int granularity = 0; granularity < 3; granularity++) {
          for (int i = 0; i < 4; i++) {
            QuantizationConfigBuilder base =
                QuantizationConfig.builder().perChannel(granularity == 1);
            WeightQuantizationConfigBuilder builder =
                WeightQuantizationConfig.builder()
                    .ternaryMethod(method)
                    .scaleRule(rule)
                    .normalizeWeights((i & 1) == 1)
                    .outlierThreshold(random.nextBoolean() ? 2.0 : null);
            if (granularity == 2) {
              builder.groupSize(32);
            }
            if (i >= 2) {
              builder.blockSize(16);
              base.clipThreshold(2.5);
            }
            if (method != TernaryMethod.OPTIMAL_THRESHOLD && random.nextBoolean()) {
              builder.customThresholdFactor(0.7);
            }
            configs.add(builder.base(base.build()).build());
          }
        }
      }
    }
    return configs.stream();
  }

  @ParameterizedTest
  @MethodSource("ternaryConfigs")
  void agreesWithTheFormulasWrittenDown(WeightQuantizationConfig config) {
    int rows = 3;
    int columns = 117;
    for (String kind : List.of("gaussian", "heavy", "runs", "sparse")) {
      float[] w = Samples.of(kind, rows * columns, kind.hashCode());
      try (QuantizedWeights quantized =
          WeightQuantizer.of(config).quantize(Samples.source(w, rows, columns))) {
        float[] actual = Samples.dequantized(quantized);
        for (int[] group : groups(config, rows, columns)) {
          if (config.blockSize() != null && group[1] > columns) {
            continue; // blocks do not cross rows: covered below
          }
          double[] expected =
              ReferenceQuantizer.ternary(Samples.slice(w, group[0], group[1]), config);
          for (int i = 0; i < group[1]; i++) {
            assertThat((double) actual[group[0] + i])
                .as("%s, value %d of group at %d", kind, i, group[0])
                .isCloseTo(expected[i], within(1e-6 + 1e-5 * Math.abs(expected[i])));
          }
        }
      }
    }
  }

  private static List<int[]> groups(WeightQuantizationConfig config, int rows, int columns) {
    Integer size = config.groupSize();
    List<int[]> groups = new ArrayList<>();
    if (size == null && !config.base().perChannel()) {
      groups.add(new int[] {0, rows * columns});
      return groups;
    }
    int length = size == null ? columns : size;
    for (int row = 0; row < rows; row++) {
      for (int c = 0; c < columns; c += length) {
        groups.add(new int[] {row * columns + c, Math.min(length, columns - c)});
      }
    }
    return groups;
  }

  @ParameterizedTest
  @EnumSource(TernaryMethod.class)
  void oneRowIsTheSameStreamedOrInMemory(TernaryMethod method) {
    for (ScaleRule rule : ScaleRule.values()) {
      for (String kind : Samples.KINDS) {
        float[] w = Samples.of(kind, 1001, 5);
        WeightQuantizationConfig tensor =
            WeightQuantizationConfig.builder()
                .ternaryMethod(method)
                .scaleRule(rule)
                .normalizeWeights(!kind.equals("huge"))
                .build();
        WeightQuantizationConfig row =
            tensor.toBuilder().base(QuantizationConfig.builder().perChannel(true).build()).build();
        try (QuantizedWeights streamed =
                WeightQuantizer.of(tensor).quantize(Samples.source(w, 1, w.length));
            QuantizedWeights inMemory =
                WeightQuantizer.of(row).quantize(Samples.source(w, 1, w.length))) {
          assertThat(hash(streamed)).as(kind).isEqualTo(hash(inMemory));
          assertThat(streamed.outliers()).isEqualTo(inMemory.outliers());
        }
      }
    }
  }

  private static TensorHash hash(QuantizedWeights weights) {
    return TensorHash.of((TernaryTensor) weights.tensor());
  }

  @Test
  void bitnetPresetIsTheReferenceFormulaOnAMillionValuesWithTies() {
    int rows = 1000;
    int columns = 1000;
    SplittableRandom random = new SplittableRandom(158);
    float[] w = new float[rows * columns];
    // Pairs a and ½ − a make the mean magnitude exactly ¼, so 0.125 and 0.375 are ties of rint(4w).
    for (int i = 0; i < w.length; i += 2) {
      float a = random.nextInt(4) == 0 ? 0.125f : random.nextInt(0, 513) / 1024f;
      w[i] = random.nextBoolean() ? a : -a;
      w[i + 1] = random.nextBoolean() ? 0.5f - a : a - 0.5f;
    }
    assertFormula(w, rows, columns);
    for (String kind : List.of("gaussian", "heavy", "runs", "tiny")) {
      assertFormula(Samples.of(kind, w.length, 3), rows, columns);
    }
  }

  private static void assertFormula(float[] w, int rows, int columns) {
    double sum = 0;
    for (float v : w) {
      sum += Math.abs(v);
    }
    float gamma = Math.max((float) (sum / w.length), 1e-5f);
    float inverse = 1f / gamma;
    try (QuantizedWeights quantized =
        WeightQuantizer.of(WeightQuantizationConfig.bitnet())
            .quantize(Samples.source(w, rows, columns))) {
      assertThat(quantized.tensor().scales().multiplier(0)).isEqualTo(gamma);
      TernaryTensor tensor = (TernaryTensor) quantized.tensor();
      byte[] trits = new byte[columns];
      for (int row = 0; row < rows; row++) {
        tensor.readTrits(row, 0, columns, trits, 0);
        for (int c = 0; c < columns; c++) {
          int expected = (int) Math.clamp(Math.rint(w[row * columns + c] * inverse), -1.0, 1.0);
          if (trits[c] != expected) {
            assertThat(trits[c]).as("trit at [%d, %d]", row, c).isEqualTo((byte) expected);
          }
        }
      }
    }
  }

  @Test
  void optimalIsNeverBeatenOverTenThousandGroups() {
    SplittableRandom random = new SplittableRandom(1);
    int groups = 0;
    while (groups < 10_000) {
      int columns = random.nextInt(1, 65);
      String kind = Samples.KINDS.get(random.nextInt(Samples.KINDS.size()));
      int rows = 100;
      float[] w = Samples.of(kind, rows * columns, random.nextLong());
      double[] best = errors(TernaryMethod.OPTIMAL_THRESHOLD, w, rows, columns);
      for (TernaryMethod method : TernaryMethod.values()) {
        double[] other = errors(method, w, rows, columns);
        for (int row = 0; row < rows; row++) {
          double energy = Samples.energy(Samples.slice(w, row * columns, columns));
          assertThat(best[row])
              .as("%s against %s on %s", "optimal", method, kind)
              .isLessThanOrEqualTo(other[row] + 1e-6 * energy);
        }
      }
      groups += rows;
    }
  }

  private static double[] errors(TernaryMethod method, float[] w, int rows, int columns) {
    WeightQuantizationConfig config =
        WeightQuantizationConfig.builder()
            .base(QuantizationConfig.builder().perChannel(true).build())
            .outlierThreshold(null)
            .ternaryMethod(method)
            .build();
    try (QuantizedWeights quantized =
        WeightQuantizer.of(config).quantize(Samples.source(w, rows, columns))) {
      float[] approximation = Samples.dequantized(quantized);
      double[] errors = new double[rows];
      for (int row = 0; row < rows; row++) {
        errors[row] =
            Samples.squaredError(
                Samples.slice(w, row * columns, columns),
                Samples.slice(approximation, row * columns, columns));
      }
      return errors;
    }
  }

  /// Zero share, MSE and cosine that the theory gives for a standard normal distribution.
  @ParameterizedTest
  @MethodSource("gaussianOracle")
  void gaussianOracle(
      TernaryMethod method,
      ScaleRule rule,
      double factor,
      double zeroShare,
      double mse,
      double sqnr,
      double cosine) {
    int rows = 2048;
    int columns = 2048;
    SplittableRandom random = new SplittableRandom(2402_17764);
    float[] w = new float[rows * columns];
    for (int i = 0; i < w.length; i++) {
      w[i] = (float) random.nextGaussian();
    }
    WeightQuantizationConfig config =
        WeightQuantizationConfig.builder()
            .outlierThreshold(null)
            .ternaryMethod(method)
            .scaleRule(rule)
            .customThresholdFactor(method == TernaryMethod.MEAN_THRESHOLD ? factor : null)
            .build();
    try (QuantizedWeights quantized =
        WeightQuantizer.of(config).quantize(Samples.source(w, rows, columns))) {
      float[] q = Samples.dequantized(quantized);
      double error = Samples.squaredError(w, q) / w.length;
      double dot = 0;
      long zeros = 0;
      for (int i = 0; i < w.length; i++) {
        dot += (double) w[i] * q[i];
        zeros += q[i] == 0 ? 1 : 0;
      }
      double energy = Samples.energy(w);
      assertThat((double) zeros / w.length).isCloseTo(zeroShare, within(0.005 * zeroShare));
      assertThat(error).isCloseTo(mse, within(0.005 * mse));
      assertThat(10 * Math.log10(energy / w.length / error)).isCloseTo(sqnr, within(0.005 * sqnr));
      assertThat(dot / Math.sqrt(energy * Samples.energy(q)))
          .isCloseTo(cosine, within(0.005 * cosine));
    }
  }

  static Object[][] gaussianOracle() {
    return new Object[][] {
      {TernaryMethod.MEAN_THRESHOLD, ScaleRule.ABSMEAN, 0.5, 0.310, 0.2634, 5.79, 0.887},
      {TernaryMethod.MEAN_THRESHOLD, ScaleRule.LEAST_SQUARES, 0.5, 0.310, 0.2130, 6.72, 0.887},
      {TernaryMethod.MEAN_THRESHOLD, ScaleRule.LEAST_SQUARES, 0.7, 0.424, 0.1916, 7.18, 0.899},
      {TernaryMethod.OPTIMAL_THRESHOLD, ScaleRule.LEAST_SQUARES, 0.0, 0.4595, 0.1902, 7.21, 0.900},
    };
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 5, 8})
  void threadsNeverChangeABit(int threads) {
    float[] w = Samples.of("heavy", 777 * 333, 11);
    List<WeightQuantizationConfig> configs = ternaryConfigs().toList();
    for (int i = threads; i < configs.size(); i += 9) {
      WeightQuantizationConfig config = configs.get(i);
      try (Workers workers = Workers.of(threads);
          QuantizedWeights one = WeightQuantizer.of(config).quantize(Samples.source(w, 777, 333));
          QuantizedWeights many =
              WeightQuantizer.of(config).quantize(Samples.source(w, 777, 333), workers)) {
        assertThat(hash(many)).isEqualTo(hash(one));
        assertThat(many.clipped()).isEqualTo(one.clipped());
        assertThat(many.outliers()).isEqualTo(one.outliers());
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = QuantizationPrecision.class,
      names = {"TWO_BIT", "FOUR_BIT", "EIGHT_BIT"})
  void integerGridsKeepTheirStep(QuantizationPrecision precision) {
    float[] w = Samples.of("gaussian", 64 * 96, 21);
    for (boolean asymmetric : new boolean[] {false, true}) {
      WeightQuantizationConfig config =
          WeightQuantizationConfig.builder()
              .base(
                  QuantizationConfig.builder()
                      .precision(precision)
                      .strategy(
                          asymmetric
                              ? org.bitnet4j.quant.config.QuantizationStrategy.ASYMMETRIC
                              : org.bitnet4j.quant.config.QuantizationStrategy.SYMMETRIC)
                      .perChannel(true)
                      .build())
              .outlierThreshold(null)
              .scaleRule(ScaleRule.ABSMEAN)
              .build();
      try (QuantizedWeights quantized =
          WeightQuantizer.of(config).quantize(Samples.source(w, 64, 96))) {
        float[] q = Samples.dequantized(quantized);
        for (int i = 0; i < w.length; i++) {
          float step = quantized.tensor().scales().multiplier(i / 96);
          boolean saturating = precision == QuantizationPrecision.TWO_BIT && !asymmetric;
          if (!saturating) {
            assertThat(Math.abs(w[i] - q[i])).isLessThanOrEqualTo(step * 0.5001f);
          }
          assertThat(Math.rint(q[i] / step)).isCloseTo(q[i] / step, within(1e-3));
        }
      }
    }
  }

  @Test
  void oneBitIsTheSignWithZeroPositive() {
    float[] w = {0f, -0f, 1f, -3f, Float.MIN_VALUE, -Float.MIN_VALUE};
    WeightQuantizationConfig config =
        WeightQuantizationConfig.builder()
            .base(QuantizationConfig.builder().precision(QuantizationPrecision.ONE_BIT).build())
            .outlierThreshold(null)
            .build();
    try (QuantizedWeights quantized =
        WeightQuantizer.of(config).quantize(Samples.source(w, 1, w.length))) {
      float scale = 4f / 6;
      assertThat(Samples.dequantized(quantized))
          .containsExactly(scale, scale, scale, -scale, scale, -scale);
    }
  }

  @ParameterizedTest
  @EnumSource(TernaryMethod.class)
  void zerosGiveScaleZeroAndZeroTrits(TernaryMethod method) {
    WeightQuantizationConfig config =
        WeightQuantizationConfig.builder().groupSize(4).ternaryMethod(method).build();
    float[] w = {0, 0, 0, 0, 1, -1, 1, 1};
    try (QuantizedWeights quantized =
        WeightQuantizer.of(config).quantize(Samples.source(w, 1, 8))) {
      assertThat(quantized.tensor().scales().multiplier(0)).isZero();
      assertThat(Samples.dequantized(quantized)).containsExactly(0, 0, 0, 0, 1, -1, 1, 1);
    }
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
  void refusesWhatIsNotFinite(float bad) {
    float[] w = Samples.of("gaussian", 300 * 300, 4);
    w[70_001] = bad;
    for (boolean perRow : new boolean[] {false, true}) {
      WeightQuantizationConfig config =
          WeightQuantizationConfig.builder()
              .base(QuantizationConfig.builder().perChannel(perRow).build())
              .build();
      assertThatThrownBy(
              () -> WeightQuantizer.of(config).quantize(Samples.source(w, 300, 300)).close())
          .isInstanceOfSatisfying(
              InvalidTensorException.class,
              e -> {
                assertThat(e.index()).isEqualTo(70_001);
                assertThat(e.tensor()).isEqualTo("w");
              });
    }
  }

  @Test
  void emptyTensorsHaveNoScales() {
    try (QuantizedWeights quantized =
        WeightQuantizer.of(WeightQuantizationConfig.bitnet())
            .quantize(TensorSource.of("e", TensorShape.of(0, 5), new float[0]))) {
      assertThat(quantized.tensor().scales().count()).isZero();
    }
  }

  /// 300 M weights are 1.2 GB of float32; the suite runs with a heap of 1 GB.
  @Test
  @Tag("slow")
  void quantizesATensorLargerThanTheHeap() {
    int columns = 30_000;
    TensorShape shape = TensorShape.of(10_000, columns);
    assertThat(shape.elements() * 4).isGreaterThan(Runtime.getRuntime().maxMemory());
    TensorSource source = generated(shape);
    for (TernaryMethod method : TernaryMethod.values()) {
      WeightQuantizationConfig config =
          WeightQuantizationConfig.bitnet().toBuilder().ternaryMethod(method).build();
      try (Workers workers = Workers.of(2);
          QuantizedWeights quantized = WeightQuantizer.of(config).quantize(source, workers)) {
        assertThat(quantized.tensor().scales().multiplier(0)).isCloseTo(0.5f, within(1e-3f));
      }
    }
  }

  /// Uniform in [−1, 1], from the position alone.
  private static TensorSource generated(TensorShape shape) {
    return new TensorSource() {
      @Override
      public String name() {
        return "generated";
      }

      @Override
      public TensorShape shape() {
        return shape;
      }

      @Override
      public org.bitnet4j.quant.ElementType elementType() {
        return org.bitnet4j.quant.ElementType.F32;
      }

      @Override
      public void readRows(long firstRow, int rowCount, float[] target, int offset) {
        long index = firstRow * shape.columns();
        for (int i = 0; i < rowCount * shape.columns(); i++) {
          int mixed = (int) (((index + i) * 0x9E3779B97F4A7C15L) >>> 32);
          target[offset + i] = mixed * 0x1p-31f;
        }
      }
    };
  }
}

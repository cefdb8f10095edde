package org.bitnet4j.quant.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// The tables of the configuration contract, typed here once more: a changed default fails.
class PresetTableTest {
  private static final String BASE =
      """
      field           | defaults     | bitnet158    | int8       | dynamic
      precision       | TERNARY_1_58 | TERNARY_1_58 | EIGHT_BIT  | EIGHT_BIT
      strategy        | SYMMETRIC    | SYMMETRIC    | ASYMMETRIC | DYNAMIC
      perChannel      | false        | false        | true       | false
      clipThreshold   | –            | 3.0          | 6.0        | –
      qatEnabled      | false        | false        | false      | false
      calibrationSize | –            | 1000         | 500        | –
      seed            | –            | 42           | 42         | –
      verbose         | false        | false        | false      | false
      """;

  private static final String WEIGHTS =
      """
      field                 | defaults       | bitnet
      base.precision        | TERNARY_1_58   | TERNARY_1_58
      base.strategy         | SYMMETRIC      | SYMMETRIC
      base.perChannel       | false          | false
      base.clipThreshold    | –              | –
      base.qatEnabled       | false          | false
      base.calibrationSize  | –              | 1000
      base.seed             | –              | 42
      base.verbose          | false          | false
      groupSize             | –              | –
      normalizeWeights      | false          | false
      outlierThreshold      | 3.0            | –
      learnableScales       | false          | false
      blockSize             | –              | –
      ternaryMethod         | MEAN_THRESHOLD | MEAN_THRESHOLD
      customThresholdFactor | –              | –
      scaleRule             | LEAST_SQUARES  | ABSMEAN
      packing               | @defaults      | @bitnet
      freezeWeights         | false          | false
      weightDecay           | –              | 1.0E-4
      gradientClip          | –              | 1.0
      """;

  private static final String ACTIVATIONS =
      """
      field                | defaults  | bitnet    | dynamic
      base.precision       | EIGHT_BIT | EIGHT_BIT | EIGHT_BIT
      base.strategy        | SYMMETRIC | DYNAMIC   | DYNAMIC
      base.perChannel      | false     | false     | false
      base.clipThreshold   | –         | –         | –
      base.qatEnabled      | false     | false     | false
      base.calibrationSize | –         | –         | –
      base.seed            | –         | –         | –
      base.verbose         | false     | false     | false
      movingAverageWindow  | 100       | 100       | 50
      outlierPercentile    | 99.9      | 100.0     | 99.9
      perToken             | false     | true      | true
      calibrationWarmup    | 50        | 0         | 0
      emaDecay             | 0.99      | 0.99      | 0.95
      quantizeAttention    | true      | false     | false
      attention            | @defaults | @bitnet   | @defaults
      smoothQuantization   | false     | false     | false
      temperature          | 1.0       | 0.1       | 1.0
      enableCaching        | false     | true      | false
      cacheSizeMb          | –         | 256       | –
      """;

  private static final String ATTENTION =
      """
      field              | defaults | bitnet
      quantizeQuery      | true     | true
      quantizeKey        | true     | true
      quantizeValue      | true     | true
      quantizeScores     | false    | true
      quantizeOutput     | true     | true
      scoreClipThreshold | –        | 10.0
      causalOptimization | false    | true
      sparsityThreshold  | –        | 0.01
      """;

  private static final String PACKING =
      """
      field             | defaults        | bitnet      | maxCompression | maxSpeed
      strategy          | BIT_PACKED_2BIT | HYBRID      | HYBRID         | BIT_PACKED_2BIT
      blockSize         | 64              | 64          | 128            | 32
      sparsityThreshold | 0.7             | 0.6         | 0.5            | 0.9
      simdOptimized     | true            | true        | true           | true
      alignment         | 16              | 32          | 16             | 32
      enableCompression | true            | true        | true           | false
      compressionLevel  | 6               | 8           | 9              | 0
      integrityChecking | true            | true        | true           | false
      parallelPacking   | false           | true        | true           | true
      numThreads        | –               | –           | –              | –
      simd              | @defaults       | @aggressive | @defaults      | @aggressive
      """;

  private static final String SIMD =
      """
      field            | defaults | aggressive | conservative | disabled
      enabled          | true     | true       | true         | false
      forceSse2        | false    | false      | false        | false
      forceAvx2        | false    | false      | false        | false
      forceNeon        | false    | false      | false        | false
      minSimdSize      | 64       | 32         | 128          | 64
      chunkSize        | 16       | 32         | 8            | 16
      enablePrefetch   | false    | true       | false        | false
      prefetchDistance | 8        | 16         | 4            | 8
      vectorizedOps    | true     | true       | false        | true
      customParams     | {}       | {}         | {}           | {}
      """;

  @TestFactory
  Stream<DynamicTest> everyCellIsWhatTheContractSays() {
    return Stream.of(
            cells(QuantizationConfig.class, BASE),
            cells(WeightQuantizationConfig.class, WEIGHTS),
            cells(ActivationQuantizationConfig.class, ACTIVATIONS),
            cells(AttentionQuantizationConfig.class, ATTENTION),
            cells(PackingConfig.class, PACKING),
            cells(SimdConfig.class, SIMD))
        .flatMap(List::stream);
  }

  @TestFactory
  Stream<DynamicTest> presetsHaveNoProblem() {
    return TestConfigs.TYPES.stream()
        .flatMap(type ->
            Presets.names(type).stream()
                .map(name -> Presets.find(type, name).orElseThrow())
                .map(preset ->
                    DynamicTest.dynamicTest(
                        preset.toString(), () -> assertThat(preset.problems()).isEmpty())));
  }

  private static List<DynamicTest> cells(Class<? extends Configuration> type, String table) {
    List<String[]> rows = table.lines().map(line -> line.strip().split("\\s*\\|\\s*", -1)).toList();
    List<String> presets = Arrays.asList(rows.get(0)).subList(1, rows.get(0).length);
    List<DynamicTest> tests = new ArrayList<>();
    tests.add(
        DynamicTest.dynamicTest(
            type.getSimpleName() + " presets",
            () -> assertThat(Presets.names(type)).isEqualTo(presets)));
    tests.add(
        DynamicTest.dynamicTest(
            type.getSimpleName() + " fields in order",
            () ->
                assertThat(
                        rows.stream().skip(1).map(row -> row[0].replaceAll("\\..*", "")).distinct())
                    .containsExactlyElementsOf(
                        RecordShape.of(type).fields().stream()
                            .map(RecordShape.Field::name)
                            .toList())));
    for (String[] row : rows.subList(1, rows.size())) {
      for (int i = 1; i < row.length; i++) {
        String preset = presets.get(i - 1);
        String wanted = row[i];
        Configuration config = Presets.find(type, preset).orElseThrow();
        tests.add(
            DynamicTest.dynamicTest(
                type.getSimpleName() + "." + preset + "()." + row[0],
                () -> assertCell(ConfigPaths.get(config, row[0]), wanted)));
      }
    }
    return tests;
  }

  private static void assertCell(@Nullable Object value, String wanted) {
    if (wanted.startsWith("@") && value instanceof Configuration nested) {
      assertThat(nested)
          .isEqualTo(Presets.find(nested.getClass(), wanted.substring(1)).orElseThrow());
    } else {
      assertThat(value == null ? "–" : value.toString()).isEqualTo(wanted);
    }
  }
}

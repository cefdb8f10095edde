package org.bitnet4j.quant.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bitnet4j.quant.config.TestConfigs.with;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bitnet4j.quant.config.RecordShape.Field;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Every numeric range at, inside and outside its bounds; NaN and infinities everywhere.
class LimitsTest {
  private static final String ACCEPTED_AND_REFUSED =
      """
      QuantizationConfig clipThreshold: 4.9E-324 3.0 10.0 | 0.0 -1.0 10.000000000000002
      QuantizationConfig calibrationSize: 1 100000 | 0 -1 100001 2147483647
      WeightQuantizationConfig groupSize: 1 2 128 4096 | 0 3 -2 -2147483648 8192 2147483647
      WeightQuantizationConfig outlierThreshold: 0.1 10.0 | 0.0 -3.0 10.1
      WeightQuantizationConfig blockSize: 1 64 1024 | 0 48 2048 -64
      WeightQuantizationConfig customThresholdFactor: 0.001 0.7 2.0 | 0.0 2.0000001 -0.5
      WeightQuantizationConfig weightDecay: 0.0 1.0E-4 1.0E300 | -4.9E-324 -1.0
      WeightQuantizationConfig gradientClip: 4.9E-324 1.0 1.0E300 | 0.0 -0.0 -1.0
      ActivationQuantizationConfig movingAverageWindow: 1 100 10000 | 0 -1 10001
      ActivationQuantizationConfig outlierPercentile: 0.1 99.9 100.0 | 0.0 100.1 -1.0
      ActivationQuantizationConfig calibrationWarmup: 0 50 2147483647 | -1 -2147483648
      ActivationQuantizationConfig emaDecay: 0.001 0.99 0.9999999 | 0.0 1.0 -0.1 1.1
      ActivationQuantizationConfig temperature: 0.1 1.0 10.0 | 0.0 10.1 -1.0
      ActivationQuantizationConfig cacheSizeMb: 1 64 8192 | 0 8193 -1
      AttentionQuantizationConfig scoreClipThreshold: 0.1 100.0 | 0.0 100.1 -1.0
      AttentionQuantizationConfig sparsityThreshold: 0.01 0.999 | 0.0 1.0 -0.1
      PackingConfig blockSize: 1 64 100 2048 | 0 2049 -1
      PackingConfig sparsityThreshold: 0.0 0.7 1.0 | -0.1 1.1
      PackingConfig alignment: 1 2 16 64 128 | 0 3 48 256 -16
      PackingConfig compressionLevel: 1 9 | -1 10
      PackingConfig numThreads: 2 256 | 0 257 -1
      SimdConfig minSimdSize: 1 64 10000 | 0 10001
      SimdConfig chunkSize: 1 16 1024 | 0 1025
      SimdConfig prefetchDistance: 1 8 64 | 0 65
      """;

  static Stream<Arguments> values() {
    return rows().entrySet().stream()
        .flatMap(row ->
            Stream.of(0, 1)
                .flatMap(side ->
                    Arrays.stream(row.getValue().split(" \\| ", -1)[side].split(" ", -1))
                        .map(value -> Arguments.of(row.getKey(), value, side == 0))));
  }

  private static Map<String, String> rows() {
    return ACCEPTED_AND_REFUSED
        .lines()
        .map(line -> line.split(": ", -1))
        .collect(Collectors.toMap(line -> line[0], line -> line[1], (a, b) -> a, TreeMap::new));
  }

  private static Class<? extends Configuration> type(String simpleName) {
    return TestConfigs.TYPES.stream()
        .filter(type -> type.getSimpleName().equals(simpleName))
        .findFirst()
        .orElseThrow();
  }

  @ParameterizedTest
  @MethodSource("values")
  void aNumberIsAcceptedExactlyInItsRange(String where, String text, boolean accepted) {
    Class<? extends Configuration> type = type(where.split(" ", -1)[0]);
    String name = where.split(" ", -1)[1];
    Field field = Objects.requireNonNull(RecordShape.of(type).field(name));
    boolean whole = field.type() == int.class || field.type() == Integer.class;
    Object value = whole ? (Object) Integer.valueOf(text) : (Object) Double.valueOf(text);
    List<ConfigProblem> problems =
        with(TestConfigs.defaults(type), name, value).problems().stream()
            .filter(ConfigProblem::isError)
            .toList();
    if (accepted) {
      assertThat(problems).isEmpty();
    } else {
      assertThat(problems)
          .singleElement()
          .satisfies(problem -> {
            assertThat(problem.path()).isEqualTo(name);
            assertThat(problem.value()).isEqualTo(text);
          });
    }
  }

  @Test
  void everyRangeOfTheTableIsTested() {
    List<String> ranged = new ArrayList<>();
    for (Class<? extends Configuration> type : TestConfigs.TYPES) {
      for (Field field : RecordShape.of(type).fields()) {
        if (field.limit() != null) {
          ranged.add(type.getSimpleName() + " " + field.name());
        } else {
          assertThat(field.type()).isNotIn(int.class, Integer.class, double.class, Double.class);
        }
      }
    }
    assertThat(rows().keySet()).containsExactlyInAnyOrderElementsOf(ranged);
  }

  static Stream<Arguments> realFields() {
    return TestConfigs.TYPES.stream()
        .flatMap(type ->
            RecordShape.of(type).fields().stream()
                .filter(f -> f.type() == double.class || f.type() == Double.class)
                .flatMap(f ->
                    Stream.of(Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY)
                        .map(value -> Arguments.of(type, f.name(), value))));
  }

  @ParameterizedTest
  @MethodSource("realFields")
  void nanAndInfinitiesAreErrors(Class<? extends Configuration> type, String name, double value) {
    assertThat(with(TestConfigs.defaults(type), name, value).problems())
        .filteredOn(ConfigProblem::isError)
        .singleElement()
        .satisfies(problem -> {
          assertThat(problem.path()).isEqualTo(name);
          assertThat(problem.value()).isEqualTo(Double.toString(value));
          assertThat(problem.remedy()).contains("finite");
        });
  }

  @Test
  void remediesNameTheNearestAllowedValue() {
    assertThat(Limit.closed(1, 9).nearest(0)).isEqualTo("Use 1");
    assertThat(Limit.closed(1, 9).nearest(10)).isEqualTo("Use 9");
    assertThat(Limit.aboveUpTo(0, 10).nearest(-1)).isEqualTo("Use a number above 0");
    assertThat(Limit.between(0, 1).nearest(1)).isEqualTo("Use a number below 1");
    assertThat(Limit.powersOfTwo(1, 4096).nearest(100)).isEqualTo("Use 64 or 128");
    assertThat(Limit.powersOfTwo(1, 4096).nearest(5000)).isEqualTo("Use 4096");
    assertThat(Limit.above(0).text()).isEqualTo("above 0");
    assertThat(Limit.atLeast(0).text()).isEqualTo("at least 0");
    assertThat(Limit.between(0, 1).text()).isEqualTo("in (0, 1)");
  }
}

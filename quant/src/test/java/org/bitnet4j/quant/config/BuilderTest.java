package org.bitnet4j.quant.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.bitnet4j.quant.config.RecordShape.Field;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Builders and modifiers.
class BuilderTest {
  static Stream<Arguments> fields() {
    return TestConfigs.TYPES.stream()
        .flatMap(
            type -> RecordShape.of(type).fields().stream().map(f -> Arguments.of(type, f.name())));
  }

  private static Object invoke(Object on, String method, @Nullable Object... arguments)
      throws ReflectiveOperationException {
    Method found =
        Stream.of(on.getClass().getMethods())
            .filter(m -> m.getName().equals(method))
            .filter(m -> m.getParameterCount() == arguments.length)
            .filter(m -> arguments.length == 0 || m.getParameterTypes()[0] != long.class)
            .findFirst()
            .orElseThrow();
    return found.invoke(on, arguments);
  }

  @ParameterizedTest
  @MethodSource("fields")
  void aBuilderSetsEachFieldOnceAndOnlyThat(Class<? extends Configuration> type, String name)
      throws ReflectiveOperationException {
    Field field = Objects.requireNonNull(RecordShape.of(type).field(name));
    Random random = new Random(7);
    for (int i = 0; i < 20; i++) {
      Configuration start = TestConfigs.random(type, random);
      Object value = field.get(TestConfigs.random(type, random));
      Object builder = invoke(start, "toBuilder");
      assertThat(invoke(builder, name, value)).isSameAs(builder);
      assertThat(invoke(builder, "build")).isEqualTo(TestConfigs.with(start, name, value));
      assertThatThrownBy(() -> invoke(builder, name, value))
          .isInstanceOf(InvocationTargetException.class)
          .cause()
          .isInstanceOf(ConfigValidationException.class)
          .hasMessageContaining(name + " must be set once in a builder");
    }
  }

  @Test
  void buildersStartFromTheDefaults() {
    assertThat(QuantizationConfig.builder().build()).isEqualTo(QuantizationConfig.defaults());
    assertThat(WeightQuantizationConfig.builder().build())
        .isEqualTo(WeightQuantizationConfig.defaults());
    assertThat(ActivationQuantizationConfig.builder().build())
        .isEqualTo(ActivationQuantizationConfig.defaults());
    assertThat(AttentionQuantizationConfig.builder().build())
        .isEqualTo(AttentionQuantizationConfig.defaults());
    assertThat(PackingConfig.builder().build()).isEqualTo(PackingConfig.defaults());
    assertThat(SimdConfig.builder().build()).isEqualTo(SimdConfig.defaults());
  }

  @Test
  void modifiersSetWhatTheyName() {
    QuantizationConfig base =
        QuantizationConfig.defaults()
            .withQat()
            .withClipping(2.5)
            .withCalibration(10)
            .withPerChannel()
            .withSeed(7)
            .withVerbose();
    assertThat(base)
        .isEqualTo(
            new QuantizationConfig(
                QuantizationPrecision.TERNARY_1_58,
                QuantizationStrategy.SYMMETRIC,
                true,
                2.5,
                true,
                10,
                7L,
                true));
    WeightQuantizationConfig weights =
        WeightQuantizationConfig.grouped(128)
            .withLearnableScales()
            .withTernaryMethod(TernaryMethod.MEDIAN_THRESHOLD)
            .withThresholdFactor(0.7)
            .withPacking(PackingConfig.maxSpeed());
    assertThat(weights)
        .isEqualTo(
            WeightQuantizationConfig.builder()
                .groupSize(128)
                .learnableScales(true)
                .ternaryMethod(TernaryMethod.MEDIAN_THRESHOLD)
                .customThresholdFactor(0.7)
                .packing(PackingConfig.maxSpeed())
                .build());
    assertThat(WeightQuantizationConfig.blockwise(64).blockSize()).isEqualTo(64);
    ActivationQuantizationConfig activations =
        ActivationQuantizationConfig.defaults().withPerToken().withWindow(7).withCaching(512);
    assertThat(activations.perToken()).isTrue();
    assertThat(activations.movingAverageWindow()).isEqualTo(7);
    assertThat(activations.enableCaching()).isTrue();
    assertThat(activations.cacheBudgetMb()).isEqualTo(512);
    assertThat(ActivationQuantizationConfig.defaults().cacheBudgetMb()).isEqualTo(64);
    ActivationQuantizationConfig smooth =
        ActivationQuantizationConfig.defaults().withSmoothQuantization(0.5);
    assertThat(smooth.smoothQuantization()).isTrue();
    assertThat(smooth.temperature()).isEqualTo(0.5);
    assertThat(
            AttentionQuantizationConfig.bitnet()
                .withoutScoreQuantization()
                .withSparsityThreshold(0.5))
        .isEqualTo(new AttentionQuantizationConfig(true, true, true, false, true, 10.0, true, 0.5));
    assertThat(AttentionQuantizationConfig.defaults().withCausalOptimization().causalOptimization())
        .isTrue();
  }

  @Test
  void packingModifiersTurnTheirSwitch() {
    PackingConfig eight = PackingConfig.defaults().withParallelPacking(8);
    assertThat(eight.parallelPacking()).isTrue();
    assertThat(eight.numThreads()).isEqualTo(8);
    assertThat(eight.withParallelPacking().numThreads()).isNull();
    PackingConfig off = PackingConfig.defaults().withCompressionLevel(0);
    assertThat(off.enableCompression()).isFalse();
    assertThat(off.problems()).isEmpty();
    assertThat(off.withCompressionLevel(4).enableCompression()).isTrue();
  }

  @Test
  void recordsDoNotShareTheMapTheyWereGiven() {
    Map<String, String> map = new java.util.HashMap<>(Map.of("matvec.rowBands", "2"));
    SimdConfig config = SimdConfig.builder().customParams(map).build();
    map.clear();
    assertThat(config.customParams()).containsOnlyKeys("matvec.rowBands");
  }
}

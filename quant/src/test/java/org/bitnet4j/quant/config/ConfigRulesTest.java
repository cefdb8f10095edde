package org.bitnet4j.quant.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.bitnet4j.quant.config.ConfigProblem.Severity.ERROR;
import static org.bitnet4j.quant.config.ConfigProblem.Severity.WARNING;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.bitnet4j.quant.config.ConfigProblem.Severity;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Every rule between fields, broken once by the smallest change that breaks it.
class ConfigRulesTest {
  static Stream<Arguments> broken() {
    QuantizationConfig base = QuantizationConfig.defaults();
    QuantizationConfig eight =
        QuantizationConfig.builder().precision(QuantizationPrecision.EIGHT_BIT).build();
    return Stream.of(
        broken(
            base.toBuilder().strategy(QuantizationStrategy.ASYMMETRIC).build(), ERROR, "strategy"),
        broken(
            base.toBuilder()
                .precision(QuantizationPrecision.ONE_BIT)
                .strategy(QuantizationStrategy.ASYMMETRIC)
                .build(),
            ERROR,
            "strategy"),
        broken(
            weights()
                .base(base.toBuilder().strategy(QuantizationStrategy.ASYMMETRIC).build())
                .build(),
            ERROR,
            "base.strategy"),
        broken(weights().groupSize(64).blockSize(128).build(), ERROR, "blockSize"),
        broken(
            weights().base(base.toBuilder().strategy(QuantizationStrategy.DYNAMIC).build()).build(),
            WARNING,
            "base.strategy"),
        broken(
            weights().base(base.toBuilder().strategy(QuantizationStrategy.STATIC).build()).build(),
            WARNING,
            "base.strategy"),
        broken(
            weights().base(base.withPerChannel()).groupSize(64).build(),
            WARNING,
            "base.perChannel"),
        broken(weights().learnableScales(true).build(), WARNING, "learnableScales"),
        broken(weights().freezeWeights(true).build(), WARNING, "freezeWeights"),
        broken(weights().base(eight).blockSize(64).build(), WARNING, "blockSize"),
        broken(
            weights().base(eight).ternaryMethod(TernaryMethod.MEDIAN_THRESHOLD).build(),
            WARNING,
            "ternaryMethod"),
        broken(
            weights().base(eight).customThresholdFactor(0.7).build(),
            WARNING,
            "customThresholdFactor"),
        broken(
            weights()
                .ternaryMethod(TernaryMethod.OPTIMAL_THRESHOLD)
                .customThresholdFactor(0.7)
                .build(),
            WARNING,
            "customThresholdFactor"),
        broken(weights().base(eight).scaleRule(ScaleRule.ABSMEAN).build(), WARNING, "scaleRule"),
        broken(
            weights().base(eight).packing(PackingConfig.maxCompression()).build(),
            WARNING,
            "packing.strategy"),
        broken(
            activations()
                .base(eight.toBuilder().strategy(QuantizationStrategy.STATIC).build())
                .perToken(true)
                .build(),
            ERROR,
            "perToken"),
        broken(activations().base(base).build(), WARNING, "base.precision"),
        broken(
            activations()
                .base(base.toBuilder().precision(QuantizationPrecision.ONE_BIT).build())
                .build(),
            WARNING,
            "base.precision"),
        broken(activations().base(eight.withPerChannel()).build(), WARNING, "base.perChannel"),
        broken(
            activations().base(eight.withCalibration(10)).build(), WARNING, "base.calibrationSize"),
        broken(activations().smoothQuantization(true).build(), WARNING, "smoothQuantization"),
        broken(activations().cacheSizeMb(64).build(), WARNING, "cacheSizeMb"),
        broken(
            activations()
                .attention(
                    new AttentionQuantizationConfig(
                        false, false, false, false, false, null, false, null))
                .build(),
            WARNING,
            "quantizeAttention"),
        broken(
            ActivationQuantizationConfig.bitnet().toBuilder()
                .attention(AttentionQuantizationConfig.defaults().withCausalOptimization())
                .build(),
            WARNING,
            "attention"),
        broken(
            packing().strategy(TernaryPackingStrategy.RUN_LENGTH_ENCODED).build(),
            WARNING,
            "simdOptimized"),
        broken(
            packing().strategy(TernaryPackingStrategy.COMPRESSED_SPARSE).build(),
            WARNING,
            "simdOptimized"),
        broken(
            packing().strategy(TernaryPackingStrategy.UNCOMPRESSED).build(),
            WARNING,
            "simdOptimized"),
        broken(
            packing().strategy(TernaryPackingStrategy.BYTE_ALIGNED).build(),
            WARNING,
            "simdOptimized"),
        broken(packing().compressionLevel(0).build(), WARNING, "enableCompression"),
        broken(packing().numThreads(2).build(), WARNING, "numThreads"),
        broken(packing().parallelPacking(true).numThreads(1).build(), WARNING, "parallelPacking"),
        broken(simd().forceSse2(true).forceAvx2(true).build(), ERROR, "forceAvx2"),
        broken(simd().forceSse2(true).forceNeon(true).build(), ERROR, "forceNeon"),
        broken(simd().forceAvx2(true).forceNeon(true).build(), ERROR, "forceNeon"),
        broken(simd().enabled(false).forceSse2(true).build(), WARNING, "forceSse2"),
        broken(simd().enabled(false).forceAvx2(true).build(), WARNING, "forceAvx2"),
        broken(simd().enabled(false).forceNeon(true).build(), WARNING, "forceNeon"),
        broken(simd().enabled(false).enablePrefetch(true).build(), WARNING, "enablePrefetch"),
        broken(
            simd().enabled(false).customParams(Map.of("matvec.rowBands", "2")).build(),
            WARNING,
            "customParams"));
  }

  private static Arguments broken(Configuration config, Severity severity, String path) {
    return Arguments.of(config, severity, path);
  }

  private static WeightQuantizationConfigBuilder weights() {
    return WeightQuantizationConfig.builder();
  }

  private static ActivationQuantizationConfigBuilder activations() {
    return ActivationQuantizationConfig.builder();
  }

  private static PackingConfigBuilder packing() {
    return PackingConfig.builder();
  }

  private static SimdConfigBuilder simd() {
    return SimdConfig.builder();
  }

  @ParameterizedTest
  @MethodSource("broken")
  void aBrokenRuleIsReportedAtItsPathAndNothingElseIs(
      Configuration config, Severity severity, String path) {
    assertThat(config.problems())
        .singleElement()
        .satisfies(problem -> {
          assertThat(problem.severity()).isEqualTo(severity);
          assertThat(problem.path()).isEqualTo(path);
          assertThat(problem.value())
              .isEqualTo(String.valueOf(ConfigPaths.get(config, problem.path())));
          assertThat(problem.allowed()).isNotBlank();
          assertThat(problem.remedy()).endsWith(".");
        });
    if (severity == ERROR) {
      assertThatThrownBy(config::validate).isInstanceOf(ConfigValidationException.class);
    } else {
      config.validate();
    }
  }

  @Test
  void everyRuleIsBrokenByACase() {
    Set<String> rules = new HashSet<>();
    broken()
        .map(Arguments::get)
        .map(arguments -> (Configuration) arguments[0])
        .forEach(config ->
            ConfigRules.problems(config)
                .forEach(
                    problem -> rules.add(config.getClass() + problem.path() + problem.allowed())));
    assertThat(rules).hasSize((int) ConfigRules.count());
  }

  @Test
  void allProblemsAreListedAtOnceInFieldOrderWithNestedPaths() {
    QuantizationConfig base =
        QuantizationConfig.builder().clipThreshold(11.0).calibrationSize(0).build();
    SimdConfig simd = SimdConfig.builder().minSimdSize(0).customParams(Map.of("x", "1")).build();
    WeightQuantizationConfig config =
        weights()
            .base(base)
            .groupSize(48)
            .learnableScales(true)
            .packing(packing().simd(simd).alignment(3).build())
            .build();
    ConfigValidationException refused =
        catchThrowableOfType(ConfigValidationException.class, config::validate);
    assertThat(refused.problems())
        .extracting(ConfigProblem::path)
        .containsExactly(
            "base.clipThreshold",
            "base.calibrationSize",
            "groupSize",
            "packing.alignment",
            "packing.simd.minSimdSize",
            "packing.simd.customParams.x",
            "learnableScales");
    assertThat(refused)
        .hasMessageStartingWith("weight quantization configuration: 7 problems: base.clipThreshold")
        .hasMessageContaining(
            "groupSize must be a power of two in [1, 4096], got [48]."
                + " Use 32 or 64, or leave it out.")
        .hasMessageContaining("Warning: learnableScales must be false unless base.qatEnabled");
    assertThat(refused.getMessage()).doesNotContain("\n");
  }

  @Test
  void aForcedInstructionSetMustExistOnTheHost() {
    SimdConfig forced = SimdConfig.builder().forceAvx2(true).build();
    assertThat(forced.problems()).isEmpty();
    assertThat(forced.problemsOn(Set.of(InstructionSet.SSE2, InstructionSet.AVX2))).isEmpty();
    assertThat(forced.problemsOn(Set.of(InstructionSet.NEON)))
        .singleElement()
        .satisfies(problem -> {
          assertThat(problem.isError()).isTrue();
          assertThat(problem.message())
              .isEqualTo(
                  "forceAvx2 must be false on a host without AVX2, got [true]. This host offers"
                      + " NEON: turn it off or force one that is there.");
        });
    assertThat(SimdConfig.builder().forceNeon(true).build().problemsOn(Set.of()).get(0).remedy())
        .contains("no vector instructions");
    assertThat(
            SimdConfig.builder()
                .forceSse2(true)
                .build()
                .problemsOn(Set.of(InstructionSet.AVX512, InstructionSet.NEON)))
        .extracting(ConfigProblem::path)
        .containsExactly("forceSse2");
  }

  @Test
  void kernelParametersAreKnownTypedAndInRange() {
    List<String> refused = List.of("0", "9", "x", "", "2.0", " 2", "+2", "02", "99999999999");
    List<String> reported = new ArrayList<>();
    for (String value : refused) {
      SimdConfig config = simd().customParams(Map.of("matvec.rowBands", value)).build();
      config.problems().forEach(problem -> reported.add(problem.value()));
      assertThatThrownBy(() -> KernelParameters.MATVEC_ROW_BANDS.valueIn(config))
          .isInstanceOf(ConfigValidationException.class);
    }
    assertThat(reported).isEqualTo(refused);
    assertThat(KernelParameters.MATVEC_ROW_BANDS.valueIn(SimdConfig.defaults())).isEqualTo(4);
    SimdConfig two = simd().customParams(Map.of("matvec.rowBands", "2")).build();
    assertThat(KernelParameters.MATVEC_ROW_BANDS.valueIn(two)).isEqualTo(2);
    assertThat(two.problems()).isEmpty();
    assertThat(simd().customParams(Map.of("matvec.row_band", "2")).build().problems())
        .singleElement()
        .satisfies(problem ->
            assertThat(problem.remedy()).isEqualTo("The nearest parameter is matvec.rowBands."));
  }
}

package org.bitnet4j.quant.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Every configuration snippet of the seed document in its Java form: each compiles, validates, and
/// warns exactly where it combines settings that cannot act together.
class SeedDocumentTest {
  private static List<String> warnings(Configuration config) {
    assertThatCode(config::validate).doesNotThrowAnyException();
    return config.problems().stream().map(ConfigProblem::path).toList();
  }

  @Test
  void quickStart() {
    QuantizationConfig config = QuantizationConfig.bitnet158();
    WeightQuantizationConfig weightConfig = WeightQuantizationConfig.bitnet();
    ActivationQuantizationConfig activationConfig = ActivationQuantizationConfig.bitnet();

    assertThat(warnings(config)).isEmpty();
    assertThat(warnings(weightConfig)).isEmpty();
    assertThat(warnings(activationConfig)).isEmpty();
  }

  @Test
  void baseLiteral() {
    QuantizationConfig config =
        new QuantizationConfig(
            /* precision= */ QuantizationPrecision.TERNARY_1_58,
            /* strategy= */ QuantizationStrategy.SYMMETRIC,
            /* perChannel= */ false,
            /* clipThreshold= */ 3.0,
            /* qatEnabled= */ false,
            /* calibrationSize= */ 1000,
            /* seed= */ 42L,
            /* verbose= */ false);

    assertThat(warnings(config)).isEmpty();
    assertThat(config).isEqualTo(QuantizationConfig.bitnet158());
  }

  @Test
  void basePresets() {
    assertThat(warnings(QuantizationConfig.bitnet158())).isEmpty();
    assertThat(warnings(QuantizationConfig.int8())).isEmpty();
    assertThat(warnings(QuantizationConfig.dynamic())).isEmpty();
  }

  @Test
  void baseBuilder() {
    QuantizationConfig config =
        QuantizationConfig.builder()
            .precision(QuantizationPrecision.EIGHT_BIT)
            .strategy(QuantizationStrategy.DYNAMIC)
            .perChannel(true)
            .clipThreshold(5.0)
            .qatEnabled(true)
            .build();

    assertThat(warnings(config)).isEmpty();
    assertThat(config)
        .isEqualTo(
            new QuantizationConfig(
                QuantizationPrecision.EIGHT_BIT,
                QuantizationStrategy.DYNAMIC,
                true,
                5.0,
                true,
                null,
                null,
                false));
  }

  @Test
  void weightLiteral() {
    WeightQuantizationConfig weightConfig =
        new WeightQuantizationConfig(
            /* base= */ QuantizationConfig.bitnet158(),
            /* groupSize= */ 128,
            /* normalizeWeights= */ true,
            /* outlierThreshold= */ 3.0,
            /* learnableScales= */ false,
            /* blockSize= */ 64,
            /* ternaryMethod= */ TernaryMethod.MEAN_THRESHOLD,
            /* customThresholdFactor= */ 0.7,
            /* scaleRule= */ ScaleRule.LEAST_SQUARES,
            /* packing= */ PackingConfig.bitnet(),
            /* freezeWeights= */ false,
            /* weightDecay= */ 1e-4,
            /* gradientClip= */ 1.0);

    assertThat(warnings(weightConfig)).isEmpty();
  }

  @Test
  void ternaryMethods() {
    for (TernaryMethod method :
        List.of(
            TernaryMethod.MEAN_THRESHOLD,
            TernaryMethod.MEDIAN_THRESHOLD,
            TernaryMethod.ADAPTIVE_THRESHOLD,
            TernaryMethod.OPTIMAL_THRESHOLD)) {
      assertThat(warnings(WeightQuantizationConfig.defaults().withTernaryMethod(method))).isEmpty();
    }
  }

  @Test
  void weightBuilder() {
    WeightQuantizationConfig weightConfig =
        WeightQuantizationConfig.builder()
            .base(QuantizationConfig.bitnet158())
            .groupSize(128)
            .learnableScales(true)
            .ternaryMethod(TernaryMethod.OPTIMAL_THRESHOLD)
            .customThresholdFactor(0.8)
            .build();

    assertThat(warnings(weightConfig)).containsExactly("learnableScales", "customThresholdFactor");
  }

  @Test
  void activationLiteral() {
    ActivationQuantizationConfig activationConfig =
        new ActivationQuantizationConfig(
            /* base= */ QuantizationConfig.bitnet158(),
            /* movingAverageWindow= */ 100,
            /* outlierPercentile= */ 99.9,
            /* perToken= */ false,
            /* calibrationWarmup= */ 50,
            /* emaDecay= */ 0.99,
            /* quantizeAttention= */ true,
            /* attention= */ AttentionQuantizationConfig.bitnet(),
            /* smoothQuantization= */ true,
            /* temperature= */ 0.1,
            /* enableCaching= */ true,
            /* cacheSizeMb= */ 256);

    assertThat(warnings(activationConfig))
        .containsExactly("base.precision", "base.calibrationSize", "smoothQuantization");
  }

  @Test
  void attentionLiteral() {
    AttentionQuantizationConfig attentionConfig =
        new AttentionQuantizationConfig(
            /* quantizeQuery= */ true,
            /* quantizeKey= */ true,
            /* quantizeValue= */ true,
            /* quantizeScores= */ true,
            /* quantizeOutput= */ true,
            /* scoreClipThreshold= */ 10.0,
            /* causalOptimization= */ true,
            /* sparsityThreshold= */ 0.01);

    assertThat(warnings(attentionConfig)).isEmpty();
    assertThat(attentionConfig).isEqualTo(AttentionQuantizationConfig.bitnet());
  }

  @Test
  void packingLiteral() {
    PackingConfig packingConfig =
        new PackingConfig(
            /* strategy= */ TernaryPackingStrategy.HYBRID,
            /* blockSize= */ 64,
            /* sparsityThreshold= */ 0.7,
            /* simdOptimized= */ true,
            /* alignment= */ 16,
            /* enableCompression= */ true,
            /* compressionLevel= */ 6,
            /* integrityChecking= */ true,
            /* parallelPacking= */ false,
            /* numThreads= */ null,
            /* simd= */ SimdConfig.defaults());

    assertThat(warnings(packingConfig)).isEmpty();
  }

  @Test
  void packingStrategies() {
    assertThat(TernaryPackingStrategy.values())
        .containsExactly(
            TernaryPackingStrategy.UNCOMPRESSED,
            TernaryPackingStrategy.BIT_PACKED_2BIT,
            TernaryPackingStrategy.BASE3_PACKED,
            TernaryPackingStrategy.BYTE_ALIGNED,
            TernaryPackingStrategy.RUN_LENGTH_ENCODED,
            TernaryPackingStrategy.COMPRESSED_SPARSE,
            TernaryPackingStrategy.HYBRID);
    for (TernaryPackingStrategy strategy : TernaryPackingStrategy.values()) {
      PackingConfig config = PackingConfig.builder().strategy(strategy).build();
      assertThatCode(config::validate).doesNotThrowAnyException();
    }
  }

  @Test
  void packingPresets() {
    assertThat(warnings(PackingConfig.bitnet())).isEmpty();
    assertThat(warnings(PackingConfig.maxCompression())).isEmpty();
    assertThat(warnings(PackingConfig.maxSpeed())).isEmpty();
  }

  @Test
  void simdLiteral() {
    SimdConfig simdConfig =
        new SimdConfig(
            /* enabled= */ true,
            /* forceSse2= */ false,
            /* forceAvx2= */ false,
            /* forceNeon= */ false,
            /* minSimdSize= */ 64,
            /* chunkSize= */ 16,
            /* enablePrefetch= */ false,
            /* prefetchDistance= */ 8,
            /* vectorizedOps= */ true,
            /* customParams= */ Map.of());

    assertThat(warnings(simdConfig)).isEmpty();
    assertThat(simdConfig).isEqualTo(SimdConfig.defaults());
  }

  @Test
  void simdPresets() {
    assertThat(warnings(SimdConfig.aggressive())).isEmpty();
    assertThat(warnings(SimdConfig.conservative())).isEmpty();
    assertThat(warnings(SimdConfig.disabled())).isEmpty();
  }

  @Test
  void validationMatch() {
    assertThat(verdict(QuantizationConfig.bitnet158())).isEqualTo("Configuration is valid");
    assertThat(verdict(QuantizationConfig.bitnet158().withClipping(-1)))
        .isEqualTo(
            "Validation error: quantization configuration: clipThreshold must be in (0, 10], got"
                + " [-1.0]. Use a number above 0, or leave it out.");
  }

  private static String verdict(QuantizationConfig config) {
    try {
      config.validate();
      return "Configuration is valid";
    } catch (ConfigValidationException e) {
      return "Validation error: " + e.getMessage();
    }
  }

  @Test
  void customConfiguration() {
    WeightQuantizationConfig customConfig =
        WeightQuantizationConfig.builder()
            .base(QuantizationConfig.int8())
            .groupSize(64)
            .learnableScales(true)
            .ternaryMethod(TernaryMethod.OPTIMAL_THRESHOLD)
            .packing(PackingConfig.maxCompression())
            .build();

    customConfig.validate();

    assertThat(warnings(customConfig))
        .containsExactly("base.perChannel", "learnableScales", "ternaryMethod", "packing.strategy");
  }

  @Test
  void dynamicActivationQuantization() {
    ActivationQuantizationConfig activationConfig =
        ActivationQuantizationConfig.dynamic().withPerToken().withWindow(200).withCaching(512);

    assertThat(warnings(activationConfig)).isEmpty();
    assertThat(activationConfig.movingAverageWindow()).isEqualTo(200);
    assertThat(activationConfig.cacheSizeMb()).isEqualTo(512);
  }

  @Test
  void simdOptimizedPacking() {
    PackingConfig packingConfig =
        PackingConfig.maxSpeed().withParallelPacking(8).withCompressionLevel(0);

    assertThat(warnings(packingConfig)).isEmpty();
    assertThat(packingConfig.strategy()).isEqualTo(TernaryPackingStrategy.BIT_PACKED_2BIT);
    assertThat(packingConfig.numThreads()).isEqualTo(8);
  }

  @Test
  void debugMode() {
    QuantizationConfig config = QuantizationConfig.bitnet158().withVerbose();

    assertThat(warnings(config)).isEmpty();
    assertThat(config.verbose()).isTrue();
  }
}

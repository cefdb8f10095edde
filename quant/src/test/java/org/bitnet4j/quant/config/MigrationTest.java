package org.bitnet4j.quant.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.bitnet4j.quant.MalformedFileException;
import org.bitnet4j.quant.config.MigrationNote.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Legacy records and the files of the Rust library become today's records; every change is noted.
class MigrationTest {
  private static final LegacyQuantizationConfig BASE =
      new LegacyQuantizationConfig(
          QuantizationPrecision.TERNARY_1_58, QuantizationStrategy.SYMMETRIC, true, 2.5, true, 100);

  private static List<String> notes(Migration<?> migration, Kind kind) {
    return migration.notes().stream()
        .filter(note -> note.kind() == kind)
        .map(note -> note.path() + ": " + note.before() + " -> " + note.after())
        .toList();
  }

  @Test
  void aLegacyBaseKeepsItsSixFields() {
    Migration<QuantizationConfig> migration = QuantizationConfig.fromLegacy(BASE);
    assertThat(migration.value())
        .isEqualTo(
            new QuantizationConfig(
                QuantizationPrecision.TERNARY_1_58,
                QuantizationStrategy.SYMMETRIC,
                true,
                2.5,
                true,
                100,
                null,
                false));
    assertThat(notes(migration, Kind.DEFAULTED))
        .containsExactly("seed: absent -> absent", "verbose: absent -> false");
    assertThat(migration.notes()).hasSize(2);
  }

  @Test
  void legacyWeightsKeepTheirFields() {
    Migration<WeightQuantizationConfig> migration =
        WeightQuantizationConfig.fromLegacy(
            new LegacyWeightQuantizationConfig(
                BASE,
                128,
                true,
                0.0,
                true,
                32,
                TernaryMethod.MEDIAN_THRESHOLD,
                0.7,
                new LegacyPackingConfig(TernaryPackingStrategy.HYBRID, 32, 0.4, false, 64, false)));
    assertThat(migration.value())
        .isEqualTo(
            WeightQuantizationConfig.builder()
                .base(QuantizationConfig.fromLegacy(BASE).value())
                .groupSize(128)
                .normalizeWeights(true)
                .outlierThreshold(null)
                .learnableScales(true)
                .blockSize(32)
                .ternaryMethod(TernaryMethod.MEDIAN_THRESHOLD)
                .customThresholdFactor(0.7)
                .packing(
                    PackingConfig.builder()
                        .strategy(TernaryPackingStrategy.HYBRID)
                        .blockSize(32)
                        .sparsityThreshold(0.4)
                        .simdOptimized(false)
                        .alignment(64)
                        .enableCompression(false)
                        .build())
                .build());
    assertThat(notes(migration, Kind.RENAMED)).containsExactly("packing: packingConfig -> packing");
    assertThat(notes(migration, Kind.REINTERPRETED))
        .containsExactly(
            "outlierThreshold: 0.0 -> absent",
            "packing.blockSize: 32 weights -> 32 times 256 weights");
    assertThat(notes(migration, Kind.DEFAULTED))
        .contains(
            "scaleRule: absent -> LEAST_SQUARES",
            "freezeWeights: absent -> false",
            "weightDecay: absent -> absent",
            "gradientClip: absent -> absent",
            "packing.compressionLevel: absent -> 6",
            "packing.integrityChecking: absent -> true",
            "packing.parallelPacking: absent -> false",
            "packing.numThreads: absent -> absent",
            "packing.simd.minSimdSize: absent -> 64",
            "base.seed: absent -> absent")
        .hasSize(2 + 4 + 4 + 10);
    assertThat(notes(migration, Kind.REFUSED_TODAY)).isEmpty();
  }

  @Test
  void anAbsentLegacyBlockSizeBecomesTheDefaultAndIsNoted() {
    Migration<PackingConfig> migration =
        PackingConfig.fromLegacy(
            new LegacyPackingConfig(
                TernaryPackingStrategy.BIT_PACKED_2BIT, null, 0.7, true, 16, true));
    assertThat(migration.value()).isEqualTo(PackingConfig.defaults());
    assertThat(notes(migration, Kind.DEFAULTED)).contains("blockSize: absent -> 64");
  }

  @ParameterizedTest
  @CsvSource({"0.0, false", "1.0, false", "0.5, true", "NaN, false"})
  void aLegacyDecayOutOfTodaysRangeIsKeptAndNoted(double decay, boolean allowed) {
    Migration<ActivationQuantizationConfig> migration =
        ActivationQuantizationConfig.fromLegacy(
            new LegacyActivationQuantizationConfig(
                new LegacyQuantizationConfig(
                    QuantizationPrecision.EIGHT_BIT,
                    QuantizationStrategy.DYNAMIC,
                    false,
                    null,
                    false,
                    null),
                10,
                99.0,
                true,
                5,
                decay,
                false));
    assertThat(migration.value().emaDecay()).isEqualTo(Double.valueOf(decay));
    assertThat(migration.value().movingAverageWindow()).isEqualTo(10);
    assertThat(migration.value().outlierPercentile()).isEqualTo(99.0);
    assertThat(migration.value().perToken()).isTrue();
    assertThat(migration.value().calibrationWarmup()).isEqualTo(5);
    assertThat(migration.value().quantizeAttention()).isFalse();
    assertThat(notes(migration, Kind.REFUSED_TODAY))
        .isEqualTo(allowed ? List.of() : List.of("emaDecay: " + decay + " -> " + decay));
    assertThat(migration.notes())
        .filteredOn(note -> note.kind() == Kind.REFUSED_TODAY)
        .allSatisfy(note -> assertThat(note.message()).contains("It must be in (0, 1). "));
  }

  private static final String RUST_WEIGHTS =
      """
      {"base": {"precision": "OneFiveFiveBit", "strategy": "Symmetric", "per_channel": false,
                "clip_threshold": 3.0, "qat_enabled": false, "calibration_size": 1000,
                "seed": 42, "verbose": false},
       "group_size": 128, "normalize_weights": true, "outlier_threshold": 3.0,
       "learnable_scales": false, "block_size": 64, "ternary_method": "DetSTE",
       "custom_threshold_factor": 0.7,
       "packing": {"strategy": "BitPacked2Bit", "block_size": 64, "sparsity_threshold": 0.7,
                   "simd_optimized": true, "alignment": 16, "enable_compression": true,
                   "simd": {"enabled": true, "force_sse2": false, "force_avx2": false,
                            "force_neon": false, "min_simd_size": 64, "chunk_size": 16,
                            "enable_prefetch": false, "prefetch_distance": 8,
                            "vectorized_ops": true, "custom_params": {"matvec.rowBands": "2"}},
                   "integrity_checking": true, "compression_level": 6,
                   "parallel_packing": false, "num_threads": null},
       "freeze_weights": false, "weight_decay": 0.0001, "gradient_clip": 1.0}
      """;

  @Test
  void anEnhancedRustFileMigrates() {
    Migration<? extends Configuration> migration = LegacyFiles.migrate("old.json", RUST_WEIGHTS);
    assertThat(migration.value())
        .isEqualTo(
            WeightQuantizationConfig.builder()
                .base(QuantizationConfig.bitnet158())
                .groupSize(128)
                .normalizeWeights(true)
                .blockSize(64)
                .customThresholdFactor(0.7)
                .packing(
                    PackingConfig.builder()
                        .simd(
                            SimdConfig.builder()
                                .customParams(Map.of("matvec.rowBands", "2"))
                                .build())
                        .build())
                .weightDecay(1e-4)
                .gradientClip(1.0)
                .build());
    assertThat(notes(migration, Kind.DEFAULTED))
        .containsExactly("scaleRule: absent -> LEAST_SQUARES");
    assertThat(notes(migration, Kind.REINTERPRETED))
        .containsExactly("packing.blockSize: 64 weights -> 64 times 256 weights");
    assertThat(notes(migration, Kind.RENAMED))
        .contains(
            "groupSize: group_size -> groupSize",
            "base.precision: OneFiveFiveBit -> TERNARY_1_58",
            "base.strategy: Symmetric -> SYMMETRIC",
            "ternaryMethod: DetSTE -> MEAN_THRESHOLD",
            "packing.strategy: BitPacked2Bit -> BIT_PACKED_2BIT",
            "packing.simd.forceSse2: force_sse2 -> forceSse2")
        // Every key with an underscore and every one of the four constants.
        .hasSize(5 + 10 + 8 + 8 + 4);
  }

  @Test
  void aLegacyRustFileMigratesLikeTheLegacyRecord() {
    Migration<? extends Configuration> migration =
        LegacyFiles.migrate(
            "old.json",
            """
            {"base": {"precision": "OneFiveEightBit", "strategy": "Symmetric",
                      "per_channel": true, "clip_threshold": 2.5, "qat_enabled": true,
                      "calibration_size": 100},
             "group_size": null, "normalize_weights": false, "outlier_threshold": 0.0,
             "learnable_scales": false, "block_size": null,
             "ternary_method": "OptimalThreshold", "custom_threshold_factor": null,
             "packing_config": {"strategy": "RunLengthEncoded", "block_size": null,
                                "sparsity_threshold": 0.7, "simd_optimized": false,
                                "alignment": 16, "enable_compression": false}}
            """);
    Migration<WeightQuantizationConfig> record =
        WeightQuantizationConfig.fromLegacy(
            new LegacyWeightQuantizationConfig(
                BASE,
                null,
                false,
                0.0,
                false,
                null,
                TernaryMethod.OPTIMAL_THRESHOLD,
                null,
                new LegacyPackingConfig(
                    TernaryPackingStrategy.RUN_LENGTH_ENCODED, null, 0.7, false, 16, false)));
    assertThat(migration.value()).isEqualTo(record.value());
    assertThat(notes(migration, Kind.DEFAULTED))
        .containsExactlyInAnyOrderElementsOf(notes(record, Kind.DEFAULTED));
    assertThat(notes(migration, Kind.REINTERPRETED)).isEqualTo(notes(record, Kind.REINTERPRETED));
  }

  @Test
  void everyVariantOfTheRustLibraryIsKnown() {
    List<String> read = new ArrayList<>();
    for (String variant : List.of("OneBit", "OneFiveFiveBit", "TwoBit", "FourBit", "EightBit")) {
      read.add(base("precision", variant).precision().name());
    }
    for (String variant : List.of("Symmetric", "Asymmetric", "Dynamic", "Static")) {
      read.add(base("strategy", variant).strategy().name());
    }
    for (String variant :
        List.of(
            "Uncompressed",
            "BitPacked2Bit",
            "Base3Packed",
            "ByteAligned",
            "RunLengthEncoded",
            "CompressedSparse",
            "Hybrid")) {
      String json = "{\"simd_optimized\":true,\"strategy\":\"" + variant + "\"}";
      read.add(((PackingConfig) LegacyFiles.migrate("x", json).value()).strategy().name());
    }
    for (String variant :
        List.of(
            "MeanThreshold",
            "MedianThreshold",
            "AdaptiveThreshold",
            "OptimalThreshold",
            "DetSTE")) {
      String json = "{\"ternary_method\":\"" + variant + "\"}";
      read.add(
          ((WeightQuantizationConfig) LegacyFiles.migrate("x", json).value())
              .ternaryMethod()
              .name());
    }
    assertThat(read)
        .containsExactly(
            "ONE_BIT",
            "TERNARY_1_58",
            "TWO_BIT",
            "FOUR_BIT",
            "EIGHT_BIT",
            "SYMMETRIC",
            "ASYMMETRIC",
            "DYNAMIC",
            "STATIC",
            "UNCOMPRESSED",
            "BIT_PACKED_2BIT",
            "BASE3_PACKED",
            "BYTE_ALIGNED",
            "RUN_LENGTH_ENCODED",
            "COMPRESSED_SPARSE",
            "HYBRID",
            "MEAN_THRESHOLD",
            "MEDIAN_THRESHOLD",
            "ADAPTIVE_THRESHOLD",
            "OPTIMAL_THRESHOLD",
            "MEAN_THRESHOLD");
  }

  private static QuantizationConfig base(String key, String variant) {
    String other = key.equals("precision") ? "" : "\"precision\":\"EightBit\",";
    String json = "{" + other + "\"" + key + "\":\"" + variant + "\"}";
    return (QuantizationConfig) LegacyFiles.migrate("x", json).value();
  }

  @Test
  void anyConfigurationWrittenInSnakeCaseComesBack() {
    Random random = new Random(31);
    for (Class<? extends Configuration> type : TestConfigs.TYPES) {
      for (int i = 0; i < 50; i++) {
        Configuration config = TestConfigs.randomValid(type, random);
        String json = TreeWriter.write(ConfigFormat.JSON, snakeCase(TreeWriter.tree(config)));
        assertThat(LegacyFiles.migrate("x", json).value()).isEqualTo(config);
      }
    }
  }

  private static Tree snakeCase(Tree tree) {
    if (!(tree instanceof Tree.Table(var entries))) {
      return tree;
    }
    Map<String, Tree> renamed = new java.util.LinkedHashMap<>();
    entries.forEach((key, value) -> {
      boolean parameter = key.contains(".");
      renamed.put(
          parameter ? key : key.replaceAll("([A-Z])", "_$1").toLowerCase(java.util.Locale.ROOT),
          snakeCase(value));
    });
    return new Tree.Table(renamed);
  }

  @Test
  void aContradictionOfTodayIsNoted() {
    Migration<? extends Configuration> migration =
        LegacyFiles.migrate(
            "x", "{\"precision\":\"OneBit\",\"strategy\":\"Asymmetric\",\"clip_threshold\":20.0}");
    assertThat(notes(migration, Kind.REFUSED_TODAY))
        .containsExactly("clipThreshold: 20.0 -> 20.0", "strategy: ASYMMETRIC -> ASYMMETRIC");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "[]",
        "1",
        "{\"precision\":\"ThreeBit\"}",
        "{\"precision\":\"DetSTE\"}",
        "{\"precision\":1}",
        "{\"precision\":\"OneBit\",\"perchannel\":true}",
        "{\"precision\":\"OneBit\",\"per_channel\":\"true\"}",
        "{\"precision\":\"OneBit\",\"seed\":18446744073709551615}",
        "{\"ternary_method\":\"MeanThreshold\",\"packing\":{},\"packing_config\":{}}",
        "{\"ternary_method\":\"MeanThreshold\",\"packing\":null}",
        "{\"moving_average_window\":10,\"ema_decay\":null}",
        "{\"min_simd_size\":64,\"custom_params\":{\"a\":{}}}"
      })
  void whatHasNoMeaningIsRefused(String json) {
    assertThatThrownBy(() -> LegacyFiles.migrate("old.json", json))
        .isInstanceOf(ConfigValidationException.class)
        .hasMessageStartingWith("old.json: ");
  }

  @Test
  void brokenJsonIsRefused() {
    assertThatThrownBy(() -> LegacyFiles.migrate("old.json", "{"))
        .isInstanceOf(MalformedFileException.class);
  }
}

package org.bitnet4j.quant.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.bitnet4j.quant.MalformedFileException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// JSON and YAML: lossless both ways, strict, all problems at once.
class ConfigFormatTest {
  static Stream<Arguments> formatsAndTypes() {
    return Stream.of(ConfigFormat.values())
        .flatMap(format -> TestConfigs.TYPES.stream().map(type -> Arguments.of(format, type)));
  }

  @ParameterizedTest
  @MethodSource("formatsAndTypes")
  void whatIsWrittenReadsBackEqual(ConfigFormat format, Class<? extends Configuration> type) {
    Random random = new Random(11);
    for (int i = 0; i < 300; i++) {
      Configuration config = TestConfigs.randomValid(type, random);
      String text = format.write(config);
      assertThat(format.read(type, "round trip", text)).as(text).isEqualTo(config);
      assertThat(format.write(format.read(type, "round trip", text))).isEqualTo(text);
    }
  }

  @ParameterizedTest
  @MethodSource("formatsAndTypes")
  void aDifferenceLaidOverItsStartGivesTheEnd(
      ConfigFormat format, Class<? extends Configuration> type) {
    Random random = new Random(12);
    for (int i = 0; i < 300; i++) {
      Configuration from = TestConfigs.randomValid(type, random);
      Configuration to = TestConfigs.randomValid(type, random);
      String text = TreeWriter.write(format, TreeWriter.difference(from, to));
      assertThat(format.read(from, "difference", text)).as(text).isEqualTo(to);
    }
    Configuration same = TestConfigs.defaults(type);
    assertThat(TreeWriter.difference(same, same).entries()).isEmpty();
  }

  @Test
  void theTextIsWhatAPersonWouldWrite() {
    assertThat(ConfigFormat.YAML.write(QuantizationConfig.bitnet158()))
        .isEqualTo(
            """
            precision: TERNARY_1_58
            strategy: SYMMETRIC
            perChannel: false
            clipThreshold: 3.0
            qatEnabled: false
            calibrationSize: 1000
            seed: 42
            verbose: false
            """);
    assertThat(
            ConfigFormat.JSON.write(
                SimdConfig.builder().customParams(Map.of("matvec.rowBands", "2")).build()))
        .isEqualTo(
            """
            {
              "enabled": true,
              "forceSse2": false,
              "forceAvx2": false,
              "forceNeon": false,
              "minSimdSize": 64,
              "chunkSize": 16,
              "enablePrefetch": false,
              "prefetchDistance": 8,
              "vectorizedOps": true,
              "customParams": {
                "matvec.rowBands": 2
              }
            }
            """);
  }

  @Test
  void missingKeysHaveTheirDefaultsAndPresetsMayBeNamedAnywhere() {
    assertThat(ConfigFormat.JSON.read(WeightQuantizationConfig.class, "x", "{}"))
        .isEqualTo(WeightQuantizationConfig.defaults());
    assertThat(
            ConfigFormat.YAML.read(
                WeightQuantizationConfig.class,
                "x",
                """
                preset: bitnet
                base: {precision: OneFiveEightBit}
                groupSize: 128
                gradientClip: null
                packing:
                  preset: maxCompression
                  blockSize: 32
                """))
        .isEqualTo(
            WeightQuantizationConfig.bitnet().toBuilder()
                .groupSize(128)
                .gradientClip(null)
                .packing(PackingConfig.maxCompression().toBuilder().blockSize(32).build())
                .build());
    // A partial base keeps the base of its own kind of configuration: eight-bit for activations.
    assertThat(
            ConfigFormat.JSON
                .read(ActivationQuantizationConfig.class, "x", "{\"base\":{\"verbose\":true}}")
                .base()
                .precision())
        .isEqualTo(QuantizationPrecision.EIGHT_BIT);
  }

  @Test
  void theTernaryPrecisionIsReadUnderItsThreeNames() {
    for (String name : List.of("TERNARY_1_58", "OneFiveFiveBit", "OneFiveEightBit")) {
      assertThat(
              ConfigFormat.JSON.read(
                  QuantizationConfig.class, "x", "{\"precision\":\"" + name + "\"}"))
          .isEqualTo(QuantizationConfig.defaults());
    }
  }

  @Test
  void wholeNumbersMayBeWrittenAsJsonNumbersDo() {
    assertThat(
            ConfigFormat.JSON
                .read(WeightQuantizationConfig.class, "x", "{\"groupSize\":6.40e1}")
                .groupSize())
        .isEqualTo(64);
    assertThat(
            ConfigFormat.JSON
                .read(QuantizationConfig.class, "x", "{\"seed\":9223372036854775807}")
                .seed())
        .isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void allProblemsOfATextAreListedAtOnceWithTheirPaths() {
    ConfigValidationException refused =
        catchThrowableOfType(
            ConfigValidationException.class,
            () ->
                ConfigFormat.YAML.read(
                    WeightQuantizationConfig.class,
                    "weights.yaml",
                    """
                    preset: bitnett
                    base: {precision: TERNARY, clipThreshold: .nan, strategy: SYMMETRIC}
                    group_size: 64
                    groupSize: 48
                    normalizeWeights: yes
                    learnableScales: true
                    blockSize: 1.5
                    packing: {simd: {minSimdSize: 99999999999, customParams: {rowBands: 3}}}
                    weightDecay: "0.1"
                    """));
    assertThat(refused.subject()).isEqualTo("weights.yaml");
    assertThat(refused.problems())
        .extracting(p -> p.path() + " <- " + p.value() + " " + p.remedy())
        .containsExactly(
            "preset <- bitnett The nearest preset is bitnet.",
            "base.precision <- TERNARY The nearest value is TERNARY_1_58.",
            "group_size <- group_size The nearest key is groupSize.",
            "normalizeWeights <- yes Write it without quotes.",
            "blockSize <- 1.5 Use a whole number in range.",
            "packing.simd.minSimdSize <- 99999999999 Use a whole number in range.",
            "weightDecay <- 0.1 Write it without quotes.",
            "base.clipThreshold <- NaN NaN and infinities have no meaning here: use a finite number,"
                + " or leave it out.",
            "groupSize <- 48 Use 32 or 64, or leave it out.",
            "packing.simd.customParams.rowBands <- rowBands The nearest parameter is"
                + " matvec.rowBands.",
            "learnableScales <- true Scales are learned in training only: turn base.qatEnabled"
                + " on.");
  }

  @ParameterizedTest
  @CsvSource({
    "groupsize, groupSize",
    "group_size, groupSize",
    "customTresholdFactor, customThresholdFactor",
    "normalise_weights, normalizeWeights",
    "weightdecay, weightDecay",
    "ternery-method, ternaryMethod",
    "pre-set, preset"
  })
  void anUnknownKeySuggestsTheNearestKnownOne(String key, String nearest) {
    assertThatThrownBy(() ->
            ConfigFormat.JSON.read(WeightQuantizationConfig.class, "x", "{\"" + key + "\":1}"))
        .isInstanceOf(ConfigValidationException.class)
        .hasMessageContaining(
            "x: " + key + " must be a known key, got [" + key + "]. The nearest key is " + nearest);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "{}{}",
        "{} x",
        "{\"groupSize\":1,\"groupSize\":1}",
        "{\"groupSize\":1,\"group\\u0053ize\":1}",
        "{'groupSize':1}",
        "{\"groupSize\":01}",
        "{\"groupSize\":NaN}",
        "{\"groupSize\":1,}",
        "{/**/}",
        "{\"packing\":{\"simd\":{\"customParams\":{\"x\":[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]}}}}",
        "{\"a\":\"\u0000\"}"
      })
  void jsonThatIsNotWellFormedIsOneTypedFailure(String text) {
    assertThatThrownBy(
            () -> ConfigFormat.JSON.read(WeightQuantizationConfig.class, "file.json", text))
        .isInstanceOf(MalformedFileException.class)
        .hasMessageStartingWith("file.json at byte ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a: [",
        "a: &x 1\nb: *x",
        "a: &x [1]",
        "a: &x {b: 1}",
        "a: *x",
        "&x a: 1",
        "a: !!int 1",
        "!foo {}",
        "{}\n---\n{}",
        "a: 1\na: 2",
        "a: b: c",
        "\ta: 1",
        "a: \"x",
        "%YAML 9.9\n---\na: 1",
        "? [a]\n: b",
        "? {a: b}\n: b",
        "{[a]: b}",
        "a: \u0001",
        "\ud800",
        "--- a\n... x"
      })
  void yamlThatIsNotPlainIsOneTypedFailure(String text) {
    assertThatThrownBy(
            () -> ConfigFormat.YAML.read(WeightQuantizationConfig.class, "file.yaml", text))
        .isInstanceOf(MalformedFileException.class)
        .hasMessageStartingWith("file.yaml");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "\n", "   \n  "})
  void anEmptyTextIsRefused(String text) {
    for (ConfigFormat format : ConfigFormat.values()) {
      assertThatThrownBy(() -> format.read(SimdConfig.class, "empty", text))
          .isInstanceOf(MalformedFileException.class)
          .hasMessageContaining("got [nothing]. Write at least {}");
    }
  }

  @Test
  void offsetsAreInBytes() {
    MalformedFileException refused =
        catchThrowableOfType(
            MalformedFileException.class,
            () -> ConfigFormat.JSON.read(SimdConfig.class, "x", "{\"ä€\":{},\"ä€\":1}"));
    assertThat(refused.offset()).isEqualTo("{\"ä€\":{},".getBytes(StandardCharsets.UTF_8).length);
    assertThat(refused.field()).isEqualTo("ä€");
  }

  @ParameterizedTest
  @EnumSource(ConfigFormat.class)
  void hostileTextsAreDecidedQuickly(ConfigFormat format) {
    int size = TreeReader.MAX_BYTES;
    List<String> texts =
        List.of(
            "[".repeat(size),
            "{\"a\":".repeat(size / 5),
            "{".repeat(size),
            "- ".repeat(size / 2),
            "? ".repeat(size / 2),
            "\"".repeat(size),
            "a: &a ".repeat(size / 6),
            "!".repeat(size),
            "{" + "\"k\":1,".repeat(size / 6 - 1) + "\"l\":1}",
            "{\"groupSize\":" + "9".repeat(size - 14) + "}",
            "{\"groupSize\":1e999999999}",
            "{\"groupSize\":1e-999999999}",
            "{\"groupSize\":1e99999999999999}",
            "{\"outlierThreshold\":1e999999999}",
            "{" + keys(size / 10) + "}",
            "x".repeat(size + 1),
            " ".repeat(size),
            "\n".repeat(size),
            "#".repeat(size),
            "a:\n".repeat(size / 3),
            "'" + "''".repeat(size / 2 - 1) + "'",
            "|\n" + " a\n".repeat(size / 3 - 2));
    for (String text : texts) {
      // The fastest of three: the wall clock also counts what else the machine does.
      long fastest = Long.MAX_VALUE;
      for (int i = 0; i < 3 && fastest > 1_000_000_000L; i++) {
        long start = System.nanoTime();
        assertThatThrownBy(() -> format.read(WeightQuantizationConfig.class, "hostile", text))
            .as(text.substring(0, Math.min(20, text.length())))
            .isInstanceOfAny(MalformedFileException.class, ConfigValidationException.class)
            .satisfies(refused -> assertThat(refused.getMessage()).hasSizeLessThan(20_000));
        fastest = Math.min(fastest, System.nanoTime() - start);
      }
      assertThat(fastest).isLessThan(1_000_000_000L);
    }
  }

  private static String keys(int count) {
    StringBuilder keys = new StringBuilder("\"A\":1");
    for (int i = 0; i < count; i++) {
      keys.append(",\"").append(Integer.toString(i, 36)).append("\":1");
    }
    return keys.toString();
  }

  @Test
  void aConfigurationWithErrorsIsNotWritten() {
    assertThatThrownBy(
            () -> ConfigFormat.JSON.write(QuantizationConfig.defaults().withClipping(Double.NaN)))
        .isInstanceOf(ConfigValidationException.class);
  }
}

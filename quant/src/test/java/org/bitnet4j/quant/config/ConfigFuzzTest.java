package org.bitnet4j.quant.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.bitnet4j.quant.MalformedFileException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Any bytes are a recipe, a configuration or a legacy file, or one typed failure. The committed
/// inputs are replayed by every build; with `JAZZER_FUZZ=1` Jazzer looks for more.
class ConfigFuzzTest {
  private static final String RECIPE =
      """
      {"name":"ä","preset":"bitnet","weights":{"groupSize":128,"outlierThreshold":2.5e0},
      "ignore":["lm_head"],"rules":[{"targets":["re:a[bc]+","*"],"weights":{"blockSize":null}},
      {"targets":["x"],"skip":true}]}
      """;

  private static final String RECIPE_YAML =
      """
      name: ä
      preset: bitnet
      weights: {groupSize: 128, outlierThreshold: 2.5}
      ignore: ["lm_head"]
      rules:
        - targets: ["re:a[bc]+", '*']  # note
          weights:
            blockSize: null
        - {targets: [x], skip: true}
      """;

  @FuzzTest
  void recipeInJson(byte[] bytes) {
    read(ConfigFormat.JSON, bytes);
  }

  @FuzzTest
  void recipeInYaml(byte[] bytes) {
    read(ConfigFormat.YAML, bytes);
  }

  @FuzzTest
  void legacyFile(byte[] bytes) {
    try {
      Configuration migrated =
          LegacyFiles.migrate("fuzz", new String(bytes, StandardCharsets.ISO_8859_1)).value();
      assertThat(migrated.problems()).isNotNull();
    } catch (MalformedFileException | ConfigValidationException typed) {
      assertThat(typed.getMessage()).startsWith("fuzz").doesNotContain("\n");
    }
  }

  @FuzzTest
  void namePattern(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    int half = text.length() / 2;
    try {
      NamePattern pattern = NamePattern.of(text.substring(0, half));
      boolean matched = pattern.matches(text.substring(half));
      assertThat(pattern.matches(text.substring(half))).isEqualTo(matched);
    } catch (ConfigValidationException typed) {
      assertThat(typed.problems()).hasSize(1);
    }
  }

  /// Reads bytes; what is accepted has a canonical form that reads back equal.
  private static @Nullable Recipe read(ConfigFormat format, byte[] bytes) {
    Recipe recipe;
    try {
      recipe = Recipe.read(format, "fuzz", bytes);
    } catch (MalformedFileException | ConfigValidationException typed) {
      assertThat(typed.getMessage()).startsWith("fuzz").doesNotContain("\n");
      return null;
    }
    assertThat(recipe.resolve("model.layers.0.mlp.up_proj.weight")).isNotNull();
    for (ConfigFormat written : ConfigFormat.values()) {
      assertThat(Recipe.read(written, "canonical", recipe.write(written))).isEqualTo(recipe);
    }
    return recipe;
  }

  static Stream<Arguments> goodFiles() {
    return Stream.of(
        Arguments.of(ConfigFormat.JSON, RECIPE.strip()),
        Arguments.of(ConfigFormat.YAML, RECIPE_YAML));
  }

  @ParameterizedTest
  @MethodSource("goodFiles")
  void aGoodFileWithAnyByteReplacedIsReadOrRefused(ConfigFormat format, String text) {
    byte[] good = text.getBytes(StandardCharsets.UTF_8);
    assertThat(read(format, good)).isNotNull();
    for (int i = 0; i < good.length; i++) {
      for (int replaced : List.of(0x00, 0xff, good[i] ^ 0x01, good[i] ^ 0x80)) {
        byte[] bad = good.clone();
        bad[i] = (byte) replaced;
        read(format, bad);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("goodFiles")
  void aGoodFileCutAnywhereIsReadOrRefused(ConfigFormat format, String text) {
    byte[] good = text.getBytes(StandardCharsets.UTF_8);
    for (int length = 0; length < good.length; length++) {
      Recipe read = read(format, java.util.Arrays.copyOf(good, length));
      // A JSON text has an end; a YAML text that is cut may be another good one.
      if (format == ConfigFormat.JSON) {
        assertThat(read).isNull();
      }
    }
  }
}

package org.bitnet4j.quant.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bitnet4j.quant.MalformedFileException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Recipes: which tensor gets which configuration, and their text form.
class RecipeTest {
  private static Recipe yaml(String text) {
    return Recipe.read(ConfigFormat.YAML, "recipe.yaml", text);
  }

  @Test
  void theDefaultRecipeIsBitnetForEveryMatrixButEmbeddingsHeadAndNorms() {
    Recipe recipe = Recipe.bitnet();
    assertThat(recipe.name()).isEqualTo("bitnet");
    assertThat(recipe.problems()).isEmpty();
    assertThat(recipe.weights()).isEqualTo(WeightQuantizationConfig.bitnet());
    assertThat(recipe.activations()).isEqualTo(ActivationQuantizationConfig.bitnet());
    assertThat(recipe.resolve("model.layers.0.self_attn.q_proj.weight"))
        .contains(WeightQuantizationConfig.bitnet());
    assertThat(recipe.resolve("lm_head.weight")).isEmpty();
    assertThat(recipe.resolve("model.embed_tokens.weight")).isEmpty();
    assertThat(recipe.resolve("model.layers.0.input_layernorm.weight")).isEmpty();
  }

  @Test
  void theFirstRuleThatMatchesDecides() {
    Recipe recipe =
        yaml(
            """
            name: mixed
            preset: bitnet
            weights: {groupSize: 128}
            targets: ["*_proj"]
            ignore: ["lm_head", "*embed*", "*norm*"]
            rules:
              - targets: ["*.down_proj"]
                ignore: ["*.3.*"]
                weights: {groupSize: 64, packing: {alignment: 64}}
              - targets: ["re:.*\\\\.layers\\\\.[03]\\\\..*"]
                skip: true
              - targets: ["*.down_proj", "extra", "*embed*"]
                weights: {preset: defaults, base: {perChannel: true}}
            """);
    WeightQuantizationConfig bitnet128 =
        WeightQuantizationConfig.bitnet().toBuilder().groupSize(128).build();
    assertThat(recipe.resolve("m.layers.0.mlp.down_proj.weight"))
        .contains(
            bitnet128.toBuilder()
                .groupSize(64)
                .packing(PackingConfig.bitnet().toBuilder().alignment(64).build())
                .build());
    assertThat(recipe.resolve("m.layers.0.mlp.up_proj.weight")).as("skipped").isEmpty();
    assertThat(recipe.resolve("m.layers.3.mlp.down_proj.weight"))
        .as("ignored by the first rule, skipped by the second")
        .isEmpty();
    assertThat(recipe.resolve("m.layers.1.mlp.up_proj.weight")).contains(bitnet128);
    assertThat(recipe.resolve("extra.weight"))
        .as("a rule decides about what is no target")
        .contains(
            WeightQuantizationConfig.builder()
                .base(QuantizationConfig.defaults().withPerChannel())
                .build());
    assertThat(recipe.resolve("m.embed_tokens.weight")).as("ignored before any rule").isEmpty();
    assertThat(recipe.resolve("other.weight")).as("no target").isEmpty();
  }

  @ParameterizedTest
  @EnumSource(ConfigFormat.class)
  void theCanonicalFormReadsBackEqual(ConfigFormat format) {
    Random random = new Random(21);
    for (int i = 0; i < 100; i++) {
      Recipe recipe = random(random);
      String text = recipe.write(format);
      assertThat(Recipe.read(format, "x", text)).as(text).isEqualTo(recipe);
      assertThat(Recipe.read(format, "x", text.getBytes(StandardCharsets.UTF_8)).write(format))
          .isEqualTo(text);
    }
  }

  private static Recipe random(Random random) {
    List<Recipe.Rule> rules =
        IntStream.range(0, random.nextInt(4))
            .mapToObj(_ ->
                new Recipe.Rule(
                    patterns(random),
                    patterns(random),
                    random.nextInt(3) == 0
                        ? null
                        : TestConfigs.randomValid(WeightQuantizationConfig.class, random)))
            .toList();
    return new Recipe(
        "name \"" + random.nextInt() + "\" \u0007\u0085\u2028\ufeff\u007f ✓😀: #",
        TestConfigs.randomValid(WeightQuantizationConfig.class, random),
        TestConfigs.randomValid(ActivationQuantizationConfig.class, random),
        patterns(random),
        patterns(random),
        rules);
  }

  private static List<NamePattern> patterns(Random random) {
    List<String> some =
        List.of(
            "*",
            "true",
            "null",
            "1",
            "re:[a-z]{2}",
            "- x",
            "a: b",
            "*\u0085",
            "'",
            "\"",
            "#",
            " ",
            "ü",
            "~");
    return Stream.generate(() -> NamePattern.of(some.get(random.nextInt(some.size()))))
        .limit(random.nextInt(4))
        .toList();
  }

  @Test
  void theCanonicalFormOfARuleNamesOnlyItsDifferences() {
    Recipe recipe =
        yaml("rules: [{targets: ['a'], weights: {groupSize: 64}}, {targets: ['b'], skip: true}]");
    assertThat(recipe.write(ConfigFormat.YAML))
        .endsWith(
            """
            targets:
            - "*"
            ignore:
            - lm_head
            - "*embed*"
            - "*norm*"
            rules:
            - targets:
              - a
              ignore: []
              weights:
                groupSize: 64
            - targets:
              - b
              ignore: []
              skip: true
            """);
  }

  @Test
  void allProblemsAreListedAtOnceWithTheirPaths() {
    ConfigValidationException refused =
        catchThrowableOfType(
            ConfigValidationException.class,
            () ->
                yaml(
                    """
                    name: ""
                    preset: bitnt
                    weigths: {}
                    weights: {groupSize: 3, learnableScales: true}
                    activations: {emaDecay: 1}
                    targets: "*"
                    ignore: [1, "", "re:("]
                    rules:
                      - targets: ["a"]
                        weights: {blockSize: 3}
                      - weights: {freezeWeights: 1}
                        skip: false
                      - targets: ["a"]
                      - 7
                    """));
    assertThat(refused.subject()).isEqualTo("recipe.yaml");
    assertThat(refused.problems())
        .extracting(problem -> problem.path() + " <- " + problem.value())
        .containsExactly(
            "weigths <- weigths",
            "preset <- bitnt",
            "name <- ",
            "targets <- *",
            "ignore[0] <- 1",
            "ignore[1] <- ",
            "ignore[2] <- re:(",
            "rules[1].targets <- absent",
            "rules[1] <- both",
            "rules[1].skip <- false",
            "rules[1].weights.freezeWeights <- 1",
            "rules[2] <- neither",
            "rules[3] <- 7",
            "weights.groupSize <- 3",
            "weights.learnableScales <- true",
            "activations.emaDecay <- 1.0",
            "rules[0].weights.blockSize <- 3");
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "1", "text", "null", "{weights: []}", "{rules: {}}", "{name: [a]}"})
  void anotherShapeIsRefused(String text) {
    assertThatThrownBy(() -> yaml(text)).isInstanceOf(ConfigValidationException.class);
  }

  @Test
  void countsAreBounded() {
    String pattern = "'a',";
    yaml("targets: [" + pattern.repeat(256) + "]");
    assertThatThrownBy(() -> yaml("targets: [" + pattern.repeat(257) + "]"))
        .hasMessageContaining("targets must be a list of at most 256 items, got [257 items]");
    String rule = "{targets: [a], skip: true},";
    yaml("rules: [" + rule.repeat(256) + "]");
    assertThatThrownBy(() -> yaml("rules: [" + rule.repeat(257) + "]"))
        .hasMessageContaining("rules must be a list of at most 256 items, got [257 items]");
    yaml("name: " + "n".repeat(200));
    assertThatThrownBy(() -> yaml("name: " + "n".repeat(201)))
        .isInstanceOf(ConfigValidationException.class);
  }

  @Test
  void aRecipeWhoseCanonicalFormWouldBeTooLongIsRefusedWhenRead() {
    // Line breaks and the full trees make the canonical form longer than the text.
    String pattern = "\"" + "a".repeat(200) + "\",";
    List<String> rules = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      rules.add("{\"targets\":[" + pattern.repeat(249) + "\"a\"],\"skip\":true}");
    }
    String text = "{\"rules\":[" + String.join(",", rules) + "]}";
    assertThat(text.length()).isLessThan(TreeReader.MAX_BYTES);
    assertThatThrownBy(() -> Recipe.read(ConfigFormat.JSON, "long", text))
        .isInstanceOf(ConfigValidationException.class)
        .hasMessageContaining("in its canonical form");
  }

  @Test
  void bytesMustBeUtf8() {
    byte[] bytes = "name: xx".getBytes(StandardCharsets.UTF_8);
    bytes[7] = (byte) 0xff;
    MalformedFileException refused =
        catchThrowableOfType(
            MalformedFileException.class,
            () -> Recipe.read(ConfigFormat.YAML, "recipe.yaml", bytes));
    assertThat(refused.offset()).isEqualTo(7);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"name\":\"\\ud800\"}", "{\"\\ud800\":1}", "{\"name\":\"\\udc00x\"}"})
  void halfASurrogatePairIsRefused(String text) {
    assertThatThrownBy(() -> Recipe.read(ConfigFormat.JSON, "x", text))
        .isInstanceOf(MalformedFileException.class)
        .hasMessageStartingWith("x at byte ");
  }

  @Test
  void aRecipeWithErrorsIsNotWritten() {
    Recipe broken =
        new Recipe(
            "broken",
            WeightQuantizationConfig.grouped(3),
            ActivationQuantizationConfig.bitnet(),
            List.of(),
            List.of(),
            List.of());
    assertThatThrownBy(() -> broken.write(ConfigFormat.JSON))
        .isInstanceOf(ConfigValidationException.class)
        .hasMessageContaining("weights.groupSize");
  }
}

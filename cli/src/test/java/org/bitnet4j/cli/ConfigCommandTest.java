package org.bitnet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// `config`: what it shows it accepts, what is wrong it lists, what is old it migrates.
final class ConfigCommandTest {
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
                            "vectorized_ops": true, "custom_params": {}},
                   "integrity_checking": true, "compression_level": 6,
                   "parallel_packing": false, "num_threads": null},
       "freeze_weights": false, "weight_decay": 0.0001, "gradient_clip": 1.0}
      """;

  @TempDir Path directory;

  private Path file(String name, String text) throws IOException {
    return Files.writeString(directory.resolve(name), text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"defaults", "bitnet"})
  void whatIsShownIsValidAndShowsItself(String preset) throws IOException {
    String yaml = Cli.ok("config", "show", "--preset", preset).out();
    Path recipe = file("recipe.yaml", yaml);
    assertThat(Cli.ok("config", "validate", recipe).out()).contains("recipe.yaml is valid");
    assertThat(Cli.ok("config", "show", "--recipe", recipe).out()).isEqualTo(yaml);
    String json = Cli.ok("config", "show", "--preset", preset, "--json").out();
    assertThat(Cli.ok("config", "show", "--recipe", file("recipe.json", json), "--json").out())
        .isEqualTo(json);
    assertThat(Cli.json("config", "show", "--recipe", recipe))
        .isEqualTo(Cli.json("config", "show", "--preset", preset));
  }

  @Test
  void settingsShow() {
    JsonNode recipe =
        Cli.json(
            "config", "show", "--set", "groupSize=64", "--set", "packing.strategy=BASE3_PACKED");
    assertThat(recipe.path("weights").path("groupSize").asInt()).isEqualTo(64);
    assertThat(recipe.path("weights").path("packing").path("strategy").asString())
        .isEqualTo("BASE3_PACKED");
  }

  @Test
  void presetsAreListedAndEachOfTheWeightsCanBeNamed() {
    JsonNode names = Cli.json("config", "show", "--presets");
    assertThat(names.propertyNames()).containsExactly("weights", "activations");
    for (JsonNode name : names.path("weights")) {
      Cli.ok("config", "show", "--preset", name.asString());
    }
    assertThat(Cli.ok("config", "show", "--presets").out()).contains("weights: defaults, bitnet");
  }

  @Test
  void everyProblemIsListed() throws IOException {
    Path recipe =
        file(
            "bad.yaml",
            """
            weights: {groupSiz: 64, blockSize: 3, packing: {alignment: 7}}
            ignore: ["re:("]
            """);
    Cli json = Cli.run("config", "validate", recipe, "--json");
    assertThat(json.code()).isEqualTo(ExitCode.BAD_CONFIG);
    assertThat(json.document().path("valid").asBoolean()).isFalse();
    List<JsonNode> problems =
        StreamSupport.stream(json.document().path("problems").spliterator(), false).toList();
    assertThat(problems)
        .extracting(problem -> problem.path("path").asString())
        .contains("weights.groupSiz", "weights.blockSize", "weights.packing.alignment");
    assertThat(problems)
        .allSatisfy(problem ->
            assertThat(problem.propertyNames())
                .containsExactly("severity", "path", "value", "allowed", "remedy"));
    Cli text = Cli.run("config", "validate", recipe);
    assertThat(text.code()).isEqualTo(ExitCode.BAD_CONFIG);
    assertThat(text.out().lines().filter(line -> line.startsWith("error: ")))
        .hasSize(problems.size());
    assertThat(text.out()).contains("groupSize", "bad.yaml is not valid");
  }

  @Test
  void warningsAreNoErrors() throws IOException {
    Cli cli = Cli.ok("config", "validate", file("warn.yaml", "weights: {learnableScales: true}"));
    assertThat(cli.out()).contains("warning: ", "is valid");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "recipe", "weights", "activations"})
  void schemasAreJson(String subject) {
    Object[] words =
        Stream.of("config", "schema", subject).filter(word -> !word.isEmpty()).toArray();
    JsonNode schema = Cli.ok(words).document();
    assertThat(schema.path("$schema").asString()).contains("2020-12");
    assertThat(Cli.json(words)).isEqualTo(schema);
  }

  @Test
  void rustWeightsBecomeARecipeThatIsValid() throws IOException {
    Path old = file("old.json", RUST_WEIGHTS);
    JsonNode document = Cli.json("config", "migrate", old);
    assertThat(document.path("type").asString()).isEqualTo("WeightQuantizationConfig");
    JsonNode config = document.path("config");
    assertThat(config.isObject()).isTrue();
    assertThat(config.path("groupSize").asInt()).isEqualTo(128);
    assertThat(config.path("ternaryMethod").asString()).isEqualTo("MEAN_THRESHOLD");
    for (JsonNode note : document.path("notes")) {
      assertThat(note.propertyNames()).containsExactly("kind", "path", "before", "after", "reason");
    }
    Cli text = Cli.ok("config", "migrate", old);
    assertThat(text.err().lines().count()).isEqualTo(document.path("notes").size());
    assertThat(text.err()).contains("DEFAULTED", "scaleRule", "REINTERPRETED");
    Path recipe = file("new.yaml", "weights:\n" + text.out().indent(2));
    Cli.ok("config", "validate", recipe);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"precision\":\"OneFiveFiveBit\",\"strategy\":\"Symmetric\",\"clip_threshold\":3.0}",
        "{\"ternary_method\":\"DetSTE\",\"outlier_threshold\":0.0,"
            + "\"packing_config\":{\"block_size\":null}}",
        "{\"base\":{\"precision\":\"EightBit\",\"strategy\":\"Dynamic\"},"
            + "\"moving_average_window\":10,\"ema_decay\":0.5}"
      })
  void olderShapesMigrate(String json) throws IOException {
    JsonNode document = Cli.json("config", "migrate", file("old.json", json));
    assertThat(document.path("notes").size()).isPositive();
  }

  @Test
  void aFileOfNoKnownKindIsRefused() throws IOException {
    assertThat(Cli.failure(ExitCode.BAD_CONFIG, "config", "migrate", file("x.json", "{\"a\":1}")))
        .contains("ternary_method");
    assertThat(Cli.failure(ExitCode.BAD_DATA, "config", "migrate", file("x.json", "{\"a\":")))
        .contains("x.json");
  }
}

package org.bitnet4j.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bitnet4j.formats.io.InputFile;
import org.bitnet4j.quant.config.ConfigFormat;
import org.bitnet4j.quant.config.ConfigPaths;
import org.bitnet4j.quant.config.Recipe;
import org.bitnet4j.quant.config.WeightQuantizationConfig;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// `--preset`, `--recipe` and `--set`: what to do with which tensor.
final class RecipeOptions {
  private static final int MAX_RECIPE = 256 << 10;

  @Option(
      names = "--preset",
      paramLabel = "NAME",
      description =
          "Weight configuration to start from, as `config show` lists them (default bitnet).")
  private @Nullable String preset;

  @Option(
      names = "--recipe",
      paramLabel = "FILE",
      description = "Recipe in YAML or JSON: presets, targets, ignore lists, rules per tensor.")
  private @Nullable Path recipe;

  @Option(
      names = "--set",
      paramLabel = "PATH=VALUE",
      description = "Change one setting, for example --set packing.strategy=BASE3_PACKED.")
  private Map<String, String> settings = new LinkedHashMap<>();

  /// The recipe that the options ask for.
  Recipe recipe() {
    Recipe base = recipe == null ? fromPreset() : read(recipe);
    WeightQuantizationConfig weights = ConfigPaths.set(base.weights(), settings);
    weights.validate();
    return base.withWeights(weights);
  }

  /// The same for a run: what is set and cannot act is said first.
  ///
  /// @param err receives the warnings
  Recipe recipe(PrintWriter err) {
    Recipe asked = recipe();
    asked.problems().stream()
        .filter(problem -> !problem.isError())
        .forEach(problem -> err.println("bitnet: warning: " + problem.message()));
    return asked;
  }

  private Recipe fromPreset() {
    return preset == null
        ? Recipe.bitnet()
        : Recipe.read(ConfigFormat.JSON, "--preset", Json.text(Map.of("preset", preset)));
  }

  private Recipe read(Path path) {
    if (preset != null) {
      throw new UsageException(
          "--preset and --recipe exclude each other: a recipe names its own preset.");
    }
    try (InputFile file = InputFile.open(path)) {
      return Recipe.read(formatOf(path), path.toString(), file.readAll(MAX_RECIPE));
    }
  }

  /// JSON by its name, YAML otherwise.
  static ConfigFormat formatOf(Path path) {
    return path.toString().endsWith(".json") ? ConfigFormat.JSON : ConfigFormat.YAML;
  }
}

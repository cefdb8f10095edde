package org.bitnet4j.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.bitnet4j.formats.io.InputFile;
import org.bitnet4j.quant.Printable;
import org.bitnet4j.quant.config.ActivationQuantizationConfig;
import org.bitnet4j.quant.config.ConfigFormat;
import org.bitnet4j.quant.config.ConfigProblem;
import org.bitnet4j.quant.config.ConfigSchema;
import org.bitnet4j.quant.config.ConfigValidationException;
import org.bitnet4j.quant.config.Presets;
import org.bitnet4j.quant.config.Recipe;
import org.bitnet4j.quant.config.WeightQuantizationConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Shows, checks, migrates and describes configurations.
@Command(
    name = "config",
    mixinStandardHelpOptions = true,
    description = "Show, check, migrate and describe configurations.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      ConfigCommand.Show.class,
      ConfigCommand.Validate.class,
      ConfigMigrateCommand.class,
      ConfigCommand.Schema.class
    })
final class ConfigCommand {
  private static final int MAX_FILE = 256 << 10;

  static byte[] read(Path path) {
    try (InputFile file = InputFile.open(path)) {
      return file.readAll(MAX_FILE);
    }
  }

  /// Prints the recipe that the options make, complete.
  @Command(
      name = "show",
      mixinStandardHelpOptions = true,
      description = "Print the complete recipe that --preset, --recipe and --set make.")
  static final class Show implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();
    @Mixin private RecipeOptions recipes = new RecipeOptions();

    @Option(names = "--presets", description = "List the presets of weights and activations.")
    private boolean presets;

    @Option(names = "--json", description = "Print JSON (the default is YAML).")
    private boolean json;

    @Override
    public Integer call() {
      if (presets) {
        Map<String, List<String>> names = new LinkedHashMap<>();
        names.put("weights", Presets.names(WeightQuantizationConfig.class));
        names.put("activations", Presets.names(ActivationQuantizationConfig.class));
        if (json) {
          spec.commandLine().getOut().println(Json.text(names));
        } else {
          names.forEach((type, list) ->
              spec.commandLine().getOut().println(type + ": " + String.join(", ", list)));
        }
        return ExitCode.OK;
      }
      Recipe recipe = recipes.recipe();
      String text =
          json ? Json.printable(recipe.write(ConfigFormat.JSON)) : recipe.write(ConfigFormat.YAML);
      spec.commandLine().getOut().println(text.stripTrailing());
      return ExitCode.OK;
    }
  }

  /// Checks a recipe file.
  @Command(
      name = "validate",
      mixinStandardHelpOptions = true,
      description = "Check a recipe: every problem at once, warnings for settings that cannot act.")
  static final class Validate implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "FILE", description = "A recipe in YAML or JSON.")
    private Path file = Path.of("");

    @Mixin private JsonOption json = new JsonOption();

    @Override
    public Integer call() {
      List<ConfigProblem> problems;
      boolean valid = true;
      try {
        problems =
            Recipe.read(RecipeOptions.formatOf(file), file.toString(), read(file)).problems();
      } catch (ConfigValidationException e) {
        problems = e.problems();
        valid = false;
      }
      if (json.enabled()) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("valid", valid);
        document.put("problems", problems.stream().map(Validate::row).toList());
        json.print(spec, document);
      } else {
        problems.forEach(problem ->
            spec.commandLine()
                .getOut()
                .println((problem.isError() ? "error:   " : "warning: ") + problem.message()));
        spec.commandLine()
            .getOut()
            .println(Printable.line(file.toString()) + (valid ? " is valid" : " is not valid"));
      }
      return valid ? ExitCode.OK : ExitCode.BAD_CONFIG;
    }

    private static Map<String, Object> row(ConfigProblem problem) {
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("severity", problem.severity().name());
      row.put("path", problem.path());
      row.put("value", problem.value());
      row.put("allowed", problem.allowed());
      row.put("remedy", problem.remedy());
      return row;
    }
  }

  /// Prints a JSON Schema.
  @Command(
      name = "schema",
      mixinStandardHelpOptions = true,
      description = "Print the JSON Schema (draft 2020-12) of recipes or configurations.")
  static final class Schema implements Callable<Integer> {
    /// What has a schema.
    enum Subject {
      RECIPE,
      WEIGHTS,
      ACTIVATIONS
    }

    @Spec private CommandSpec spec = CommandSpec.create();

    @Parameters(
        paramLabel = "SUBJECT",
        arity = "0..1",
        description = "recipe (default), weights or activations.")
    private Subject subject = Subject.RECIPE;

    // Every command takes --json; here it changes nothing, so nobody reads the field.
    @SuppressWarnings("unused")
    @Option(names = "--json", description = "Accepted for symmetry: a schema is JSON.")
    private boolean json;

    @Override
    public Integer call() {
      String schema =
          switch (subject) {
            case RECIPE -> ConfigSchema.recipe();
            case WEIGHTS -> ConfigSchema.of(WeightQuantizationConfig.class);
            case ACTIVATIONS -> ConfigSchema.of(ActivationQuantizationConfig.class);
          };
      spec.commandLine().getOut().println(schema.stripTrailing());
      return ExitCode.OK;
    }
  }
}

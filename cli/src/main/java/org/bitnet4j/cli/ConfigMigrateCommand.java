package org.bitnet4j.cli;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.bitnet4j.quant.config.ConfigFormat;
import org.bitnet4j.quant.config.Configuration;
import org.bitnet4j.quant.config.LegacyFiles;
import org.bitnet4j.quant.config.Migration;
import org.bitnet4j.quant.config.MigrationNote;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Turns a configuration file of the Rust library into one of this library.
@Command(
    name = "migrate",
    mixinStandardHelpOptions = true,
    description = {
      "Migrate a configuration file of the Rust library (legacy or enhanced JSON).",
      "The result goes to standard output, what changed to standard error."
    })
final class ConfigMigrateCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "FILE", description = "JSON as the Rust library writes it.")
  private Path file = Path.of("");

  @Mixin private JsonOption json = new JsonOption();

  @Override
  public Integer call() {
    Migration<? extends Configuration> migration =
        LegacyFiles.migrate(
            file.toString(), new String(ConfigCommand.read(file), StandardCharsets.UTF_8));
    if (json.enabled()) {
      Map<String, Object> document = new LinkedHashMap<>();
      document.put("type", migration.value().getClass().getSimpleName());
      document.put("config", Json.tree(ConfigFormat.JSON.write(migration.value())));
      document.put("notes", migration.notes().stream().map(ConfigMigrateCommand::row).toList());
      json.print(spec, document);
    } else {
      migration.notes().forEach(note -> spec.commandLine().getErr().println(note.message()));
      spec.commandLine()
          .getOut()
          .println(ConfigFormat.YAML.write(migration.value()).stripTrailing());
    }
    return ExitCode.OK;
  }

  private static Map<String, Object> row(MigrationNote note) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("kind", note.kind().name());
    row.put("path", note.path());
    row.put("before", note.before());
    row.put("after", note.after());
    row.put("reason", note.reason());
    return row;
  }
}

package org.bitnet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Names and values from files never reach a terminal raw.
final class HostileNamesTest {
  private static final List<String> NAMES =
      List.of(
          "\u001b[31mred\u001b[0m.weight",
          "two\nlines.weight",
          "back\rspace\b.weight",
          "c1\u009b2J.weight",
          "bidi\u202egnp.weight",
          "bell\u0007\u007f.weight",
          "zero\u200bwidth\ufeff.weight",
          "line\u2028end\u2029.weight",
          "tag\udb40\udc41.weight",
          "%n%s{}.weight");

  @TempDir Path directory;

  private static void requireClean(Cli cli) {
    for (String text : List.of(cli.out(), cli.err())) {
      text.codePoints()
          .filter(c -> c != '\n')
          .forEach(c ->
              assertThat(
                      Character.isISOControl(c)
                          || Character.getType(c) == Character.FORMAT
                          || Character.getType(c) == Character.LINE_SEPARATOR
                          || Character.getType(c) == Character.PARAGRAPH_SEPARATOR)
                  .as("U+%04X in %s", c, text)
                  .isFalse());
    }
  }

  private static void run(int code, Object... arguments) {
    for (boolean json : new boolean[] {false, true}) {
      Object[] all = Arrays.copyOf(arguments, arguments.length + (json ? 1 : 0));
      if (json) {
        all[arguments.length] = "--json";
      }
      Cli cli = Cli.run(all);
      assertThat(cli.code()).as("%s%n%s", List.of(all), cli.err()).isEqualTo(code);
      requireClean(cli);
    }
  }

  private Map<String, Models.Stored> tensors() {
    Map<String, Models.Stored> tensors = new LinkedHashMap<>();
    NAMES.forEach(name -> tensors.put(name, Models.normal(name.hashCode(), 16, 32)));
    return tensors;
  }

  @Test
  void tensorNamesAreEscapedEverywhere() {
    Path model = Models.write(directory.resolve("model.safetensors"), tensors());
    Path trit = directory.resolve("model.trit");
    Path again = directory.resolve("again.trit");
    Path packed = directory.resolve("packed");
    Path packedAgain = directory.resolve("packed-again");
    run(0, "inspect", model);
    run(0, "plan", model);
    requireClean(Cli.ok("quantize", model, "-o", trit));
    requireClean(Cli.ok("quantize", model, "-o", again, "--json"));
    requireClean(Cli.ok("quantize", model, "-o", packed, "--to", "safetensors:packed"));
    requireClean(
        Cli.ok("quantize", model, "-o", packedAgain, "--to", "safetensors:packed", "--json"));
    for (Path path : List.of(trit, packed)) {
      run(0, "inspect", path);
      run(0, "verify", path);
      run(0, "verify", path, "--against", model);
    }
    run(0, "verify", packed, "--against", trit);
    List<String> shown =
        Cli.json("inspect", trit)
            .path("tensors")
            .valueStream()
            .map(tensor -> tensor.path("name").asString())
            .toList();
    assertThat(shown).containsExactlyInAnyOrderElementsOf(NAMES);
    Path other =
        Models.write(directory.resolve("o.safetensors"), Map.of("x", Models.normal(1, 4, 4)));
    run(ExitCode.CHECK_FAILED, "verify", model, "--against", other);
  }

  @Test
  void tensorNamesAreEscapedInFailures() {
    for (String name : NAMES) {
      Path model =
          Models.write(
              directory.resolve("bad.safetensors"),
              Map.of(name, Models.with(Models.normal(1, 16, 32), 9, Float.NaN)));
      run(ExitCode.BAD_DATA, "quantize", model, "-o", directory.resolve("bad.trit"));
      run(ExitCode.BAD_DATA, "plan", model);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"na\\u001b[31mme\": 1, \"weights\": {\"\\u202e\\n\": \"\\u009b\"}}",
        "{\"name\": \"a\\u001b[2J\\n\\u202e\", \"preset\": \"\\u001b[1m\"}",
        "{\"name\": \"a\\u001b[2J\\n\\u202e\"}",
        "{\"targets\": [\"\\u001b[31m*\", \"re:(\\u0007\"]}",
        "{\"\\u001b[31m",
        "{\"a\":\"\u001b[31m\"}"
      })
  void whatARecipeSaysIsEscaped(String text) throws IOException {
    Path model =
        Models.write(directory.resolve("m.safetensors"), Map.of("x", Models.normal(1, 8, 8)));
    Path recipe = Files.writeString(directory.resolve("recipe.json"), text);
    Path yaml = Files.writeString(directory.resolve("recipe.yaml"), text);
    for (Path path : List.of(recipe, yaml)) {
      requireClean(Cli.run("config", "validate", path));
      requireClean(Cli.run("config", "validate", path, "--json"));
      // YAML keeps format characters; control characters it escapes.
      assertThat(Cli.run("config", "show", "--recipe", path).out().lines())
          .noneMatch(line -> line.chars().anyMatch(Character::isISOControl));
      requireClean(Cli.run("config", "show", "--recipe", path, "--json"));
      Cli made = Cli.run("quantize", model, "-o", directory.resolve("m"), "--recipe", path);
      requireClean(made);
      if (made.code() == 0) {
        requireClean(Cli.ok("inspect", directory.resolve("m")));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"precision\": \"\\u001b[31m\\n\", \"strategy\": \"Symmetric\"}",
        "{\"precision\": \"EightBit\", \"\\u001b[31m\\n\": 1}",
        "{\"min_simd_size\": 64, \"custom_params\": {\"\\u001b[31m\\n\": \"\\u202e\"}}",
        "{\"\\u202e\\n\": 1}"
      })
  void whatALegacyFileSaysIsEscaped(String text) throws IOException {
    Path old = Files.writeString(directory.resolve("old.json"), text);
    requireClean(Cli.run("config", "migrate", old));
    requireClean(Cli.run("config", "migrate", old, "--json"));
  }

  @Test
  void pathsAreEscaped() {
    Path model =
        Models.write(
            directory.resolve("\u001b[31m\n.safetensors"), Map.of("x", Models.normal(1, 8, 8)));
    Path trit = directory.resolve("\u001b[32m\n.trit");
    Path report = directory.resolve("\u001b[33m\n.html");
    requireClean(Cli.ok("quantize", model, "-o", trit, "--report", report));
    run(0, "verify", model);
    run(0, "verify", trit, "--against", model);
    run(0, "inspect", trit);
    run(ExitCode.NO_INPUT, "inspect", directory.resolve("\u001b[34m\n"));
    run(ExitCode.USAGE, "inspect", model, "\u001b[35m\n");
  }
}

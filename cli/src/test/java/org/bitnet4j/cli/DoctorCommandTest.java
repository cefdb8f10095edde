package org.bitnet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// `bitnet doctor`, as text and as JSON, and what it writes.
final class DoctorCommandTest {
  @TempDir Path directory;

  /// A copy of a good model in which one text of config.json is another.
  private Path changed(String from, String to) throws IOException {
    Path model = directory.resolve("model");
    Files.createDirectories(model);
    Models.copySideFiles(Models.TINY_BITNET, model);
    Files.copy(Models.TINY_BITNET.resolve(Models.WEIGHTS), model.resolve(Models.WEIGHTS));
    Path config = model.resolve("config.json");
    String text = Files.readString(config);
    assertThat(text).contains(from);
    Files.writeString(config, text.replace(from, to));
    return model;
  }

  @Test
  void aGoodModelIsFitForUse() {
    Cli cli = Cli.ok("doctor", Models.TINY_BITNET);
    assertThat(cli.out().lines().toList().getLast())
        .startsWith(Models.TINY_BITNET + ": huggingface, 35 tensors")
        .endsWith("nothing found; fit for use");
    assertThat(cli.messages()).isEmpty();
    JsonNode document = Cli.json("doctor", Models.TINY_BITNET);
    assertThat(document.propertyNames())
        .containsExactly(
            "ok",
            "format",
            "tensors",
            "bytes",
            "errors",
            "warnings",
            "notes",
            "findings",
            "measurements");
    assertThat(document.path("ok").asBoolean()).isTrue();
    assertThat(document.path("findings").size()).isZero();
  }

  @Test
  void anErrorGivesOneAndSaysWhatToDo() throws IOException {
    Path model = changed("\"hidden_act\": \"relu2\"", "\"hidden_act\": \"silu\"");
    Cli cli = Cli.run("doctor", model);
    assertThat(cli.code()).isEqualTo(ExitCode.CHECK_FAILED);
    assertThat(cli.out())
        .startsWith("error    ambiguous-activation: config.json, hidden_act\n")
        .contains("\n         found ")
        .contains("\n         means ")
        .contains("\n         do    ")
        .contains(": 1 error; not fit for use");
    assertThat(cli.out().lines()).allMatch(line -> line.length() <= 110);
    Cli json = Cli.run("doctor", model, "--json");
    assertThat(json.code()).isEqualTo(ExitCode.CHECK_FAILED);
    JsonNode finding = json.document().path("findings").get(0);
    assertThat(finding.propertyNames())
        .containsExactly(
            "severity", "code", "where", "evidence", "consequence", "remedy", "fixable");
    assertThat(finding.path("severity").asString()).isEqualTo("error");
    assertThat(finding.path("fixable").asBoolean()).isFalse();
    Cli fix = Cli.run("doctor", model, "--fix", directory.resolve("mended"));
    assertThat(fix.code()).isEqualTo(ExitCode.CHECK_FAILED);
    assertThat(fix.out()).contains("nothing was written");
    assertThat(directory.resolve("mended")).doesNotExist();
  }

  @Test
  void whatCanBeCorrectedIs() throws IOException {
    Path model = changed("\"vocab_size\": 260", "\"vocab_size\": 999");
    Files.createDirectories(model.resolve("folder"));
    assertThat(Cli.run("doctor", model).out()).contains("1 can be corrected: bitnet doctor ");
    Path mended = directory.resolve("mended");
    Cli cli = Cli.ok("doctor", model, "--fix", mended);
    assertThat(cli.out())
        .contains("changed: set vocab_size in config.json to 260\n")
        .contains("not copied: folder\n")
        .contains("wrote " + mended)
        .endsWith("nothing found; fit for use\n");
    assertThat(mended.resolve("config.json"))
        .hasSameTextualContentAs(Models.TINY_BITNET.resolve("config.json"));
    assertThat(mended.resolve(Models.WEIGHTS))
        .hasSameBinaryContentAs(Models.TINY_BITNET.resolve(Models.WEIGHTS));
    Path again = directory.resolve("again");
    JsonNode document = Cli.json("doctor", model, "--fix", again);
    assertThat(document.path("ok").asBoolean()).isTrue();
    assertThat(document.path("output").asString()).isEqualTo(again.toString());
    assertThat(document.path("before").size()).isEqualTo(1);
    assertThat(document.path("changes").size()).isEqualTo(1);
    assertThat(document.path("omitted").get(0).asString()).isEqualTo("folder");
    // A directory with files in it is never overwritten.
    assertThat(Cli.failure(ExitCode.IO, "doctor", model, "--fix", again)).contains("again");
  }

  @Test
  void anUnreadableFileIsAFindingAndAMissingOneIsNot() throws IOException {
    Path gguf = directory.resolve("model.gguf");
    Cli.ok("convert", Models.TINY_BITNET, "-o", gguf, "--to", "gguf:i2_s");
    assertThat(Cli.ok("doctor", gguf).out()).contains("measured I2_S flavour").contains("gguf, ");
    byte[] bytes = Files.readAllBytes(gguf);
    Files.write(gguf, Arrays.copyOf(bytes, bytes.length / 2));
    Cli cut = Cli.run("doctor", gguf);
    assertThat(cut.code()).isEqualTo(ExitCode.CHECK_FAILED);
    assertThat(cut.out()).startsWith("error    unreadable-file: ");
    Path text = directory.resolve("notes.txt");
    Files.write(text, "hello".getBytes(StandardCharsets.UTF_8));
    assertThat(Cli.run("doctor", text).code()).isEqualTo(ExitCode.CHECK_FAILED);
    assertThat(Cli.failure(ExitCode.NO_INPUT, "doctor", directory.resolve("none")))
        .contains("none");
  }

  @Test
  void theInputIsNeverReplaced() {
    assertThat(
            Cli.failure(ExitCode.USAGE, "doctor", Models.TINY_BITNET, "--fix", Models.TINY_BITNET))
        .contains("--fix must not name a file that is read");
  }

  @Test
  void namesAreEscaped() {
    Map<String, Models.Stored> tensors = new LinkedHashMap<>();
    for (String name : List.of("\u001b[31mred.weight", "two\nlines.weight", "bidi\u202e.weight")) {
      tensors.put(name, Models.normal(1, 64, 32));
    }
    Path model = Models.write(directory.resolve("model.safetensors"), tensors);
    for (Cli cli : List.of(Cli.ok("doctor", model), Cli.ok("doctor", model, "--json"))) {
      assertThat(cli.out()).contains("duplicate-tensor");
      assertThat(cli.out().chars().filter(c -> c != '\n'))
          .noneMatch(c -> Character.isISOControl(c) || c == 0x202E);
    }
  }
}

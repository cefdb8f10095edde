package org.bitnet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.assertj.core.data.Offset;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// Every command but quantize, as text and as JSON.
final class CommandsTest {
  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "info",
        "config",
        "config show",
        "config validate",
        "config migrate",
        "config schema",
        "plan",
        "quantize",
        "inspect",
        "verify",
        "doctor",
        "logits",
        "eval",
        "selftest",
        "demo",
        "completion"
      })
  void everyCommandHelps(String command) {
    Object[] words = (command + " --help").strip().split(" ", -1);
    Cli cli = Cli.ok(words);
    assertThat(cli.out()).contains("Usage: bitnet " + command).contains("--help");
    assertThat(cli.err()).isEmpty();
    // config alone does nothing, so it prints nothing as JSON.
    assertThat(cli.out().contains("--json"))
        .isEqualTo(!command.isEmpty() && !command.equals("config"));
  }

  @Test
  void theRootListsCommandsExitCodesAndItsVersion() {
    assertThat(Cli.ok("--help").out())
        .contains("info", "config", "plan", "quantize", "inspect", "verify", "doctor", "demo")
        .contains("completion")
        .contains("65", "66", "74", "78");
    assertThat(Cli.ok("--version").out()).matches("bitnet \\d+\\.\\d+\\.\\d+(-SNAPSHOT)?\\R");
  }

  @Test
  void infoTellsMachineAndKernels() {
    JsonNode info = Cli.json("info");
    assertThat(info.path("version").asString()).isNotEmpty().doesNotContain("$");
    assertThat(info.path("java").asString()).startsWith("25");
    assertThat(info.path("machine").isString()).isTrue();
    assertThat(info.path("kernels").propertyNames())
        .containsExactly("defaults", "aggressive", "conservative", "disabled");
    assertThat(info.path("kernels").path("disabled").asString()).containsIgnoringCase("scalar");
    assertThat(info.path("customParams").isObject()).isTrue();
    assertThat(info.path("packingStrategies").size()).isEqualTo(7);
    assertThat(Cli.ok("info").out())
        .contains(
            info.path("machine").asString(), info.path("kernels").path("defaults").asString());
  }

  @Test
  void planEstimatesWhatQuantizeWrites() {
    JsonNode plan = Cli.json("plan", Models.TINY_FLOAT, "--threads", 2);
    assertThat(plan.path("target").asString()).isEqualTo("trit");
    assertThat(plan.path("threads").asInt()).isEqualTo(2);
    assertThat(plan.path("seconds").isDouble()).isTrue();
    assertThat(plan.path("peakBytes").asLong()).isPositive();
    assertThat(plan.path("tensors").size()).isEqualTo(29);
    JsonNode run = Cli.json("quantize", Models.TINY_FLOAT, "-o", directory.resolve("model.trit"));
    assertThat(plan.path("originalBytes")).isEqualTo(run.path("originalBytes"));
    assertThat(plan.path("storedBytes").asDouble())
        .isCloseTo(run.path("storedBytes").asDouble(), Percentage.withPercentage(5));
    for (int i = 0; i < 29; i++) {
      JsonNode planned = plan.path("tensors").get(i);
      JsonNode done = run.path("tensors").get(i);
      assertThat(planned.path("name")).isEqualTo(done.path("name"));
      assertThat(planned.path("sqnrDb").isNull()).isEqualTo(done.path("sqnrDb").isNull());
      if (planned.path("sqnrDb").isNumber()) {
        assertThat(planned.path("sqnrDb").asDouble())
            .isCloseTo(done.path("sqnrDb").asDouble(), Offset.offset(0.5));
      }
    }
    assertThat(Cli.ok("plan", Models.TINY_FLOAT, "--to", "safetensors:packed").out())
        .contains("to safetensors:packed:", "model.layers.0.mlp.up_proj.weight", "keep");
  }

  @Test
  void inspectNamesWhatIsReserved() {
    Path trit = directory.resolve("model.trit");
    Cli.ok("quantize", Models.TINY_BITNET, "-o", trit);
    JsonNode document = Cli.json("inspect", trit);
    assertThat(document.propertyNames())
        .containsExactly(
            "format", "bitsPerWeight", "codesHash", "tritHash", "metadata", "notes", "tensors");
    assertThat(document.path("format").asString()).isEqualTo("trit");
    assertThat(document.path("bitsPerWeight").isDouble()).isTrue();
    assertThat(document.path("codesHash").asString()).matches("[0-9a-f]{64}");
    assertThat(document.path("tritHash").asString()).matches("[0-9a-f]{64}");
    assertThat(document.path("tensors").size()).isEqualTo(35);
    for (JsonNode tensor : document.path("tensors")) {
      assertThat(tensor.propertyNames())
          .containsExactly(
              "name",
              "storedName",
              "type",
              "shape",
              "bytes",
              "codesHash",
              "tritHash",
              "trits",
              "scales");
      assertThat(tensor.path("shape").isArray()).isTrue();
      assertThat(tensor.path("shape").get(0).isIntegralNumber()).isTrue();
      assertThat(tensor.path("bytes").isIntegralNumber()).isTrue();
      boolean ternary = tensor.path("name").asString().contains("_proj");
      for (String hash : List.of("codesHash", "tritHash")) {
        assertThat(tensor.path(hash).isNull()).isNotEqualTo(ternary);
        assertThat(tensor.path(hash).isString()).isEqualTo(ternary);
      }
      assertThat(tensor.path("scales").isObject()).isEqualTo(ternary);
      assertThat(tensor.path("trits").path("zero").isIntegralNumber()).isEqualTo(ternary);
    }
    assertThat(Cli.ok("inspect", trit).out())
        .contains(document.path("codesHash").asString(), document.path("tritHash").asString());
  }

  @Test
  void theStoredRecipeMakesTheSameFileAgain() throws IOException {
    Path first = directory.resolve("first.trit");
    Cli.ok("quantize", Models.TINY_FLOAT, "-o", first, "--set", "ternaryMethod=MEDIAN_THRESHOLD");
    Path recipe = directory.resolve("stored.json");
    Files.writeString(recipe, Cli.ok("inspect", "--recipe", first).out());
    Path second = directory.resolve("second.trit");
    Cli.ok("quantize", Models.TINY_FLOAT, "-o", second, "--recipe", recipe);
    assertThat(second).hasSameBinaryContentAs(first);
    assertThat(Cli.failure(ExitCode.CHECK_FAILED, "inspect", "--recipe", Models.TINY_FLOAT))
        .contains("holds no recipe");
  }

  @Test
  void inspectSaysNullWhereNothingIsTernary() {
    JsonNode document = Cli.json("inspect", Models.TINY_FLOAT);
    assertThat(document.path("format").asString()).isEqualTo("huggingface");
    assertThat(document.path("bitsPerWeight").asDouble()).isEqualTo(32);
    assertThat(document.path("codesHash").isNull()).isTrue();
    assertThat(document.path("tritHash").isNull()).isTrue();
    assertThat(
            Cli.json("inspect", Models.TINY_FLOAT.resolve(Models.WEIGHTS))
                .path("format")
                .asString())
        .isEqualTo("safetensors");
    assertThat(Cli.ok("inspect", Models.TINY_FLOAT).out()).contains("nothing in it is ternary");
  }

  @Test
  void verifyTellsWhatItChecked() {
    JsonNode document = Cli.json("verify", Models.TINY_BITNET);
    assertThat(document.propertyNames())
        .containsExactly("ok", "format", "checked", "codesHash", "tritHash", "comparisons");
    assertThat(document.path("ok").asBoolean()).isTrue();
    assertThat(document.path("tritHash").isNull()).isTrue();
    assertThat(document.path("comparisons").size()).isZero();
    Path trit = directory.resolve("model.trit");
    Cli.ok("quantize", Models.TINY_BITNET, "-o", trit);
    assertThat(Cli.ok("verify", trit).out())
        .contains("ok: every block decoded")
        .contains("trit hash " + Cli.json("verify", trit).path("tritHash").asString());
    assertThat(Cli.ok("verify", trit, "--against", Models.TINY_BITNET).out())
        .contains("all tensors agree");
  }

  @Test
  void verifyFailsWithOneWhereModelsDiffer() {
    Path trit = directory.resolve("model.trit");
    Cli.ok("quantize", Models.TINY_BITNET, "-o", trit);
    Path other = directory.resolve("other.trit");
    Cli.ok("quantize", Models.TINY_BITNET, "-o", other, "--set", "scaleRule=LEAST_SQUARES");
    Cli scales = Cli.run("verify", trit, "--against", other);
    assertThat(scales.code()).isEqualTo(ExitCode.CHECK_FAILED);
    assertThat(scales.out()).contains("DIFFERS: same trits, other scales", "some tensors differ");
    Cli model = Cli.run("verify", trit, "--against", Models.TINY_FLOAT, "--json");
    assertThat(model.code()).isEqualTo(ExitCode.CHECK_FAILED);
    assertThat(model.document().path("ok").asBoolean()).isFalse();
    assertThat(model.out()).contains("missing in the other", "other bytes");
  }

  /// Small models under the names of the shipped ones.
  @Test
  void demoVerifiesEverything() throws IOException {
    Path home = directory.resolve("home");
    for (String name : List.of("tiny-bitnet", "tiny-float")) {
      Path model = Files.createDirectories(home.resolve("checkpoints").resolve(name));
      Files.writeString(model.resolve("config.json"), "{\"model_type\": \"test\"}");
      Models.write(
          model.resolve(Models.WEIGHTS),
          Map.of(
              "layers.0.q_proj.weight",
              Models.normal(name.hashCode(), 64, 128),
              "norm.weight",
              Models.normal(2, 64)));
    }
    demo(home);
  }

  @Tag("slow")
  @Test
  void demoVerifiesTheShippedCheckpoints() throws IOException {
    demo(Path.of(System.getProperty("bitnet4j.root", "..")));
  }

  @Test
  void demoSaysHowItMustBeStarted() {
    assertThat(System.getProperty("bitnet.home")).isNull();
    assertThat(Cli.failure(ExitCode.USAGE, "demo", "-o", directory.resolve("out")))
        .contains("./bitnet");
  }

  private void demo(Path home) throws IOException {
    String before = System.getProperty("bitnet.home");
    System.setProperty("bitnet.home", home.toString());
    try {
      Path output = directory.resolve("out");
      JsonNode document = Cli.json("demo", "-o", output);
      assertThat(document.path("verified").asBoolean()).isTrue();
      assertThat(document.path("seconds").isDouble()).isTrue();
      assertThat(document.path("files").size()).isEqualTo(4);
      assertThat(document.path("methods").size()).isEqualTo(12);
      for (JsonNode row : document.path("methods")) {
        assertThat(row.path("verified").asBoolean()).isTrue();
        assertThat(row.path("sqnrDb").isNumber() || row.path("sqnrDb").isNull()).isTrue();
        assertThat(row.path("bytesPerWeight").size()).isEqualTo(8);
      }
      Map<String, String> first = Trees.contents(output);
      assertThat(first.keySet())
          .containsExactly(
              "", "tiny-bitnet.html", "tiny-bitnet.trit", "tiny-float.html", "tiny-float.trit");
      assertThat(Cli.ok("demo", "-o", output, "--threads", 3).out())
          .contains("everything verified in ");
      Map<String, String> second = Trees.contents(output);
      assertThat(second.keySet()).isEqualTo(first.keySet());
      assertThat(second.get("tiny-bitnet.trit")).isEqualTo(first.get("tiny-bitnet.trit"));
    } finally {
      if (before == null) {
        System.clearProperty("bitnet.home");
      } else {
        System.setProperty("bitnet.home", before);
      }
    }
  }

  @Test
  void theCompletionScriptIsBash() throws IOException, InterruptedException {
    JsonNode document = Cli.json("completion");
    assertThat(document.path("shell").asString()).isEqualTo("bash");
    String script = Cli.ok("completion").out();
    assertThat(document.path("script").asString()).isEqualTo(script);
    assertThat(script).contains("quantize", "--threads", "migrate");
    Path file = Files.writeString(directory.resolve("completion.sh"), script);
    Process bash = new ProcessBuilder("bash", "-n", file.toString()).inheritIO().start();
    assertThat(bash.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(bash.exitValue()).isZero();
  }
}

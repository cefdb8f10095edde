package org.bitnet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// Commands that run a model.
final class ModelCommandsTest {
  @TempDir Path directory;

  @Test
  void logitsHaveTheSameBitsForEveryNumberOfThreads() {
    JsonNode one = logits("--threads", "1");
    assertThat(one.size()).isEqualTo(260);
    assertThat(logits("--threads", "3")).isEqualTo(one);
    assertThat(logits("--cache", "int8")).isNotEqualTo(one);
    assertThat(logits("--head", "int4")).isNotEqualTo(one);
    assertThat(logits("--activations", "exact")).isNotEqualTo(one);
    assertThat(logits("--activations", "int8")).isEqualTo(one);
  }

  private static JsonNode logits(String option, String value) {
    return Cli.json("logits", "-m", Models.TINY_BITNET, "--tokens", "256,117,112,58", option, value)
        .get("logits");
  }

  @Test
  void logitsAsTextShowTheLargest() {
    Cli cli = Cli.ok("logits", "-m", Models.TINY_BITNET, "--tokens", "256,117,112,58,97,61");
    assertThat(cli.out()).contains("the 10 largest of 260").contains("65"); // up:a= gives A
    assertThat(cli.out().lines().skip(2).findFirst().orElseThrow()).contains("65 ");
  }

  @Test
  void tasksGiveAccuracyByKind() throws IOException {
    Path tasks = directory.resolve("tasks.jsonl");
    Files.writeString(
        tasks,
        """
        {"prompt": "up:hoa=", "answer": "HOA"}
        {"prompt": "rev:crmz=", "answer": "zmrc"}
        {"prompt": "up:ab=", "answer": "wrong on purpose", "task": "wrong"}
        """);
    JsonNode result = Cli.json("eval", "-m", Models.TINY_BITNET, "--tasks", tasks);
    assertThat(result.get("accuracy").asDouble()).isEqualTo(2.0 / 3);
    assertThat(result.at("/byTask/up").asDouble()).isEqualTo(1);
    assertThat(result.at("/byTask/wrong").asDouble()).isZero();
    assertThat(result.get("total").asInt()).isEqualTo(3);
    assertThat(Cli.ok("eval", "-m", Models.TINY_BITNET, "--tasks", tasks).out())
        .contains("wrong")
        .contains("66.7");
  }

  @Test
  void aTextGivesItsPerplexity() throws IOException {
    Path text = directory.resolve("text.txt");
    Files.writeString(text, "up:ab=AB up:cd=CD up:xy=XY up:no=NO rev:abc=cba");
    JsonNode result = Cli.json("eval", "-m", Models.TINY_BITNET, "--text", text, "--context", "16");
    assertThat(result.get("perplexity").asDouble()).isGreaterThan(1);
    assertThat(result.get("chunks").asInt()).isEqualTo(3);
    assertThat(result.get("predictions").asInt()).isEqualTo(21);
    JsonNode first =
        Cli.json(
            "eval", "-m", Models.TINY_BITNET, "--text", text, "--context", "16", "--chunks", "1");
    assertThat(first.get("predictions").asInt()).isEqualTo(7);
    assertThat(
            Cli.failure(
                ExitCode.USAGE,
                "eval",
                "-m",
                Models.TINY_BITNET,
                "--text",
                text,
                "--context",
                "63"))
        .contains("48 tokens", "smaller --context");
  }

  @Test
  void everyPathOfThisMachineGivesTheRecordedBits() {
    String before =
        System.setProperty("bitnet.home", Models.TINY_BITNET.resolve("../..").toString());
    try {
      JsonNode result = Cli.json("selftest");
      assertThat(result.get("ok").asBoolean()).isTrue();
      assertThat(result.get("runs").size()).isGreaterThanOrEqualTo(8);
      assertThat(result.at("/runs/0/kernels").asString()).isNotEmpty();
    } finally {
      if (before == null) {
        System.clearProperty("bitnet.home");
      } else {
        System.setProperty("bitnet.home", before);
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--tokens 260        | --tokens must be in [0, 259], got [260]",
        "--tokens -1         | --tokens must be in [0, 259], got [-1]",
        "--tokens 1 --head 8 | --head must be one of",
        "--tokens 1 --cache x | --cache must be one of",
        "--tokens 1 --activations x | --activations must be",
        "--tokens 1 --threads 0 | --threads must be"
      })
  void wrongOptionsAreRefused(String options, String message) {
    Object[] words = ("logits -m " + Models.TINY_BITNET + " " + options).split(" ", -1);
    assertThat(Cli.failure(ExitCode.USAGE, words)).contains(message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"logits --tokens 1 -m", "eval --tasks x -m", "eval --text x -m"})
  void aMissingModelIsSaid(String command) throws IOException {
    Files.writeString(directory.resolve("x"), "{\"prompt\":\"a\",\"answer\":\"b\"}");
    String line = command.replace(" x ", " " + directory.resolve("x") + " ");
    Object[] words = (line + " " + directory.resolve("absent")).split(" ", -1);
    assertThat(Cli.failure(ExitCode.NO_INPUT, words)).contains("absent");
  }
}

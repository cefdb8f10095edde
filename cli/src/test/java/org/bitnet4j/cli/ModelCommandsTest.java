package org.bitnet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
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
    assertThat(logits("--embedding", "int4")).isNotEqualTo(one);
    assertThat(logits("--embedding", "float32")).isEqualTo(one);
    assertThat(logits("--activations", "exact")).isNotEqualTo(one);
    assertThat(logits("--activations", "int8")).isEqualTo(one);
  }

  private static JsonNode logits(String option, String value) {
    return Cli.json("logits", "-m", Models.TINY_BITNET, "--tokens", "256,117,112,58", option, value)
        .get("logits");
  }

  /// Activations and attention follow files with configurations; what they leave out is default.
  @Test
  void configurationsOfActivationsAndAttentionAct() throws IOException {
    JsonNode plain = logits("--threads", "1");
    Path trained = Files.writeString(directory.resolve("trained.json"), BITNET_ACTIVATIONS);
    assertThat(logits("--activation-config", trained.toString())).isEqualTo(plain);
    Path coarse =
        Files.writeString(directory.resolve("coarse.yaml"), "base:\n  precision: FOUR_BIT\n");
    assertThat(logits("--activation-config", coarse.toString())).isNotEqualTo(plain);
    Path attention = Files.writeString(directory.resolve("keys.json"), "{\"quantizeKey\": true}");
    JsonNode quantized = logits("--attention-config", attention.toString());
    assertThat(quantized).isNotEqualTo(plain);
    assertThat(embedding("--attention-config", attention.toString())).isNotEqualTo(embedding());
    assertThat(embedding("--activations", "exact")).isNotEqualTo(embedding());
    assertThat(embedding("--cache", "int8")).isNotEqualTo(embedding());
    Path wrong = Files.writeString(directory.resolve("wrong.yaml"), "perTokens: true\n");
    Object[] words = {"logits", "-m", Models.TINY_BITNET, "--tokens", "1"};
    assertThat(Cli.failure(ExitCode.BAD_CONFIG, with(words, "--activation-config", wrong)))
        .contains("perTokens must be a known key");
    assertThat(
            Cli.failure(
                ExitCode.USAGE,
                with(words, "--activation-config", trained, "--activations", "exact")))
        .contains("exclude each other");
  }

  private static final String BITNET_ACTIVATIONS =
      "{\"base\": {\"precision\": \"EIGHT_BIT\", \"strategy\": \"DYNAMIC\"}, \"perToken\": true,"
          + " \"outlierPercentile\": 100, \"enableCaching\": false, \"quantizeAttention\": false}";

  private static JsonNode embedding(Object... options) {
    Object[] words = {"embed", "-m", Models.TINY_BITNET, "up:abc"};
    return Cli.json(with(words, options)).at("/embeddings/0/embedding");
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
  void generatesTextAsItComes() throws IOException {
    Cli text = Cli.ok("generate", "-m", Models.TINY_BITNET, "-p", "rev:stressed=");
    assertThat(text.out().strip()).isEqualTo("desserts");
    assertThat(text.err()).contains("of weights: loaded in", "14 + 9 tokens, stop token");
    assertThat(
            Cli.failure(
                ExitCode.USAGE,
                "generate",
                "-m",
                Models.TINY_BITNET,
                "-p",
                "a",
                "--logit-bias",
                "260=1"))
        .contains("--logit-bias must name a token in [0, 259], got [260]");
    JsonNode json =
        Cli.json("generate", "-m", Models.TINY_BITNET, "--tokens", "256,117,112,58,97,98,61");
    assertThat(json.get("text").asString()).isEqualTo("AB");
    assertThat(json.get("finish").asString()).isEqualTo("stop_token");
    assertThat(json.get("tokens").size()).isEqualTo(3);
    Path prompt = Files.writeString(directory.resolve("prompt.txt"), "sort:36814=");
    JsonNode stopped =
        Cli.json("generate", "-m", Models.TINY_BITNET, "--prompt-file", prompt, "--stop", "4");
    assertThat(stopped.get("text").asString()).isEqualTo("13");
    JsonNode short2 =
        Cli.json("generate", "-m", Models.TINY_BITNET, "-p", "sort:36814=", "-n", "2");
    assertThat(short2.get("finish").asString()).isEqualTo("length");
  }

  @Test
  void drawnTextComesAgainWithItsSeed() {
    Object[] words = {"generate", "-m", Models.TINY_BITNET, "-p", "rev:abc=", "--temperature", "3"};
    JsonNode drawn = Cli.json(words);
    assertThat(drawn.get("seed").asLong()).isNotZero();
    JsonNode again = Cli.json(with(words, "--seed", drawn.get("seed").asString()));
    assertThat(again.get("tokens")).isEqualTo(drawn.get("tokens"));
    JsonNode best = Cli.json(with(words, "--top-k", "1"));
    assertThat(best.get("text").asString()).isEqualTo("cba");
  }

  private static Object[] with(Object[] words, Object... more) {
    Object[] all = Arrays.copyOf(words, words.length + more.length);
    System.arraycopy(more, 0, all, words.length, more.length);
    return all;
  }

  @Test
  void aConversationGoesLineByLine() throws IOException {
    Path form =
        Files.writeString(
            directory.resolve("form.jinja"),
            "{{ bos_token }}{{ messages[-1].content }}"); // forgets what was said
    InputStream before = System.in;
    try {
      System.setIn(
          new ByteArrayInputStream(
              "up:ab=\n\n/clear\nrev:abc=\n/exit\nnever".getBytes(StandardCharsets.UTF_8)));
      Cli chat = Cli.ok("chat", "-m", Models.TINY_BITNET, "--chat-template", form);
      assertThat(chat.out().lines()).containsExactly("AB", "cba");
    } finally {
      System.setIn(before);
    }
    assertThat(Cli.failure(ExitCode.BAD_DATA, "chat", "-m", Models.TINY_BITNET))
        .contains("chat template");
    assertThat(
            Cli.ok("generate", "-m", Models.TINY_BITNET, "--ask", "up:ab=", "--chat-template", form)
                .out()
                .strip())
        .isEqualTo("AB");
    assertThat(
            Cli.failure(
                ExitCode.USAGE,
                "generate",
                "-m",
                Models.TINY_BITNET,
                "-p",
                "a",
                "--chat-template",
                form))
        .contains("goes with --ask");
  }

  @Test
  void embeddingsComeInThreeTypes() throws IOException {
    Path input = Files.writeString(directory.resolve("lines.txt"), "up:ab\n\nrev:ab\n");
    JsonNode all = Cli.json("embed", "-m", Models.TINY_BITNET, "--input", input, "up:ab");
    JsonNode embeddings = all.get("embeddings");
    assertThat(embeddings.size()).isEqualTo(3);
    assertThat(embeddings.get(0)).isEqualTo(embeddings.get(1)).isNotEqualTo(embeddings.get(2));
    assertThat(embeddings.get(0).get("embedding").size()).isEqualTo(256);
    JsonNode codes =
        Cli.json(
            "embed", "-m", Models.TINY_BITNET, "up:ab", "--type", "int8", "--dimensions", "16");
    assertThat(codes.at("/embeddings/0/embedding").size()).isEqualTo(16);
    JsonNode bits = Cli.json("embed", "-m", Models.TINY_BITNET, "up:ab", "--type", "binary");
    assertThat(bits.at("/embeddings/0/embedding").asString()).matches("[0-9a-f]{64}");
    Cli text = Cli.ok("embed", "-m", Models.TINY_BITNET, "ab", "ab", "--prefix", "up:");
    assertThat(text.out().lines()).hasSize(2);
    assertThat(text.err()).contains("similarity of text 1 and text 2: 1.0000");
    assertThat(Cli.failure(ExitCode.USAGE, "embed", "-m", Models.TINY_BITNET))
        .contains("there must be a text");
    assertThat(Cli.failure(ExitCode.USAGE, "embed", "-m", Models.TINY_BITNET, "a", "--type", "x"))
        .contains("--type must be");
    assertThat(
            Cli.failure(
                ExitCode.USAGE, "embed", "-m", Models.TINY_BITNET, "a", "--dimensions", "257"))
        .contains("--dimensions must be in [1, 256]");
    assertThat(Cli.failure(ExitCode.BAD_DATA, "embed", "-m", Models.TINY_BITNET, "a".repeat(63)))
        .contains("must have room");
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
        "--tokens 1 --embedding 8 | --embedding must be one of",
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

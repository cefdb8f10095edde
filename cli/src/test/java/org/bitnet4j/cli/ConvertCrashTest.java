package org.bitnet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `convert` killed at any moment: the output is the old one or the new one, byte for byte; the
/// next run takes up what was finished and ends as if nothing had happened.
final class ConvertCrashTest {
  private static final String NAME = "model";
  private static final byte[] OLD = "what stood here before".getBytes(StandardCharsets.UTF_8);

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({"gguf:i2_s, 3, 2", "trit, 2, 2", "safetensors:bf16, 2, 2"})
  void someKillsLeaveOldOrNew(String target, int points, int layers, TestReporter reporter)
      throws IOException, InterruptedException {
    kill(target, points, layers, reporter);
  }

  /// Large enough that an interrupted run leaves tensors whose bytes had been forced.
  @Tag("slow")
  @ParameterizedTest
  @CsvSource({"gguf:f16, 60, 40", "trit, 40, 40", "safetensors:bf16, 60, 40"})
  void manyKillsLeaveOldOrNewAndWorkIsTakenUp(
      String target, int points, int layers, TestReporter reporter)
      throws IOException, InterruptedException {
    long resumed = kill(target, points, layers, reporter);
    if (!target.equals("trit")) {
      // A container of this size is below what is forced at once.
      assertThat(resumed).isPositive();
    }
  }

  private long kill(String target, int points, int layers, TestReporter reporter)
      throws IOException, InterruptedException {
    Path input = model(layers);
    Path folder = Files.createDirectory(directory.resolve("out"));
    Path output = folder.resolve(NAME);
    Object[] line = {"convert", input, "-o", output, "--to", target, "--threads", 2};
    long start = System.nanoTime();
    assertThat(Child.start(directory, line).end()).isZero();
    long nanos = System.nanoTime() - start;
    Map<String, String> whole = Trees.contents(folder);
    Random random = new Random(20_261_123);
    long resumed = 0;
    int interrupted = 0;
    for (int i = 0; i < points; i++) {
      Trees.delete(folder);
      Files.createDirectory(folder);
      boolean old = i % 2 == 1 && !target.startsWith("safetensors");
      if (old) {
        Files.write(output, OLD);
      }
      Map<String, String> before = Trees.contents(folder);
      Child child = Child.start(directory, line);
      await(child, folder, (long) (random.nextDouble() * nanos), /* partial= */ i % 4 != 3);
      child.kill();
      Map<String, String> visible = new TreeMap<>(Trees.contents(folder));
      interrupted += visible.keySet().removeIf(name -> name.startsWith("." + NAME)) ? 1 : 0;
      assertThat(visible).as("point " + i).isIn(before, whole);
      if (visible.equals(whole) && target.startsWith("safetensors")) {
        continue; // a finished directory is never written again
      }
      resumed += Cli.json(line).path("resumedTensors").asLong();
      assertThat(Trees.contents(folder)).as("point " + i).isEqualTo(whole);
    }
    reporter.publishEntry(
        target,
        String.format(
            Locale.ROOT,
            "%d of %d kills left a partial output, %d tensors were taken up",
            interrupted,
            points,
            resumed));
    return resumed;
  }

  /// Waits for a moment, or until the partial output has appeared and for a part of the moment.
  private static void await(Child child, Path folder, long nanos, boolean partial)
      throws InterruptedException {
    long start = System.nanoTime();
    while (partial && child.process().isAlive() && !hasPartial(folder)) {
      Thread.sleep(1);
    }
    long from = partial ? System.nanoTime() : start;
    while (child.process().isAlive() && System.nanoTime() - from < (partial ? nanos / 2 : nanos)) {
      Thread.sleep(1);
    }
  }

  private static boolean hasPartial(Path folder) {
    return Files.exists(folder.resolve("." + NAME + ".partial"));
  }

  /// Latent weights of a BitNet model, 2.5 MiB of float32 in each layer.
  private Path model(int layers) throws IOException {
    Models.Stored square = Models.normal(1, 256, 256);
    Models.Stored wide = Models.normal(2, 512, 256);
    Models.Stored tall = Models.normal(3, 256, 512);
    Map<String, Models.Stored> tensors = new LinkedHashMap<>();
    tensors.put("model.embed_tokens.weight", Models.normal(4, 260, 256));
    for (int layer = 0; layer < layers; layer++) {
      String at = "model.layers." + layer + ".";
      tensors.put(at + "input_layernorm.weight", Models.normal(5, 256));
      tensors.put(at + "post_attention_layernorm.weight", Models.normal(6, 256));
      tensors.put(at + "self_attn.attn_sub_norm.weight", Models.normal(7, 256));
      tensors.put(at + "mlp.ffn_sub_norm.weight", Models.normal(8, 512));
      for (String name : new String[] {"q", "k", "v", "o"}) {
        tensors.put(at + "self_attn." + name + "_proj.weight", square);
      }
      tensors.put(at + "mlp.gate_proj.weight", wide);
      tensors.put(at + "mlp.up_proj.weight", wide);
      tensors.put(at + "mlp.down_proj.weight", tall);
    }
    tensors.put("model.norm.weight", Models.normal(9, 256));
    Path model = Files.createDirectory(directory.resolve("in"));
    String config = Files.readString(Models.TINY_BITNET.resolve("config.json"));
    Files.writeString(
        model.resolve("config.json"),
        config
            .replace("\"num_hidden_layers\": 3", "\"num_hidden_layers\": " + layers)
            .replace("\"num_key_value_heads\": 2", "\"num_key_value_heads\": 4"));
    for (String name : new String[] {"tokenizer.json", "tokenizer_config.json"}) {
      Files.copy(Models.TINY_BITNET.resolve(name), model.resolve(name));
    }
    Models.write(model.resolve(Models.WEIGHTS), tensors);
    return model;
  }
}

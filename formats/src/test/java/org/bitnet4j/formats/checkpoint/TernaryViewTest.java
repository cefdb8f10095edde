package org.bitnet4j.formats.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bitnet4j.formats.output.ModelFormat;
import org.bitnet4j.formats.output.Progress;
import org.bitnet4j.formats.quantize.CheckpointQuantizer;
import org.bitnet4j.formats.quantize.RunDescription;
import org.bitnet4j.quant.Workers;
import org.bitnet4j.quant.config.Recipe;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TernaryViewTest {
  @TempDir Path folder;

  private static Path shipped(String name) {
    return Path.of(System.getProperty("bitnet4j.root", ".."), "checkpoints", name);
  }

  /// A copy of the shipped latent model with another config.json.
  private Path withConfig(String from, String to) throws IOException {
    Path copy = Files.createDirectories(folder.resolve("copy"));
    Files.copy(
        shipped("tiny-bitnet").resolve("model.safetensors"), copy.resolve("model.safetensors"));
    String config = Files.readString(shipped("tiny-bitnet").resolve("config.json"));
    assertThat(config).contains(from);
    Files.writeString(copy.resolve("config.json"), config.replace(from, to));
    return copy;
  }

  private static List<String> ternary(Checkpoint checkpoint) {
    return checkpoint.tensors().stream()
        .filter(tensor -> tensor.content() == CheckpointTensor.Content.TERNARY)
        .map(CheckpointTensor::name)
        .toList();
  }

  @Test
  void latentWeightsHaveTheHashThatQuantizingThemGives() {
    Path file = folder.resolve("m.trit");
    try (Workers workers = Workers.of(2);
        Checkpoint latent = Checkpoint.open(shipped("tiny-bitnet"))) {
      CheckpointQuantizer.of(latent, Recipe.bitnet())
          .run(ModelFormat.TRIT, file, new RunDescription("t", "p", "s"), workers, Progress.NONE);
      try (Checkpoint quantized = Checkpoint.open(file)) {
        Checkpoint view = latent.ternary(workers);
        assertThat(ternary(view)).isEqualTo(ternary(quantized)).hasSize(21);
        assertThat(Inspection.of(view).tritHash()).isEqualTo(Inspection.of(quantized).tritHash());
        assertThat(view.notes()).hasSize(1).first().asString().contains("21 latent");
      }
    }
  }

  @Test
  void excludedModulesStayFloat() throws IOException {
    Path model =
        withConfig(
            "\"quantization_mode\": \"online\"",
            "\"quantization_mode\": \"online\", \"modules_to_not_convert\": [\"down_proj\","
                + " \"model.layers.0\"]");
    try (Workers workers = Workers.of(1);
        Checkpoint checkpoint = Checkpoint.open(model)) {
      assertThat(ternary(checkpoint.ternary(workers)))
          .hasSize(12)
          .noneMatch(name -> name.contains("down_proj") || name.contains("layers.0."));
    }
  }

  /// 1bitLLM publishes latent weights without a quantization_config: the architecture says it.
  @Test
  void theArchitectureAloneDeclaresLatentWeights() throws IOException {
    Path model = withConfig("\"quantization_config\"", "\"unused\"");
    try (Workers workers = Workers.of(1);
        Checkpoint checkpoint = Checkpoint.open(model)) {
      assertThat(ternary(checkpoint.ternary(workers))).hasSize(21);
    }
  }

  @Test
  void floatModelsHaveNothingTernary() {
    try (Workers workers = Workers.of(1);
        Checkpoint checkpoint = Checkpoint.open(shipped("tiny-float"))) {
      assertThat(ternary(checkpoint.ternary(workers))).isEmpty();
    }
  }
}

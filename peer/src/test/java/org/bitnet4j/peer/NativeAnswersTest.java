package org.bitnet4j.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import de.kherud.llama.InferenceParameters;
import de.kherud.llama.LlamaModel;
import de.kherud.llama.ModelParameters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bitnet4j.formats.checkpoint.Checkpoint;
import org.bitnet4j.formats.convert.Converter;
import org.bitnet4j.formats.output.ModelFormat;
import org.bitnet4j.formats.output.Progress;
import org.bitnet4j.models.evaluation.Task;
import org.bitnet4j.models.evaluation.TaskAccuracy;
import org.bitnet4j.models.forward.Session;
import org.bitnet4j.models.forward.SessionOptions;
import org.bitnet4j.models.forward.Transformer;
import org.bitnet4j.models.tokenizer.Tokenizer;
import org.bitnet4j.models.weights.LoadOptions;
import org.bitnet4j.quant.Workers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// GGUF files of ours in llama.cpp: a trained model must answer there as it does here. llama.cpp
/// has the gate of SiLU only, so the model runs with that instead of its squared ReLU; what it
/// learned survives.
class NativeAnswersTest {
  private static final int TASKS = 60;

  @TempDir Path folder = Path.of("");

  @ParameterizedTest
  @EnumSource(names = {"GGUF_F16", "GGUF_TQ2_0", "GGUF_TQ1_0"})
  void aTrainedModelAnswersInLlamaCppAsItDoesHere(ModelFormat format) throws IOException {
    Path file = convert("silu", format);
    List<Task> tasks = Task.read(model().resolve("tasks.json")).subList(0, TASKS);

    List<String> ours = new ArrayList<>();
    try (Transformer transformer = Transformer.load(file, LoadOptions.defaults());
        Session session = transformer.session(SessionOptions.of(64))) {
      Tokenizer tokenizer = Tokenizer.of(transformer.sideFiles());
      TaskAccuracy.measure(
          session, tokenizer, tasks, (done, task, answer) -> ours.add(answer.strip()));
    }

    int right = 0;
    int same = 0;
    try (LlamaModel llama = new LlamaModel(parameters(file))) {
      for (int i = 0; i < TASKS; i++) {
        String answer =
            llama
                .complete(
                    new InferenceParameters(tasks.get(i).prompt())
                        .setTemperature(0)
                        .setCachePrompt(false)
                        .setNPredict(20))
                .strip();
        right += answer.equals(tasks.get(i).answer()) ? 1 : 0;
        same += answer.equals(ours.get(i)) ? 1 : 0;
      }
    }
    assertThat(right).as("right answers by llama.cpp").isGreaterThanOrEqualTo(TASKS * 9 / 10);
    // llama.cpp rounds activations in blocks of 256 or not at all, we per token.
    assertThat(same).as("answers as ours").isGreaterThanOrEqualTo(TASKS * 9 / 10);
  }

  @Test
  void llamaCppDoesNotKnowTheSquaredReluOfBitnetB158() throws IOException {
    Path file = convert("relu2", ModelFormat.GGUF_TQ2_0);
    assertThatThrownBy(() -> new LlamaModel(parameters(file)).close())
        .hasMessageContaining("could not load model");
  }

  private static ModelParameters parameters(Path file) {
    return new ModelParameters()
        .setModel(file.toString())
        .setThreads(1)
        .setThreadsBatch(1)
        .setCtxSize(64)
        .setParallel(1)
        .setGpuLayers(0)
        .disableLog();
  }

  private static Path model() {
    Path path = Path.of(System.getProperty("bitnet4j.shared", "../shared"), "data", "tiny-bitnet");
    assumeTrue(Files.isDirectory(path), "the trained model is not here");
    return path;
  }

  /// The trained model with an activation, in a format.
  private Path convert(String activation, ModelFormat format) throws IOException {
    Path source = Files.createDirectory(folder.resolve("source"));
    for (String name :
        List.of("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json")) {
      Files.copy(model().resolve(name), source.resolve(name));
    }
    Path config = source.resolve("config.json");
    Files.writeString(config, Files.readString(config).replace("relu2", activation));
    Path target = folder.resolve("model.gguf");
    try (Workers workers = Workers.of(1);
        Checkpoint checkpoint = Checkpoint.open(source)) {
      Converter.of(checkpoint, format, workers).run(target, "test", workers, Progress.NONE);
    }
    return target;
  }
}

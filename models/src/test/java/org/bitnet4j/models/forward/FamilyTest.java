package org.bitnet4j.models.forward;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bitnet4j.formats.checkpoint.Checkpoint;
import org.bitnet4j.formats.convert.Converter;
import org.bitnet4j.formats.output.ModelFormat;
import org.bitnet4j.formats.output.Progress;
import org.bitnet4j.models.TestModels;
import org.bitnet4j.models.weights.LoadOptions;
import org.bitnet4j.quant.Workers;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Small random models of each family give what transformers gave for them in float32; `make.py`
/// beside them says how they were made.
final class FamilyTest {
  private static final int[] TOKENS = {
    3, 17, 8, 30, 1, 25, 9, 9, 14, 2, 38, 21, 6, 33, 12, 5, 27, 19, 0, 39
  };

  @TempDir Path folder;

  /// @param quantizes whether activations are int8
  @ParameterizedTest
  @CsvSource({
    "qwen3-embedding, true",
    "gemma3-embedding, true",
    "llama-ternary, false",
    "bitnet-reproduction, true",
    "qwen3-ternary-yarn, false"
  })
  void hiddenStatesAndLogitsAreThoseOfTransformers(String name, boolean quantizes)
      throws IOException {
    Path directory = TestModels.family(name);
    float[] expected = TestModels.floats(directory.resolve("hidden.f32"));
    try (Transformer model = load(directory);
        Session session = model.session(SessionOptions.of(TOKENS.length))) {
      assertThat(model.report().quantizesActivations()).isEqualTo(quantizes);
      assertThat(model.report().denseProjections()).isZero();
      float[] hidden = new float[model.shape().hidden()];
      for (int i = 0; i < TOKENS.length; i++) {
        session.append(TOKENS, i, 1);
        session.hiddenState(hidden);
        assertThat(relativeError(hidden, expected, i * hidden.length))
            .as("token " + i)
            .isLessThan(1e-6);
      }
      Path logits = directory.resolve("logits.f32");
      if (Files.exists(logits)) {
        float[] ours = new float[model.shape().vocabulary()];
        session.logits(ours);
        int last = (TOKENS.length - 1) * ours.length;
        assertThat(relativeError(ours, TestModels.floats(logits), last)).isLessThan(1e-6);
      }
    }
  }

  /// A container keeps all bits; GGUF with float16 values rounds multipliers, turns the rows of a
  /// Llama's queries and keys round, and stores Gemma's norms with one added.
  @ParameterizedTest
  @CsvSource({
    "qwen3-embedding, trit, 0",
    "gemma3-embedding, trit, 0",
    "llama-ternary, trit, 0",
    "bitnet-reproduction, trit, 0",
    "qwen3-ternary-yarn, trit, 0",
    "qwen3-embedding, gguf:f16, 2e-2",
    "gemma3-embedding, gguf:f16, 2e-2",
    "llama-ternary, gguf:f16, 1e-3",
    "bitnet-reproduction, gguf:f16, 2e-2",
    "qwen3-ternary-yarn, gguf:f16, 1e-3"
  })
  void conversionsRunToo(String name, String label, double tolerance) throws IOException {
    Path source = label.startsWith("gguf") ? asGgufCan(name) : TestModels.family(name);
    Path target = folder.resolve("converted");
    try (Workers workers = Workers.of(1);
        Checkpoint checkpoint = Checkpoint.open(source)) {
      Converter.of(checkpoint, ModelFormat.of(label).orElseThrow(), workers)
          .run(target, "bitnet4j test", workers, Progress.NONE);
    }
    try (Transformer original = load(source);
        Transformer converted = load(target)) {
      float[] expected = hidden(original);
      assertThat(relativeError(hidden(converted), expected, 0)).isLessThanOrEqualTo(tolerance);
    }
  }

  /// GGUF has no place for the rotary scaling of Llama 3, nor for a scale of Gemma's attention that
  /// is not that of its heads.
  private Path asGgufCan(String name) throws IOException {
    Path copy = Files.createDirectory(folder.resolve("copy"));
    Files.copy(
        TestModels.family(name).resolve("model.safetensors"), copy.resolve("model.safetensors"));
    String config = Files.readString(TestModels.family(name).resolve("config.json"));
    Files.writeString(
        copy.resolve("config.json"),
        config
            .replace("\"llama3\"", "\"default\"")
            .replace("\"query_pre_attn_scalar\": 20", "\"query_pre_attn_scalar\": 16"));
    return copy;
  }

  private static Transformer load(Path path) {
    return Transformer.load(path, LoadOptions.defaults().withThreads(2));
  }

  private static float[] hidden(Transformer model) {
    try (Session session = model.session(SessionOptions.of(TOKENS.length))) {
      float[] hidden = new float[model.shape().hidden()];
      session.append(TOKENS, 0, TOKENS.length);
      session.hiddenState(hidden);
      return hidden;
    }
  }

  /// Root mean square of the difference over that of what is expected.
  private static double relativeError(float[] ours, float[] expected, int from) {
    double error = 0;
    double norm = 0;
    for (int i = 0; i < ours.length; i++) {
      double difference = (double) ours[i] - expected[from + i];
      error += difference * difference;
      norm += (double) expected[from + i] * expected[from + i];
    }
    return Math.sqrt(error / norm);
  }
}

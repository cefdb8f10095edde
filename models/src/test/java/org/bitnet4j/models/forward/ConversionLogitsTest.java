package org.bitnet4j.models.forward;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.bitnet4j.formats.checkpoint.Checkpoint;
import org.bitnet4j.formats.convert.Converter;
import org.bitnet4j.formats.output.ModelFormat;
import org.bitnet4j.formats.output.Progress;
import org.bitnet4j.models.TestModels;
import org.bitnet4j.models.weights.LoadOptions;
import org.bitnet4j.quant.Workers;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A model gives the same logits from every format that keeps its float32 multipliers, and logits
/// as near as the rounding of its multipliers from the others.
final class ConversionLogitsTest {
  private static final LoadOptions OPTIONS = LoadOptions.defaults().withThreads(1);

  @TempDir Path folder;

  private static List<int[]> texts = List.of();

  @BeforeAll
  static void readTexts() throws IOException {
    Path reference = TestModels.checkpoint("tiny-bitnet").resolve("reference.json");
    texts =
        Reference.read(reference).cases().stream().map(Reference.Case::tokens).limit(2).toList();
  }

  private Path converted(String label) {
    Path target = folder.resolve("model-" + label.replace(':', '-'));
    ModelFormat format = ModelFormat.of(label).orElseThrow();
    try (Workers workers = Workers.of(1);
        Checkpoint checkpoint = Checkpoint.open(TestModels.checkpoint("tiny-bitnet"))) {
      Converter.of(checkpoint, format, workers)
          .run(target, "bitnet4j test", workers, Progress.NONE);
    }
    return target;
  }

  @ParameterizedTest
  @ValueSource(strings = {"gguf:i2_s", "gguf:iq2_bn", "safetensors:packed", "trit"})
  void formatsThatKeepMultipliersGiveTheSameBits(String label) {
    String hash;
    try (Transformer model = Transformer.load(TestModels.checkpoint("tiny-bitnet"), OPTIONS)) {
      hash = LogitsHash.of(model, SessionOptions.of(64), texts);
    }
    try (Transformer model = Transformer.load(converted(label), OPTIONS)) {
      assertThat(model.report().quantizesActivations()).isTrue();
      assertThat(LogitsHash.of(model, SessionOptions.of(64), texts)).isEqualTo(hash);
    }
  }

  /// bfloat16 and float16 multipliers are off by 2⁻⁹ and 2⁻¹¹ at most; the last logits of the first
  /// text then are by 1e-3 and 2.8e-3 (root mean square, relative), an int8 rounding that flips
  /// included.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "gguf:tq2_0",
        "gguf:tq1_0",
        "gguf:iq1_bn",
        "gguf:q2_0",
        "gguf:f16",
        "safetensors:bf16"
      })
  void formatsThatRoundMultipliersGiveNearLogits(String label) {
    float[] exact = lastLogits(TestModels.checkpoint("tiny-bitnet"));
    float[] rounded = lastLogits(converted(label));
    assertThat(relativeError(rounded, exact)).isBetween(1e-5, 5e-3);
  }

  private static float[] lastLogits(Path path) {
    try (Transformer model = Transformer.load(path, OPTIONS);
        Session session = model.session(SessionOptions.of(64))) {
      float[] logits = new float[model.shape().vocabulary()];
      session.append(texts.getFirst(), 0, texts.getFirst().length);
      session.logits(logits);
      return logits;
    }
  }

  private static double relativeError(float[] ours, float[] exact) {
    double error = 0;
    double norm = 0;
    for (int i = 0; i < ours.length; i++) {
      double difference = (double) ours[i] - exact[i];
      error += difference * difference;
      norm += (double) exact[i] * exact[i];
    }
    return Math.sqrt(error / norm);
  }
}

package org.bitnet4j.models.forward;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bitnet4j.formats.checkpoint.Checkpoint;
import org.bitnet4j.formats.convert.Converter;
import org.bitnet4j.formats.output.ModelFormat;
import org.bitnet4j.formats.output.Progress;
import org.bitnet4j.formats.quantize.CheckpointQuantizer;
import org.bitnet4j.formats.quantize.RunDescription;
import org.bitnet4j.models.TestModels;
import org.bitnet4j.models.weights.LoadOptions;
import org.bitnet4j.quant.Workers;
import org.bitnet4j.quant.config.ActivationQuantizationConfig;
import org.bitnet4j.quant.config.Recipe;
import org.bitnet4j.quant.layout.ScaleRounding;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A model gives the same logits from every format that keeps its float32 multipliers, and logits
/// as near as the rounding of its multipliers, which the conversion reports, from the others:
/// `tiny-bitnet`, and `tiny-float` after quantization to trits.
final class ConversionLogitsTest {
  private static final LoadOptions OPTIONS = LoadOptions.defaults().withThreads(1);

  @TempDir static Path folder;

  /// The models of float weights, and what they are converted from.
  enum Source {
    TINY_BITNET,
    TINY_FLOAT
  }

  /// A source, and what it gives.
  @SuppressWarnings("ArrayRecordComponent") // nobody compares it
  private record Original(Path path, List<int[]> texts, String hash, float[] last) {}

  private static final Map<Source, Original> ORIGINALS = new EnumMap<>(Source.class);

  @BeforeAll
  static void readSources() throws IOException {
    for (Source source : Source.values()) {
      Path model =
          TestModels.checkpoint(source == Source.TINY_BITNET ? "tiny-bitnet" : "tiny-float");
      List<int[]> texts =
          Reference.read(model.resolve("reference.json")).cases().stream()
              .map(Reference.Case::tokens)
              .limit(2)
              .toList();
      Path path = source == Source.TINY_BITNET ? model : quantized(model);
      try (Transformer transformer = Transformer.load(path, OPTIONS)) {
        String hash = Hashes.of(transformer, options(), texts);
        float[] last = lastLogits(transformer, texts.getFirst());
        ORIGINALS.put(source, new Original(path, texts, hash, last));
      }
    }
    assertThat(original(Source.TINY_BITNET).hash())
        .isNotEqualTo(original(Source.TINY_FLOAT).hash());
  }

  private static Original original(Source source) {
    return Objects.requireNonNull(ORIGINALS.get(source));
  }

  private static Path quantized(Path model) {
    Path target = folder.resolve("quantized");
    try (Workers workers = Workers.of(1);
        Checkpoint checkpoint = Checkpoint.open(model)) {
      CheckpointQuantizer.of(checkpoint, Recipe.bitnet())
          .run(
              ModelFormat.TRIT,
              target,
              new RunDescription("tiny-float", "bitnet4j test", "tiny-float"),
              workers,
              Progress.NONE);
    }
    return target;
  }

  /// As b1.58 whatever the format says: a Llama of trits may have been trained otherwise.
  private static SessionOptions options() {
    return SessionOptions.of(64)
        .withActivations(new ActivationPolicy.Configured(ActivationQuantizationConfig.bitnet()));
  }

  private static Path target(Source source, String label) {
    return folder.resolve(source + "-" + label.replace(':', '-'));
  }

  /// Converts, and gives back what was reported.
  private static ScaleRounding convert(Source source, String label) {
    try (Workers workers = Workers.of(1);
        Checkpoint checkpoint = Checkpoint.open(original(source).path())) {
      return Converter.of(checkpoint, ModelFormat.of(label).orElseThrow(), workers)
          .run(target(source, label), "bitnet4j test", workers, Progress.NONE)
          .rounding();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "TINY_BITNET, gguf:i2_s",
    "TINY_BITNET, gguf:iq2_bn",
    "TINY_BITNET, safetensors:packed",
    "TINY_BITNET, trit",
    "TINY_FLOAT, gguf:i2_s",
    "TINY_FLOAT, gguf:iq2_bn",
    "TINY_FLOAT, safetensors:packed",
    "TINY_FLOAT, trit"
  })
  void formatsThatKeepMultipliersGiveTheSameBits(Source source, String label) {
    assertThat(convert(source, label)).isEqualTo(ScaleRounding.EXACT);
    try (Transformer model = Transformer.load(target(source, label), OPTIONS)) {
      Original original = original(source);
      assertThat(Hashes.of(model, options(), original.texts())).isEqualTo(original.hash());
      if (source == Source.TINY_BITNET) {
        // What the model was trained to do is known from each of the files.
        assertThat(model.report().quantizesActivations()).isTrue();
        assertThat(Hashes.of(model, SessionOptions.of(64), original.texts()))
            .isEqualTo(original.hash());
      }
    }
  }

  /// bfloat16 and float16 multipliers are off by 2⁻⁹ and 2⁻¹¹ at most; the last logits of the first
  /// text then are by 3e-3 and less (root mean square, relative), int8 roundings that flip
  /// included.
  @ParameterizedTest
  @CsvSource({
    "TINY_BITNET, gguf:tq2_0, 0x1p-11",
    "TINY_BITNET, gguf:tq1_0, 0x1p-11",
    "TINY_BITNET, gguf:iq1_bn, 0x1p-11",
    "TINY_BITNET, gguf:q2_0, 0x1p-11",
    "TINY_BITNET, gguf:f16, 0x1p-11",
    "TINY_BITNET, safetensors:bf16, 0x1p-8",
    "TINY_FLOAT, gguf:tq2_0, 0x1p-11"
  })
  void formatsThatRoundMultipliersSaySoAndGiveNearLogits(
      Source source, String label, double rounding) {
    ScaleRounding reported = convert(source, label);
    assertThat(reported.rounded()).isPositive();
    assertThat(reported.largestRelativeError()).isBetween(1e-6, rounding);
    try (Transformer model = Transformer.load(target(source, label), OPTIONS)) {
      Original original = original(source);
      float[] logits = lastLogits(model, original.texts().getFirst());
      assertThat(relativeError(logits, original.last())).isBetween(1e-5, 1e-2);
    }
  }

  private static float[] lastLogits(Transformer model, int[] text) {
    try (Session session = model.session(options())) {
      float[] logits = new float[session.vocabulary()];
      session.append(text, 0, text.length);
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

package org.bitnet4j.models;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.bitnet4j.formats.checkpoint.Checkpoint;
import org.bitnet4j.formats.convert.Converter;
import org.bitnet4j.formats.output.ModelFormat;
import org.bitnet4j.formats.output.Progress;
import org.bitnet4j.models.architecture.ModelFamily;
import org.bitnet4j.models.weights.LoadOptions;
import org.bitnet4j.quant.Workers;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Texts become the vectors that transformers gives: the last hidden states of the small random
/// models of both families, at the token that ends a text, brought to length 1.
final class EmbeddingFamilyTest {
  /// What transformers ran, up to the token that ends a text here; that one is 39.
  private static final int[] TOKENS = {
    3, 17, 8, 30, 1, 25, 9, 9, 14, 2, 38, 21, 6, 33, 12, 5, 27, 19, 0, 39
  };

  private static final int VOCABULARY = 40;

  @TempDir Path folder;

  /// A model of the folder of a family, with a tokenizer of a token for each letter.
  private Path model(String name, String end) throws IOException {
    Path model = Files.createDirectory(folder.resolve("model"));
    for (String file : List.of("config.json", "model.safetensors")) {
      Files.copy(TestModels.family(name).resolve(file), model.resolve(file));
    }
    String letters =
        IntStream.range(0, VOCABULARY - 1)
            .mapToObj(i -> "\"" + letter(i) + "\":" + i)
            .collect(Collectors.joining(","));
    Files.writeString(
        model.resolve("tokenizer.json"),
        """
        {"version":"1.0","normalizer":null,"post_processor":null,
         "added_tokens":[{"id":39,"content":"%1$s","single_word":false,"lstrip":false,"rstrip":false,
           "normalized":false,"special":true}],
         "pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,
           "use_regex":true},
         "decoder":{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true},
         "model":{"type":"BPE","vocab":{%2$s,"%1$s":39},"merges":[]}}
        """
            .formatted(end, letters));
    Files.writeString(model.resolve("tokenizer_config.json"), "{\"eos_token\":\"" + end + "\"}");
    return model;
  }

  private static char letter(int token) {
    return (char) ('0' + token == '\\' ? 'z' : '0' + token);
  }

  private static String text(int count) {
    return Arrays.stream(TOKENS)
        .limit(count)
        .mapToObj(token -> String.valueOf(letter(token)))
        .collect(Collectors.joining());
  }

  private static float[] expected(String name) throws IOException {
    float[] states = TestModels.floats(TestModels.family(name).resolve("hidden.f32"));
    float[] last = Arrays.copyOfRange(states, states.length - 32, states.length);
    double squares = 0;
    for (float value : last) {
      squares += (double) value * value;
    }
    for (int i = 0; i < last.length; i++) {
      last[i] /= (float) Math.sqrt(squares);
    }
    return last;
  }

  @ParameterizedTest
  @CsvSource({
    "qwen3-embedding, QWEN3, <|endoftext|>, safetensors",
    "gemma3-embedding, GEMMA3, </s>, safetensors",
    "qwen3-embedding, QWEN3, <|endoftext|>, trit",
    "gemma3-embedding, GEMMA3, </s>, trit"
  })
  void vectorsAreThoseOfTransformers(String name, ModelFamily family, String end, String format)
      throws IOException {
    Path path = model(name, end);
    if (!format.equals("safetensors")) {
      Path target = folder.resolve("converted");
      try (Workers workers = Workers.of(1);
          Checkpoint checkpoint = Checkpoint.open(path)) {
        Converter.of(checkpoint, ModelFormat.of(format).orElseThrow(), workers)
            .run(target, "bitnet4j test", workers, Progress.NONE);
      }
      path = target;
    }
    try (EmbeddingModel model = EmbeddingModel.load(path, LoadOptions.defaults().withThreads(2))) {
      assertThat(model.shape().family()).isEqualTo(family);
      assertThat(model.tokens(text(19))).isEqualTo(TOKENS);
      List<String> texts = List.of(text(3), text(19), text(1), text(19));
      List<Embedding> batch = model.embed(texts);
      float[] expected = expected(name);
      for (int which : new int[] {1, 3}) {
        float[] values = batch.get(which).toFloats();
        for (int i = 0; i < values.length; i++) {
          assertThat((double) values[i]).isCloseTo(expected[i], Offset.offset(1e-6));
        }
      }
      for (int i = 0; i < texts.size(); i++) {
        assertThat(batch.get(i)).isEqualTo(model.embed(List.of(texts.get(i))).getFirst());
      }
      assertSmallerFormsStandForIt(model.embed(texts, 8, () -> false).get(1), expected);
    }
  }

  /// The first eight values, of length 1 again, as codes and signs.
  private static void assertSmallerFormsStandForIt(Embedding small, float[] expected) {
    double squares = 0;
    double largest = 0;
    for (int i = 0; i < 8; i++) {
      squares += (double) expected[i] * expected[i];
      largest = Math.max(largest, Math.abs(expected[i]));
    }
    byte[] codes = small.toInt8();
    for (int i = 0; i < 8; i++) {
      assertThat((double) small.toFloats()[i])
          .isCloseTo(expected[i] / Math.sqrt(squares), Offset.offset(1e-6));
      assertThat((double) codes[i]).isCloseTo(127 * expected[i] / largest, Offset.offset(0.501));
      assertThat((small.toBinary()[0] >> (7 - i) & 1) == 1).isEqualTo(expected[i] > 0);
    }
  }
}

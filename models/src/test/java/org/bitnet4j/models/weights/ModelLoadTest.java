package org.bitnet4j.models.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bitnet4j.formats.json.JsonTree;
import org.bitnet4j.models.TestModels;
import org.bitnet4j.models.forward.Session;
import org.bitnet4j.models.forward.SessionOptions;
import org.bitnet4j.models.forward.Transformer;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.MalformedFileException;
import org.bitnet4j.quant.kernels.DenseFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What loading reports and refuses, on copies of a small model with faults put in.
final class ModelLoadTest {
  private static final LoadOptions OPTIONS = LoadOptions.defaults().withThreads(2);
  private static final int[] TOKENS = {3, 17, 8, 30};

  @TempDir Path folder;

  @BeforeEach
  void copyModel() throws IOException {
    for (String file : new String[] {"config.json", "model.safetensors"}) {
      Files.copy(TestModels.family("bitnet-reproduction").resolve(file), folder.resolve(file));
    }
  }

  private void edit(String old, String replacement) throws IOException {
    Path config = folder.resolve("config.json");
    String text = Files.readString(config);
    assertThat(text).contains(old);
    Files.writeString(config, text.replace(old, replacement));
  }

  /// Writes a float32 over the first element of a tensor.
  private void put(String tensor, float value) throws IOException {
    Path weights = folder.resolve("model.safetensors");
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(weights)).order(ByteOrder.LITTLE_ENDIAN);
    int header = (int) bytes.getLong(0);
    byte[] json = new byte[header];
    bytes.get(8, json);
    long offset =
        JsonTree.parse("header", json)
            .get(tensor)
            .get("data_offsets")
            .items()
            .getFirst()
            .integer(1 << 30);
    bytes.putFloat(8 + header + (int) offset, value);
    Files.write(weights, bytes.array());
  }

  @Test
  void progressAndReportTellWhatWasLoaded() {
    List<String> parts = new ArrayList<>();
    List<Integer> numbers = new ArrayList<>();
    LoadOptions options =
        OPTIONS.withProgress((done, total, name) -> {
          assertThat(total).isEqualTo(2 + 4 * 2);
          numbers.add(done);
          parts.add(name);
        });
    try (LoadedModel model = LoadedModel.load(folder, options)) {
      assertThat(numbers).containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
      assertThat(parts).contains("model.embed_tokens.weight", "model.layers.1.self_attn.q_proj");
      LoadReport report = model.report();
      assertThat(report.format()).isEqualTo("huggingface");
      assertThat(report.time()).isPositive();
      assertThat(report.weightBytes()).isEqualTo(model.weights().byteSize()).isPositive();
      assertThat(report.bytesPerToken()).isEqualTo(report.weightBytes());
      assertThat(report.ternaryProjections()).isEqualTo(8);
      assertThat(report.denseProjections()).isZero();
      assertThat(report.headError()).isZero();
      assertThat(model.weights().head()).isSameAs(model.weights().embedding());
      assertThat(report.notes()).anyMatch(note -> note.contains("int8 per token"));
    }
  }

  /// A smaller head of its own: its loss is told, embeddings stay exact.
  @ParameterizedTest
  @CsvSource({"FLOAT16, 1e-5, 1e-3", "BFLOAT16, 1e-4, 1e-2", "INT8, 1e-3, 2e-2", "INT4, 2e-2, 0.2"})
  void aSmallerHeadTellsItsLoss(DenseFormat format, double least, double most) {
    try (LoadedModel model = LoadedModel.load(folder, OPTIONS.withHead(format))) {
      assertThat(model.report().head()).isEqualTo(format);
      assertThat(model.report().headError()).isBetween(least, most);
      assertThat(model.report().embedding()).isEqualTo(DenseFormat.FLOAT32);
      assertThat(model.report().embeddingError()).isZero();
    }
    try (LoadedModel model = LoadedModel.load(folder, OPTIONS.withEmbedding(format))) {
      assertThat(model.weights().head()).isSameAs(model.weights().embedding());
      assertThat(model.report().embeddingError()).isBetween(least, most);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "\"intermediate_size\": 48, \"intermediate_size\": 64, layers.0.mlp.gate_proj.weight",
    "\"num_hidden_layers\": 2, \"num_hidden_layers\": 3, layers.2.self_attn.q_proj.weight",
    "\"vocab_size\": 40, \"vocab_size\": 41, model.embed_tokens.weight",
    "\"tie_word_embeddings\": true, \"tie_word_embeddings\": false, lm_head.weight"
  })
  void aConfigurationOfOtherWeightsIsRefused(String old, String other, String tensor)
      throws IOException {
    edit(old, other);
    assertThatThrownBy(() -> LoadedModel.load(folder, OPTIONS))
        .isInstanceOf(MalformedFileException.class)
        .hasMessageContaining(tensor)
        .hasMessageContaining("Check that config.json belongs to the weights");
  }

  @Test
  void weightsWithoutAConfigurationAreRefused() {
    assertThatThrownBy(() -> LoadedModel.load(folder.resolve("model.safetensors"), OPTIONS))
        .isInstanceOf(MalformedFileException.class)
        .hasMessageContaining("config.json");
  }

  @ParameterizedTest
  @CsvSource({
    "model.layers.0.self_attn.q_proj.weight, NaN",
    "model.layers.1.mlp.down_proj.weight, Infinity",
    "model.embed_tokens.weight, NaN",
    "model.norm.weight, NaN",
    "model.layers.1.input_layernorm.weight, -Infinity"
  })
  void weightsThatAreNotFiniteAreRefused(String tensor, float value) throws IOException {
    put(tensor, value);
    assertThatThrownBy(() -> LoadedModel.load(folder, OPTIONS))
        .isInstanceOf(InvalidTensorException.class)
        .hasMessageContaining(tensor);
  }

  /// Finite weights whose products are not: the layer is named, never a NaN token given.
  @Test
  void activationsThatAreNotFiniteNameTheirLayer() throws IOException {
    put("model.layers.1.input_layernorm.weight", 1e30f);
    try (Transformer model = Transformer.load(folder, OPTIONS);
        Session session = model.session(SessionOptions.of(8))) {
      assertThatThrownBy(() -> session.append(TOKENS, 0, TOKENS.length))
          .isInstanceOf(InvalidTensorException.class)
          .hasMessageContaining("model.layers.1.self_attn")
          .hasMessageContaining("activations must be finite");
      assertThat(session.length()).isZero();
    }
  }

  @Test
  void theDescriptionOfAnUnknownModelIsRefused() throws IOException {
    edit("BitnetForCausalLM", "MambaForCausalLM");
    assertThatThrownBy(() -> LoadedModel.load(folder, OPTIONS))
        .isInstanceOf(MalformedFileException.class)
        .hasMessageContaining("architectures")
        .hasMessageContaining("one of BitNetForCausalLM");
    Files.write(folder.resolve("config.json"), "[]".getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> LoadedModel.load(folder, OPTIONS))
        .isInstanceOf(MalformedFileException.class);
  }
}

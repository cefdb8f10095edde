package org.bitnet4j.models.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;
import java.util.Set;
import org.bitnet4j.quant.MalformedFileException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What is read from config.json, and what is refused.
final class ModelShapeTest {
  private static final String BASE =
      """
      "hidden_size": 640, "intermediate_size": 2048, "num_hidden_layers": 7,
      "num_attention_heads": 4, "num_key_value_heads": 1, "head_dim": 256, "vocab_size": 262144,
      "rms_norm_eps": 1e-6
      """;

  private static ModelShape read(String entries, String... tensors) {
    byte[] json = ("{" + entries + "}").getBytes(StandardCharsets.UTF_8);
    return ModelShape.read(json, Set.of(tensors)::contains);
  }

  @Test
  void gemmaEmbeddingModels() {
    ModelShape shape =
        read(
            BASE
                + """
                , "architectures": ["Gemma3TextModel"], "hidden_activation": "gelu_pytorch_tanh",
                "query_pre_attn_scalar": 256, "sliding_window": 512, "sliding_window_pattern": 6,
                "rope_theta": 1000000.0, "rope_local_base_freq": 10000.0,
                "max_position_embeddings": 32768
                """);
    assertThat(shape.family()).isEqualTo(ModelFamily.GEMMA3);
    assertThat(shape.activation()).isEqualTo(GatedActivation.GELU_TANH);
    assertThat(shape.attentionScale()).isEqualTo(1f / 16);
    assertThat(shape.embeddingMultiplier()).isEqualTo((float) Math.sqrt(640));
    assertThat(shape.queryRows()).isEqualTo(1024);
    assertThat(shape.keyRows()).isEqualTo(256);
    assertThat(shape.contextLength()).isEqualTo(OptionalInt.of(32768));
    assertThat(shape.tiedHead()).isTrue();
    assertThat(shape.spans())
        .hasSize(7)
        .extracting(AttentionSpan::window)
        .containsExactly(512, 512, 512, 512, 512, AttentionSpan.EVERYTHING, 512);
    assertThat(shape.spans().get(0).rotary().theta()).isEqualTo(10_000);
    assertThat(shape.spans().get(5).rotary().theta()).isEqualTo(1_000_000);
  }

  @Test
  void layerTypesDecideBeforePatterns() {
    ModelShape shape =
        read(
            BASE.replace("\"num_hidden_layers\": 7", "\"num_hidden_layers\": 2")
                + """
                , "model_type": "gemma3_text", "sliding_window": 5,
                "layer_types": ["full_attention", "sliding_attention"]
                """);
    assertThat(shape.spans())
        .extracting(AttentionSpan::window)
        .containsExactly(AttentionSpan.EVERYTHING, 5);
  }

  @Test
  void bitnetIsReluSquaredUnlessNormsAreThoseOfTheReproduction() {
    String config = BASE + ", \"architectures\": [\"BitNetForCausalLM\"]";
    assertThat(read(config).activation()).isEqualTo(GatedActivation.RELU2);
    assertThat(read(config, "model.layers.0.self_attn.inner_attn_ln.weight").activation())
        .isEqualTo(GatedActivation.SILU);
    assertThat(read(config + ", \"hidden_act\": \"silu\"").activation())
        .isEqualTo(GatedActivation.SILU);
    assertThat(read(config).declaresQuantizedActivations()).isTrue();
  }

  @Test
  void aLlamaQuantizesActivationsWhereItSaysThatItIsBitnet() {
    String llama = BASE + ", \"architectures\": [\"LlamaForCausalLM\"]";
    assertThat(read(llama).declaresQuantizedActivations()).isFalse();
    ModelShape falcon =
        read(
            llama
                + ", \"quantization_config\": {\"quant_method\": \"bitnet\", \"rms_norm_eps\": 0.5}",
            "lm_head.weight");
    assertThat(falcon.declaresQuantizedActivations()).isTrue();
    assertThat(falcon.tiedHead()).isFalse();
    assertThat(falcon.projectionNormEpsilon()).isEqualTo(0.5f);
    assertThat(falcon.normEpsilon()).isEqualTo(1e-6f);
    assertThat(falcon.spans()).allMatch(span -> !span.slides());
  }

  @Test
  void aHeadIsAsWideAsTheFileSaysOrAsFollows() {
    String llama =
        """
        "architectures": ["LlamaForCausalLM"], "hidden_size": 96, "intermediate_size": 10,
        "num_hidden_layers": 1, "num_attention_heads": 4, "vocab_size": 9
        """;
    assertThat(read(llama).headDim()).isEqualTo(24);
    assertThat(read(llama).keyValueHeads()).isEqualTo(4);
    assertThat(read(llama + ", \"head_dim\": 64").headDim()).isEqualTo(64);
  }

  /// Each file is refused by the byte and key at fault, with what may stand there.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'architectures': ['MambaForCausalLM'] | architectures | one of BitNetForCausalLM",
        "'model_type': 'mamba' | model_type | one of BitNetForCausalLM",
        "'model_type': 'llama', 'num_key_value_heads': 3 | num_key_value_heads | a divisor of the 4",
        "'model_type': 'llama', 'num_hidden_layers': 0 | num_hidden_layers | at least 1",
        "'model_type': 'llama', 'num_hidden_layers': 200000 | num_hidden_layers | at most 100000",
        "'model_type': 'llama', 'hidden_size': 20000000 | hidden_size | at most 16777215",
        "'model_type': 'llama', 'head_dim': 15 | head_dim | even",
        "'model_type': 'llama', 'num_attention_heads': 70000 | num_attention_heads | at most 65535",
        "'model_type': 'llama', 'hidden_act': 'gelu' | hidden_act | relu2, silu or",
        "'model_type': 'llama', 'rms_norm_eps': -1 | rms_norm_eps | positive",
        "'model_type': 'llama', 'rope_theta': 1 | rope_theta | greater than 1",
        "'model_type': 'llama', 'rope_scaling': {'type': 'dynamic', 'factor': 2} | type | llama3 or",
        "'model_type': 'llama', 'rope_scaling': {'type': 'linear'} | rope_scaling | factor",
        "'model_type': 'llama', 'partial_rotary_factor': 0.5 | partial_rotary_factor | rotated whole",
        "'model_type': 'gemma3_text', 'attn_logit_softcapping': 50 | attn_logit_softcapping | null",
        "'model_type': 'gemma3_text', 'layer_types': ['full_attention'] | layer_types | layers 7",
        "'model_type': 'qwen3', 'max_position_embeddings': 0 | max_position_embeddings | at least 1",
      })
  void whatCannotBeRunIsRefused(String entries, String field, String allowed) {
    StringBuilder json = new StringBuilder(entries.strip().replace('\'', '"'));
    for (String entry : BASE.replace("\n", "").split(",", -1)) {
      String key = entry.strip().split(":", -1)[0];
      if (json.indexOf(key + ":") < 0) {
        json.append(',').append(entry);
      }
    }
    assertThatThrownBy(() -> read(json.toString()))
        .isInstanceOfSatisfying(
            MalformedFileException.class,
            e -> {
              assertThat(e.field()).contains(field);
              assertThat(e.allowed()).contains(allowed);
              assertThat(e.remedy()).isNotBlank();
            });
  }

  @ParameterizedTest
  @CsvSource({
    "hidden_size",
    "intermediate_size",
    "num_hidden_layers",
    "num_attention_heads",
    "vocab_size"
  })
  void dimensionsAreNeverGuessed(String missing) {
    String json = (BASE + ", \"model_type\": \"qwen3\"").replace('"' + missing + '"', "\"other\"");
    assertThatThrownBy(() -> read(json))
        .isInstanceOf(MalformedFileException.class)
        .hasMessageContaining(missing)
        .hasMessageContaining("nothing");
  }

  @Test
  void scalingChangesLowFrequenciesOnly() {
    RotaryEmbedding plain = new RotaryEmbedding(5e5, 128, new RopeScaling.None());
    RotaryEmbedding llama = new RotaryEmbedding(5e5, 128, new RopeScaling.Llama3(8, 1, 4, 8192));
    RotaryEmbedding yarn = new RotaryEmbedding(5e5, 128, new RopeScaling.Yarn(8, 8192, 32, 1, 1.2));
    RotaryEmbedding linear = new RotaryEmbedding(5e5, 128, new RopeScaling.Linear(8));
    double[] kept = plain.frequencies();
    assertThat(kept).hasSize(64);
    assertThat(kept[0]).isEqualTo(1);
    assertThat(kept[32]).isCloseTo(1 / Math.sqrt(5e5), within(1e-12));
    for (RotaryEmbedding scaled : new RotaryEmbedding[] {llama, yarn}) {
      double[] frequencies = scaled.frequencies();
      assertThat(frequencies[0]).isEqualTo(kept[0]);
      assertThat(frequencies[63]).isCloseTo(kept[63] / 8, within(1e-18));
      for (int i = 0; i < 64; i++) {
        assertThat(frequencies[i]).isBetween(kept[i] / 8 * (1 - 1e-12), kept[i] * (1 + 1e-12));
      }
    }
    assertThat(linear.frequencies()[5]).isEqualTo(kept[5] / 8);
    assertThat(yarn.magnitude()).isEqualTo(1.2);
    assertThat(llama.magnitude()).isEqualTo(1);
  }
}

package org.bitnet4j.formats.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Stream;
import org.bitnet4j.formats.gguf.GgufMetadata;
import org.bitnet4j.formats.gguf.GgufValue;
import org.bitnet4j.quant.MalformedFileException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ArchitectureMapTest {
  private static final List<String> PROJECTIONS =
      List.of(
          "self_attn.q_proj",
          "self_attn.k_proj",
          "self_attn.v_proj",
          "self_attn.o_proj",
          "mlp.gate_proj",
          "mlp.up_proj",
          "mlp.down_proj");

  static Stream<Arguments> names() {
    return Stream.of(
        Arguments.of(Configs.BITNET_2B, "model.embed_tokens.weight", "token_embd.weight"),
        Arguments.of(Configs.BITNET_2B, "model.norm.weight", "output_norm.weight"),
        Arguments.of(Configs.BITNET_2B, "lm_head.weight", "output.weight"),
        layer(Configs.BITNET_2B, 29, "self_attn.q_proj", "attn_q"),
        layer(Configs.BITNET_2B, 0, "self_attn.k_proj", "attn_k"),
        layer(Configs.BITNET_2B, 0, "self_attn.v_proj", "attn_v"),
        layer(Configs.BITNET_2B, 0, "self_attn.o_proj", "attn_output"),
        layer(Configs.BITNET_2B, 0, "mlp.gate_proj", "ffn_gate"),
        layer(Configs.BITNET_2B, 0, "mlp.up_proj", "ffn_up"),
        layer(Configs.BITNET_2B, 0, "mlp.down_proj", "ffn_down"),
        layer(Configs.BITNET_2B, 10, "input_layernorm", "attn_norm"),
        layer(Configs.BITNET_2B, 10, "post_attention_layernorm", "ffn_norm"),
        layer(Configs.BITNET_2B, 10, "self_attn.attn_sub_norm", "attn_sub_norm"),
        layer(Configs.BITNET_2B, 10, "mlp.ffn_sub_norm", "ffn_sub_norm"),
        layer(Configs.REPRODUCTION_3B, 25, "self_attn.inner_attn_ln", "attn_sub_norm"),
        layer(Configs.REPRODUCTION_3B, 25, "mlp.ffn_layernorm", "ffn_sub_norm"),
        Arguments.of(Configs.LLAMA_8B, "model.layers.3.self_attn.q_proj.bias", "blk.3.attn_q.bias"),
        Arguments.of(
            Configs.REPRODUCTION_3B,
            "model.layers.3.mlp.down_proj.weight_scale",
            "blk.3.ffn_down.scale"),
        layer(Configs.LLAMA_8B, 31, "post_attention_layernorm", "ffn_norm"),
        Arguments.of(Configs.EMBEDDING_600M, "embed_tokens.weight", "token_embd.weight"),
        Arguments.of(Configs.EMBEDDING_600M, "norm.weight", "output_norm.weight"),
        bare(Configs.EMBEDDING_600M, "self_attn.q_norm", "attn_q_norm"),
        bare(Configs.EMBEDDING_600M, "self_attn.k_norm", "attn_k_norm"),
        bare(Configs.EMBEDDING_600M, "self_attn.q_proj.norm", "attn_q_norm_in"),
        bare(Configs.EMBEDDING_600M, "self_attn.o_proj.norm", "attn_output_norm_in"),
        bare(Configs.EMBEDDING_600M, "mlp.down_proj.norm", "ffn_down_norm_in"),
        bare(Configs.EMBEDDING_600M, "post_attention_layernorm", "ffn_norm"),
        bare(Configs.EMBEDDING_270M, "post_attention_layernorm", "post_attention_norm"),
        bare(Configs.EMBEDDING_270M, "pre_feedforward_layernorm", "ffn_norm"),
        bare(Configs.EMBEDDING_270M, "post_feedforward_layernorm", "post_ffw_norm"),
        bare(Configs.EMBEDDING_270M, "mlp.gate_proj.norm", "ffn_gate_norm_in"));
  }

  private static Arguments layer(String config, int layer, String part, String gguf) {
    return Arguments.of(
        config,
        "model.layers." + layer + "." + part + ".weight",
        "blk." + layer + "." + gguf + ".weight");
  }

  private static Arguments bare(String config, String part, String gguf) {
    return Arguments.of(config, "layers.4." + part + ".weight", "blk.4." + gguf + ".weight");
  }

  @ParameterizedTest
  @MethodSource("names")
  void mapsNamesBothWays(String config, String huggingFace, String gguf) {
    ArchitectureMap map = Configs.map(config);
    assertThat(map.toGguf(huggingFace)).contains(gguf);
    assertThat(map.toHuggingFace(gguf)).contains(huggingFace);
    if (huggingFace.startsWith("model.")) {
      assertThat(map.toGguf(huggingFace.substring("model.".length()))).contains(gguf);
    } else {
      assertThat(map.toGguf("model." + huggingFace)).contains(gguf);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "blk",
        "blk.",
        "blk..attn_q.weight",
        "blk.-1.attn_q.weight",
        "blk.+1.attn_q.weight",
        "blk.01.attn_q.weight",
        "blk.30.attn_q.weight",
        "blk.4294967296.attn_q.weight",
        "blk.0.attn_q",
        "blk.0.attn_q.weight.x",
        "blk.0.attn_q.scales",
        "blk.0.attn_norm.scale",
        "blk.0.attn_qkv.weight",
        "blk.0.post_ffw_norm.weight",
        "output",
        "rope_freqs.weight",
        "model.layers.0.self_attn.q_proj.weight",
        "layers.-0.self_attn.q_proj.weight"
      })
  void knowsNoOtherNames(String name) {
    ArchitectureMap map = Configs.map(Configs.BITNET_2B);
    assertThat(map.toHuggingFace(name)).isEmpty();
    if (!name.startsWith("model.")) {
      assertThat(map.toGguf(name)).isEmpty();
    }
  }

  @Test
  void takesTheScaleOfOldWritersForAMultiplier() {
    ArchitectureMap map = Configs.map(Configs.REPRODUCTION_3B);
    assertThat(map.toHuggingFace("blk.0.attn_q.weight_scale"))
        .isEqualTo(map.toHuggingFace("blk.0.attn_q.scale"))
        .contains("model.layers.0.self_attn.q_proj.weight_scale");
  }

  @Test
  void orderRowsOfLlamaQueriesAndKeysOnly() {
    ArchitectureMap llama = Configs.map(Configs.LLAMA_8B);
    for (String suffix : List.of("weight", "bias", "weight_scale")) {
      assertThat(llama.rowOrder("model.layers.1.self_attn.q_proj." + suffix))
          .isEqualTo(new RowOrder(32, 128));
      assertThat(llama.rowOrder("model.layers.1.self_attn.k_proj." + suffix))
          .isEqualTo(new RowOrder(8, 128));
      assertThat(llama.rowOrder("model.layers.1.self_attn.v_proj." + suffix).isIdentity()).isTrue();
    }
    assertThat(Configs.map(Configs.FALCON3_1B).rowOrder("model.layers.0.self_attn.k_proj.weight"))
        .isEqualTo(new RowOrder(4, 256));
    for (String other :
        List.of(Configs.BITNET_2B, Configs.REPRODUCTION_3B, Configs.EMBEDDING_600M)) {
      for (String part : PROJECTIONS) {
        assertThat(Configs.map(other).rowOrder("model.layers.0." + part + ".weight").isIdentity())
            .isTrue();
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "model.norm.weight,ADD_ONE",
    "layers.0.input_layernorm.weight,ADD_ONE",
    "layers.17.post_attention_layernorm.weight,ADD_ONE",
    "layers.0.pre_feedforward_layernorm.weight,ADD_ONE",
    "layers.0.post_feedforward_layernorm.weight,ADD_ONE",
    "layers.0.self_attn.q_norm.weight,ADD_ONE",
    "layers.0.self_attn.k_norm.weight,ADD_ONE",
    "layers.0.self_attn.q_proj.norm.weight,NONE",
    "layers.0.mlp.down_proj.norm.weight,NONE",
    "layers.0.mlp.down_proj.weight,NONE",
    "layers.18.input_layernorm.weight,NONE",
    "layers.0.unknown_norm.weight,NONE",
    "embed_tokens.weight,NONE"
  })
  void addsOneToTheNormsOfGemma(String name, ValueChange change) {
    assertThat(Configs.map(Configs.EMBEDDING_270M).valueChange(name)).isEqualTo(change);
    assertThat(Configs.map(Configs.EMBEDDING_600M).valueChange(name)).isEqualTo(ValueChange.NONE);
  }

  @Test
  void changesValuesBothWays() {
    for (float value : new float[] {0, -0.5f, 0.0078125f, 3.25f, -1f}) {
      assertThat(ValueChange.NONE.toGguf(value)).isEqualTo(value);
      assertThat(ValueChange.NONE.toHuggingFace(value)).isEqualTo(value);
      assertThat(ValueChange.ADD_ONE.toGguf(value)).isEqualTo(value + 1);
      assertThat(ValueChange.ADD_ONE.toHuggingFace(ValueChange.ADD_ONE.toGguf(value)))
          .isEqualTo(value);
    }
    float small = 1e-6f;
    assertThat(ValueChange.ADD_ONE.toHuggingFace(ValueChange.ADD_ONE.toGguf(small)))
        .isCloseTo(small, org.assertj.core.data.Offset.offset(0x1p-24f));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 5})
  void onlyProjectionsMayBeTernary(int layer) {
    ArchitectureMap map = Configs.map(Configs.BITNET_2B);
    for (String part : PROJECTIONS) {
      assertThat(map.isTernaryCandidate("model.layers." + layer + "." + part + ".weight")).isTrue();
      assertThat(map.isTernaryCandidate("model.layers." + layer + "." + part + ".bias")).isFalse();
    }
    for (String other :
        List.of(
            "model.embed_tokens.weight",
            "lm_head.weight",
            "model.norm.weight",
            "model.layers.0.input_layernorm.weight",
            "model.layers.0.self_attn.attn_sub_norm.weight",
            "model.layers.30.mlp.up_proj.weight",
            "vision.mlp.up_proj.weight")) {
      assertThat(map.isTernaryCandidate(other)).as(other).isFalse();
    }
  }

  private static GgufMetadata.Builder gguf(String architecture) {
    return GgufMetadata.builder()
        .put("general.architecture", GgufValue.text(architecture))
        .put(architecture + ".block_count", GgufValue.u32(2))
        .put(architecture + ".embedding_length", GgufValue.u32(64))
        .put(architecture + ".attention.head_count", GgufValue.u32(4))
        .put(architecture + ".attention.head_count_kv", GgufValue.u32(2));
  }

  @ParameterizedTest
  @CsvSource({
    "bitnet-b1.58,BitNetForCausalLM,blk.0.attn_sub_norm.weight,self_attn.attn_sub_norm",
    "bitnet-25,BitNetForCausalLM,blk.0.ffn_sub_norm.weight,mlp.ffn_sub_norm",
    "bitnet,BitnetForCausalLM,blk.0.attn_sub_norm.weight,self_attn.inner_attn_ln",
    "llama,LlamaForCausalLM,blk.0.ffn_norm.weight,post_attention_layernorm",
    "qwen3,Qwen3ForCausalLM,blk.0.attn_q_norm.weight,self_attn.q_norm",
    "gemma3,Gemma3ForCausalLM,blk.0.post_ffw_norm.weight,post_feedforward_layernorm"
  })
  void findsTheArchitectureOfGguf(String name, String className, String tensor, String part) {
    ArchitectureMap map = ArchitectureMap.ofGguf(gguf(name).build()).orElseThrow();
    assertThat(map.ggufArchitecture()).isEqualTo(name);
    assertThat(map.huggingFaceArchitecture()).isEqualTo(className);
    assertThat(map.toHuggingFace(tensor)).contains("model.layers.0." + part + ".weight");
    assertThat(map.rowOrder("model.layers.0.self_attn.k_proj.weight"))
        .isEqualTo(name.equals("llama") ? new RowOrder(2, 16) : RowOrder.identity());
  }

  @Test
  void tellsTheKindsOfBitnetApart() {
    GgufMetadata.Builder newer =
        gguf("bitnet").put("bitnet.hidden_activation", GgufValue.text("relu2"));
    ArchitectureMap squared = ArchitectureMap.ofGguf(newer.build()).orElseThrow();
    assertThat(squared.huggingFaceArchitecture()).isEqualTo("BitNetForCausalLM");
    assertThat(squared.toHuggingFace("blk.1.ffn_sub_norm.weight"))
        .contains("model.layers.1.mlp.ffn_sub_norm.weight");
    String silu = Configs.BITNET_2B.replace("relu2", "silu");
    ArchitectureMap map = Configs.map(silu);
    assertThat(map.ggufArchitecture()).isEqualTo("bitnet");
    assertThat(map.toGguf("model.layers.0.mlp.ffn_sub_norm.weight"))
        .contains("blk.0.ffn_sub_norm.weight");
    assertThatThrownBy(() ->
            ArchitectureMap.ofGguf(
                gguf("bitnet").put("bitnet.hidden_activation", GgufValue.text("gelu")).build()))
        .isInstanceOf(MalformedFileException.class)
        .hasMessageContaining("hidden_activation");
  }

  @Test
  void takesModelsForEmbeddingsWithoutPrefix() {
    GgufMetadata.Builder keys = gguf("qwen3").put("qwen3.pooling_type", GgufValue.u32(3));
    ArchitectureMap map = ArchitectureMap.ofGguf(keys.build()).orElseThrow();
    assertThat(map.huggingFaceArchitecture()).isEqualTo("Qwen3Model");
    assertThat(map.toHuggingFace("token_embd.weight")).contains("embed_tokens.weight");
    keys.put(ArchitectureDetection.CLASS_KEY, GgufValue.text("Qwen3ForCausalLM"));
    assertThat(
            ArchitectureMap.ofGguf(keys.build()).orElseThrow().toHuggingFace("blk.0.attn_q.bias"))
        .contains("model.layers.0.self_attn.q_proj.bias");
  }

  @Test
  void findsTheArchitectureByTheModelTypeToo() {
    for (String config : List.of(Configs.BITNET_2B, Configs.LLAMA_8B)) {
      String unnamed = config.replaceFirst("\"architectures\":\\[\"[^\"]*\"],", "");
      assertThat(Configs.map(unnamed).ggufArchitecture())
          .isEqualTo(Configs.map(config).ggufArchitecture());
    }
  }

  @Test
  void leavesOtherArchitecturesToTheCaller() {
    assertThat(ArchitectureMap.ofGguf(gguf("mamba").build())).isEmpty();
    assertThat(ArchitectureMap.ofGguf(GgufMetadata.builder().build())).isEmpty();
    assertThat(
            ArchitectureMap.ofHuggingFace(
                Configs.bytes("{\"architectures\":[\"OlmoForCausalLM\"]}"), name -> true))
        .isEmpty();
    assertThat(ArchitectureMap.ofHuggingFace(Configs.bytes("{}"), name -> true)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"hidden_act\":\"relu2\"|\"hidden_act\":\"gelu\"|relu2 or silu",
        "\"num_hidden_layers\":30|\"num_hidden_layers\":-1|integer in",
        "\"num_hidden_layers\":30|\"num_hidden_layers\":2000000|at most",
        "\"num_hidden_layers\":30,|''|num_hidden_layers",
        "\"num_attention_heads\":20|\"num_attention_heads\":0|at least 1",
        "\"num_attention_heads\":20|\"num_attention_heads\":21|multiple",
        "\"num_attention_heads\":20|\"num_attention_heads\":\"20\"|integer in",
        "[\"BitNetForCausalLM\"]|[1]|a string",
        "[\"BitNetForCausalLM\"]|\"BitNetForCausalLM\"|an array",
      })
  void refusesConfigurations(String from, String to, String message) {
    assertThat(Configs.BITNET_2B).contains(from);
    assertThatThrownBy(() -> Configs.map(Configs.BITNET_2B.replace(from, to)))
        .isInstanceOf(MalformedFileException.class)
        .hasMessageContaining(message);
  }

  @Test
  void refusesAnotherActivationThanTheArchitectureImplies() {
    assertThatThrownBy(() -> Configs.map(Configs.LLAMA_8B.replace("silu", "gelu")))
        .isInstanceOf(MalformedFileException.class)
        .hasMessageContaining("hidden_act must be silu, got [\"gelu\"]");
  }

  @Test
  void refusesHeadsThatCannotRotate() {
    assertThatThrownBy(() -> Configs.map(Configs.FALCON3_1B.replace("256", "255")))
        .isInstanceOf(MalformedFileException.class)
        .hasMessageContaining("even");
  }

  @ParameterizedTest
  @CsvSource({
    "block_count,-1",
    "block_count,100001",
    "attention.head_count,0",
    "embedding_length,65",
    "attention.head_count_kv,0",
    "attention.key_length,15"
  })
  void refusesMetadata(String key, long value) {
    GgufMetadata.Builder keys =
        gguf("llama")
            .put(
                "llama." + key,
                new GgufValue.Int(org.bitnet4j.formats.gguf.GgufValueType.INT64, value));
    assertThatThrownBy(() -> ArchitectureMap.ofGguf(keys.build()))
        .isInstanceOf(MalformedFileException.class)
        .hasMessageContaining(key);
  }

  @ParameterizedTest
  @ValueSource(strings = {"block_count", "attention.head_count", "embedding_length"})
  void refusesMissingMetadata(String key) {
    assertThatThrownBy(() -> ArchitectureMap.ofGguf(gguf("qwen3").remove("qwen3." + key).build()))
        .isInstanceOf(MalformedFileException.class)
        .hasMessageContaining("key qwen3." + key);
    GgufMetadata.Builder perLayer = gguf("qwen3").put("qwen3." + key, GgufValue.i32s(1, 2));
    assertThatThrownBy(() -> ArchitectureMap.ofGguf(perLayer.build()))
        .isInstanceOf(MalformedFileException.class);
  }
}

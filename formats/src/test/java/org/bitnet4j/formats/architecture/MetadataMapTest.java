package org.bitnet4j.formats.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.bitnet4j.formats.gguf.GgufMetadata;
import org.bitnet4j.formats.gguf.GgufValue;
import org.bitnet4j.formats.gguf.MetadataFile;
import org.bitnet4j.formats.json.JsonTree;
import org.bitnet4j.quant.MalformedFileException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

final class MetadataMapTest {
  private static SortedMap<String, byte[]> files(String config) {
    SortedMap<String, byte[]> files = new TreeMap<>();
    files.put("config.json", Configs.bytes(config));
    return files;
  }

  private static GgufMetadata toGguf(String config) {
    return MetadataMap.toGguf(Configs.map(config), files(config));
  }

  private static JsonTree config(SortedMap<String, byte[]> files) {
    return JsonTree.parse("config.json", Objects.requireNonNull(files.get("config.json")));
  }

  /// Keys, types and values of the official 2B-4T file, plus the activation.
  @Test
  void writesTheKeysOfTheOfficialModel() {
    GgufMetadata keys = toGguf(Configs.BITNET_2B);
    GgufMetadata wanted =
        GgufMetadata.builder()
            .put("general.architecture", GgufValue.text("bitnet-b1.58"))
            .put("general.quantization_version", GgufValue.u32(2))
            .put("bitnet-b1.58.vocab_size", GgufValue.u32(128256))
            .put("bitnet-b1.58.context_length", GgufValue.u32(4096))
            .put("bitnet-b1.58.embedding_length", GgufValue.u32(2560))
            .put("bitnet-b1.58.block_count", GgufValue.u32(30))
            .put("bitnet-b1.58.feed_forward_length", GgufValue.u32(6912))
            .put("bitnet-b1.58.rope.dimension_count", GgufValue.u32(128))
            .put("bitnet-b1.58.attention.head_count", GgufValue.u32(20))
            .put("bitnet-b1.58.attention.head_count_kv", GgufValue.u32(5))
            .put("bitnet-b1.58.attention.layer_norm_rms_epsilon", GgufValue.f32(1e-5f))
            .put("bitnet-b1.58.rope.freq_base", GgufValue.f32(500000))
            .put("bitnet-b1.58.hidden_activation", GgufValue.text("relu2"))
            .put("tokenizer.ggml.model", GgufValue.text("no_vocab"))
            .build();
    assertThat(keys.keys()).isEqualTo(wanted.keys());
    assertThat(keys).isEqualTo(wanted);
  }

  @Test
  void writesHeadsThatAreNotHiddenByHeads() {
    GgufMetadata embedding = toGguf(Configs.EMBEDDING_600M);
    assertThat(embedding.integer("qwen3.attention.key_length")).hasValue(128);
    assertThat(embedding.integer("qwen3.attention.value_length")).hasValue(128);
    assertThat(embedding.integer("qwen3.rope.dimension_count")).hasValue(128);
    assertThat(toGguf(Configs.FALCON3_1B).has("llama.attention.key_length")).isFalse();
    assertThat(
            toGguf(Configs.FALCON3_1B.replace("\"head_dim\":256", "\"head_dim\":128"))
                .integer("llama.attention.key_length"))
        .hasValue(128);
  }

  @Test
  void poolsTheLastTokenOfEmbeddings() throws IOException {
    assertThat(toGguf(Configs.EMBEDDING_600M).integer("qwen3.pooling_type")).hasValue(3);
    assertThat(toGguf(Configs.EMBEDDING_270M).integer("gemma3.pooling_type")).hasValue(3);
    String other = Configs.EMBEDDING_600M.replace("Qwen3Model", "Qwen3ForCausalLM");
    assertThat(toGguf(other).has("qwen3.pooling_type")).isFalse();
    SortedMap<String, byte[]> files = files(Configs.EMBEDDING_600M);
    files.put("1_Pooling/config.json", Configs.bytes("{\"pooling_mode_mean_tokens\":true}"));
    assertThat(
            MetadataMap.toGguf(Configs.map(Configs.EMBEDDING_600M), files)
                .integer("qwen3.pooling_type"))
        .hasValue(1);
    files.put("1_Pooling/config.json", Configs.bytes("{\"pooling_mode_max_tokens\":true}"));
    assertThatThrownBy(() -> MetadataMap.toGguf(Configs.map(Configs.EMBEDDING_600M), files))
        .isInstanceOf(MalformedFileException.class)
        .hasMessageContaining("1_Pooling/config.json");
  }

  @Test
  void writesTheLayersOfGemma() {
    GgufMetadata keys = toGguf(Configs.EMBEDDING_270M);
    assertThat(keys.integer("gemma3.attention.sliding_window")).hasValue(512);
    assertThat(keys.number("gemma3.rope.freq_base")).contains(1e6);
    assertThat(keys.number("gemma3.rope.freq_base_swa")).contains(1e4);
    String full = Configs.EMBEDDING_270M.replace("pattern\":6", "pattern\":1");
    assertThat(toGguf(full).has("gemma3.attention.sliding_window")).isFalse();
    SortedMap<String, byte[]> back =
        MetadataMap.toSideFiles(Configs.map(full), toGguf(full), name -> false);
    assertThat(config(back).get("sliding_window_pattern").integer(9)).isEqualTo(1);
    SortedMap<String, byte[]> sliding =
        MetadataMap.toSideFiles(Configs.map(Configs.EMBEDDING_270M), keys, name -> false);
    assertThat(config(sliding).get("sliding_window_pattern").integer(9)).isEqualTo(6);
    assertThat(config(sliding).get("rope_local_base_freq").number()).isEqualTo(1e4);
    assertThat(config(sliding).get("query_pre_attn_scalar").integer(999)).isEqualTo(256);
    assertThat(config(sliding).get("hidden_activation").text()).isEqualTo("gelu_pytorch_tanh");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"rope_scaling\":{\"rope_type\":\"default\"}|''|''",
        "\"rope_scaling\":{\"type\":\"linear\",\"factor\":4.0}|linear|4.0",
        "\"rope_scaling\":{\"rope_type\":\"yarn\",\"factor\":2.5,\"original_max_position_embeddings\":1024,\"beta_fast\":32}|yarn|2.5",
        "\"rope_parameters\":{\"rope_type\":\"linear\",\"factor\":8,\"rope_theta\":7}|linear|8.0"
      })
  void scalesRotation(String scaling, String type, String factor) {
    String json = Configs.LLAMA_8B.replaceFirst("\\{", "{" + scaling + ",");
    GgufMetadata keys = toGguf(json);
    assertThat(keys.text("llama.rope.scaling.type").orElse("")).isEqualTo(type);
    assertThat(keys.number("llama.rope.scaling.factor").map(Object::toString).orElse(""))
        .isEqualTo(factor);
    assertThat(keys.number("llama.rope.freq_base")).contains(500000.0);
    SortedMap<String, byte[]> back =
        MetadataMap.toSideFiles(Configs.map(json), keys, name -> false);
    back.remove(MetadataMap.STORED);
    assertThat(MetadataMap.toGguf(Configs.map(json), back)).isEqualTo(keys);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"rope_scaling\":{\"rope_type\":\"llama3\",\"factor\":8}|rope_type default, linear or yarn",
        "\"rope_scaling\":{\"rope_type\":\"linear\"}|factor",
        "\"rope_scaling\":{\"rope_type\":\"yarn\",\"factor\":2}|original_max_position_embeddings",
        "\"rope_scaling\":\"linear\"|rope_scaling must be an object",
        "\"max_position_embeddings\":-1|unique"
      })
  void refusesWhatEnginesCannotEvaluate(String entry, String message) {
    String json = Configs.LLAMA_8B.replaceFirst("\\{", "{" + entry + ",");
    assertThatThrownBy(() -> toGguf(json))
        .isInstanceOf(MalformedFileException.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"query_pre_attn_scalar\":256|\"query_pre_attn_scalar\":168|head_dim 256",
        "\"sliding_window_pattern\":6|\"sliding_window_pattern\":4|sliding_window_pattern must be 6",
        "\"sliding_window_pattern\":6|\"layer_types\":[\"full_attention\",\"sliding_attention\"]|every sixth layer",
        "\"sliding_window_pattern\":6|\"layer_types\":[\"linear_attention\"]|full_attention or",
        "\"head_dim\":256|\"head_dim\":256,\"attn_logit_softcapping\":50|attn_logit_softcapping",
        "\"vocab_size\":262144,|''|vocab_size",
        "\"intermediate_size\":2048,|''|intermediate_size"
      })
  void refusesGemmaThatEnginesCannotEvaluate(String from, String to, String message) {
    assertThat(Configs.EMBEDDING_270M).contains(from);
    assertThatThrownBy(() -> toGguf(Configs.EMBEDDING_270M.replace(from, to)))
        .isInstanceOf(MalformedFileException.class)
        .hasMessageContaining(message);
  }

  static List<String> configs() {
    return List.of(
        Configs.BITNET_2B,
        Configs.BITNET_2B.replace("relu2", "silu"),
        Configs.REPRODUCTION_3B,
        Configs.LLAMA_8B,
        Configs.FALCON3_1B,
        Configs.FALCON3_1B.replace("\"head_dim\":256", "\"head_dim\":128"),
        Configs.EMBEDDING_600M,
        Configs.EMBEDDING_600M.replace("Qwen3Model", "Qwen3ForCausalLM"),
        Configs.EMBEDDING_270M,
        Configs.LLAMA_8B.replace("LlamaForCausalLM", "LlamaModel"));
  }

  /// Every fact that both sides know is the same after the way there and back, names included.
  @ParameterizedTest
  @MethodSource("configs")
  void configurationsComeBack(String json) {
    GgufMetadata keys = toGguf(json);
    ArchitectureMap map = ArchitectureMap.ofGguf(keys).orElseThrow();
    ArchitectureMap before = Configs.map(json);
    assertThat(map.huggingFaceArchitecture()).isEqualTo(before.huggingFaceArchitecture());
    assertThat(map.toHuggingFace("blk.1.ffn_norm.weight"))
        .isEqualTo(before.toHuggingFace("blk.1.ffn_norm.weight"));
    assertThat(map.toHuggingFace("blk.1.attn_sub_norm.weight"))
        .isEqualTo(before.toHuggingFace("blk.1.attn_sub_norm.weight"));
    SortedMap<String, byte[]> files =
        MetadataMap.toSideFiles(map, keys, name -> name.equals("output.weight"));
    JsonTree first = JsonTree.parse("config.json", Configs.bytes(json));
    JsonTree second = config(files);
    for (String key :
        List.of(
            "model_type",
            "hidden_size",
            "intermediate_size",
            "num_hidden_layers",
            "num_attention_heads",
            "num_key_value_heads",
            "head_dim",
            "vocab_size",
            "max_position_embeddings",
            "hidden_act",
            "sliding_window")) {
      first
          .find(key)
          .ifPresent(
              value -> assertThat(second.get(key).toString()).as(key).isEqualTo(value.toString()));
    }
    for (String key : List.of("rms_norm_eps", "rope_theta")) {
      assertThat(second.get(key).number()).isEqualTo(first.get(key).number());
    }
    assertThat(second.get("tie_word_embeddings").truth()).isFalse();
    files.remove(MetadataMap.STORED);
    assertThat(MetadataMap.toGguf(map, files)).isEqualTo(keys);
  }

  @Test
  void tiesTheHeadWhereThereIsNone() {
    GgufMetadata keys = toGguf(Configs.LLAMA_8B);
    SortedMap<String, byte[]> files =
        MetadataMap.toSideFiles(
            Configs.map(Configs.LLAMA_8B), keys, name -> name.equals("blk.0.attn_q.bias"));
    assertThat(config(files).get("tie_word_embeddings").truth()).isTrue();
    assertThat(config(files).get("attention_bias").truth()).isTrue();
  }

  @Test
  void namesTheModelWithoutItsPath() {
    String named =
        Configs.BITNET_2B.replaceFirst("\\{", "{\"_name_or_path\":\"up/models/bitnet-2b\",");
    assertThat(toGguf(named).text("general.name")).contains("bitnet-2b");
    assertThat(toGguf(named.replace("bitnet-2b\"", "\"")).has("general.name")).isFalse();
    assertThat(toGguf(named.replace("up/models/", "up\\\\models\\\\")).text("general.name"))
        .contains("bitnet-2b");
  }

  private static GgufMetadata golden() throws IOException {
    try (InputStream file =
        Objects.requireNonNull(
            MetadataMapTest.class.getResourceAsStream("tiny-b158.gguf-metadata"))) {
      return MetadataFile.decode("golden", file.readAllBytes());
    }
  }

  private static ArchitectureMap map(GgufMetadata keys) {
    return ArchitectureMap.ofGguf(keys).orElseThrow();
  }

  /// Metadata that somebody else wrote, with keys that Hugging Face has no place for.
  @Test
  void keysOfGgufComeBackBitForBit() throws IOException {
    GgufMetadata keys =
        golden().toBuilder()
            .put("general.author", GgufValue.text("somebody"))
            .put("bitnet-b1.58.unknown", GgufValue.i32s(-1, 2))
            .build();
    SortedMap<String, byte[]> files = MetadataMap.toSideFiles(map(keys), keys, name -> false);
    assertThat(files.keySet())
        .containsExactly(
            "config.json",
            "generation_config.json",
            MetadataMap.STORED,
            "tokenizer.json",
            "tokenizer_config.json");
    GgufMetadata back = MetadataMap.toGguf(map(keys), files);
    assertThat(back).isEqualTo(keys);
    assertThat(MetadataFile.encode(back)).isEqualTo(MetadataFile.encode(keys));
    ArchitectureMap huggingFace =
        ArchitectureMap.ofHuggingFace(
                Objects.requireNonNull(files.get("config.json")), name -> false)
            .orElseThrow();
    assertThat(MetadataMap.toGguf(huggingFace, files)).isEqualTo(keys);
  }

  @Test
  void aChangedFileWinsOverItsStoredKeysOnly() throws IOException {
    GgufMetadata keys = golden();
    SortedMap<String, byte[]> files = MetadataMap.toSideFiles(map(keys), keys, name -> false);
    String config =
        new String(Objects.requireNonNull(files.get("config.json")), StandardCharsets.UTF_8);
    assertThat(config).contains("\"rope_theta\":500000.0");
    files.put("config.json", Configs.bytes(config.replace("500000.0", "10000.0")));
    files.put("chat_template.jinja", "{{ messages }}".getBytes(StandardCharsets.UTF_8));
    GgufMetadata wanted =
        keys.toBuilder()
            .put("bitnet-b1.58.rope.freq_base", GgufValue.f32(10000))
            .put("tokenizer.chat_template", GgufValue.text("{{ messages }}"))
            .build();
    assertThat(MetadataMap.toGguf(map(keys), files)).isEqualTo(wanted);
  }

  @Test
  void aRemovedFactTakesItsStoredKeyAway() throws IOException {
    GgufMetadata keys =
        golden().toBuilder()
            .put("tokenizer.chat_template", GgufValue.text("{{ messages }}"))
            .build();
    SortedMap<String, byte[]> files = MetadataMap.toSideFiles(map(keys), keys, name -> false);
    String config =
        new String(
            Objects.requireNonNull(files.get("tokenizer_config.json")), StandardCharsets.UTF_8);
    files.put(
        "tokenizer_config.json",
        Configs.bytes(config.replace("\"chat_template\":\"{{ messages }}\"", "\"x\":1")));
    assertThat(MetadataMap.toGguf(map(keys), files)).isEqualTo(golden());
  }

  /// A file that only says how tensors are stored changes no key.
  @Test
  void otherEntriesChangeNothing() throws IOException {
    GgufMetadata keys = golden();
    SortedMap<String, byte[]> files = MetadataMap.toSideFiles(map(keys), keys, name -> false);
    String config =
        new String(Objects.requireNonNull(files.get("config.json")), StandardCharsets.UTF_8);
    files.put(
        "config.json",
        Configs.bytes(config.replaceFirst("\\{", "{\"quantization_config\":{\"a\":1},")));
    files.put("LICENSE", new byte[] {1});
    assertThat(MetadataMap.toGguf(map(keys), files)).isEqualTo(keys);
  }

  @Test
  void aMissingFileLeavesItsKeysAsTheyWere() throws IOException {
    GgufMetadata keys = golden();
    SortedMap<String, byte[]> files = MetadataMap.toSideFiles(map(keys), keys, name -> false);
    files.keySet().retainAll(List.of(MetadataMap.STORED));
    assertThat(MetadataMap.toGguf(map(keys), files)).isEqualTo(keys);
  }

  @Test
  void theCallerNamesThePreTokenizer() throws IOException {
    GgufMetadata keys = golden();
    SortedMap<String, byte[]> files = MetadataMap.toSideFiles(map(keys), keys, name -> false);
    assertThat(MetadataMap.toGguf(map(keys), files, "gpt-2"))
        .isEqualTo(keys.toBuilder().put("tokenizer.ggml.pre", GgufValue.text("gpt-2")).build());
  }

  @Test
  void anotherNameOfTheArchitectureIsKept() throws IOException {
    GgufMetadata.Builder renamed = GgufMetadata.builder();
    GgufMetadata golden = golden();
    for (String key : golden.keys()) {
      renamed.put(
          key.replace("bitnet-b1.58", "bitnet-25"), Objects.requireNonNull(golden.find(key)));
    }
    GgufMetadata keys = renamed.put("general.architecture", GgufValue.text("bitnet-25")).build();
    SortedMap<String, byte[]> files = MetadataMap.toSideFiles(map(keys), keys, name -> false);
    ArchitectureMap huggingFace =
        ArchitectureMap.ofHuggingFace(
                Objects.requireNonNull(files.get("config.json")), name -> false)
            .orElseThrow();
    assertThat(huggingFace.ggufArchitecture()).isEqualTo("bitnet-b1.58");
    assertThat(MetadataMap.toGguf(huggingFace, files)).isEqualTo(keys);
  }

  @Test
  void refusesStoredKeysOfAnotherModel() throws IOException {
    SortedMap<String, byte[]> files = files(Configs.LLAMA_8B);
    files.put(MetadataMap.STORED, MetadataFile.encode(golden()));
    assertThatThrownBy(() -> MetadataMap.toGguf(Configs.map(Configs.LLAMA_8B), files))
        .isInstanceOf(MalformedFileException.class)
        .hasMessageContaining("Remove the file gguf-metadata");
  }

  @Test
  void refusesAModelWithoutConfiguration() {
    assertThatThrownBy(() -> MetadataMap.toGguf(Configs.map(Configs.LLAMA_8B), new TreeMap<>()))
        .isInstanceOf(MalformedFileException.class)
        .hasMessageContaining("config.json");
  }

  @Test
  void storedKeysAreReadStrictly() throws IOException {
    byte[] good = MetadataFile.encode(golden());
    assertThat(MetadataFile.decode("x", good)).isEqualTo(golden());
    for (int size = 0; size < good.length; size += size < 1000 ? 1 : 97) {
      byte[] cut = Arrays.copyOf(good, size);
      assertThatThrownBy(() -> MetadataFile.decode("x", cut))
          .isInstanceOf(MalformedFileException.class);
    }
    assertThatThrownBy(() -> MetadataFile.decode("x", Arrays.copyOf(good, good.length + 1)))
        .isInstanceOf(MalformedFileException.class)
        .hasMessageContaining("behind the last key");
    for (int at : new int[] {0, 4, 8}) {
      byte[] changed = good.clone();
      changed[at] ^= 1;
      assertThatThrownBy(() -> MetadataFile.decode("x", changed))
          .isInstanceOf(MalformedFileException.class);
    }
  }

  /// The shipped checkpoint becomes metadata that come back.
  @Test
  void theShippedCheckpointComesBack() throws IOException {
    Path directory = Path.of("..", "checkpoints", "tiny-bitnet");
    SortedMap<String, byte[]> files = new TreeMap<>();
    for (String name : List.of("config.json", "tokenizer.json", "tokenizer_config.json")) {
      files.put(name, Files.readAllBytes(directory.resolve(name)));
    }
    ArchitectureMap map =
        ArchitectureMap.ofHuggingFace(
                Objects.requireNonNull(files.get("config.json")), name -> name.startsWith("model."))
            .orElseThrow();
    GgufMetadata keys = MetadataMap.toGguf(map, files);
    assertThat(keys.text("general.architecture")).contains("bitnet-b1.58");
    assertThat(keys.integer("bitnet-b1.58.rope.dimension_count")).hasValue(64);
    assertThat(keys.integer("tokenizer.ggml.eos_token_id")).hasValue(258);
    SortedMap<String, byte[]> back = MetadataMap.toSideFiles(map(keys), keys, name -> false);
    assertThat(config(back).get("eos_token_id").integer(999)).isEqualTo(258);
    assertThat(config(back).get("hidden_act").text()).isEqualTo("relu2");
    back.remove(MetadataMap.STORED);
    assertThat(MetadataMap.toGguf(map(keys), back)).isEqualTo(keys);
  }
}

package org.bitnet4j.formats.architecture;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import org.bitnet4j.formats.gguf.GgufMetadata;
import org.bitnet4j.formats.gguf.GgufValue;
import org.bitnet4j.formats.json.JsonTree;

/// The keys of GGUF that follow from config.json, with the names, types and order of the native
/// converters.
final class ConfigKeys {
  private static final String REMEDY =
      "GGUF engines cannot evaluate it: keep the model in Hugging Face form.";
  private static final String POOLING_CONFIG = "1_Pooling/config.json";
  private static final int MEAN = 1;
  private static final int FIRST = 2;
  private static final int LAST = 3;

  private final ArchitectureMap map;
  private final ConfigFacts config;
  private final GgufMetadata.Builder keys = GgufMetadata.builder();

  private ConfigKeys(ArchitectureMap map, ConfigFacts config) {
    this.map = map;
    this.config = config;
  }

  static GgufMetadata of(
      ArchitectureMap map, ConfigFacts config, SortedMap<String, byte[]> sideFiles) {
    return new ConfigKeys(map, config).keys(sideFiles);
  }

  private void put(String name, GgufValue value) {
    keys.put(map.ggufArchitecture() + "." + name, value);
  }

  private GgufMetadata keys(SortedMap<String, byte[]> sideFiles) {
    keys.put("general.architecture", GgufValue.text(map.ggufArchitecture()));
    name().ifPresent(name -> keys.put("general.name", GgufValue.text(name)));
    keys.put("general.quantization_version", GgufValue.u32(2));
    put("vocab_size", GgufValue.u32(config.required("vocab_size", 1)));
    integer("max_position_embeddings", "context_length");
    put("embedding_length", GgufValue.u32(config.required("hidden_size", 1)));
    put("block_count", GgufValue.u32(config.required("num_hidden_layers", 0)));
    put("feed_forward_length", GgufValue.u32(config.required("intermediate_size", 1)));
    put("rope.dimension_count", GgufValue.u32(config.headDim()));
    put("attention.head_count", GgufValue.u32(config.required("num_attention_heads", 1)));
    put("attention.head_count_kv", GgufValue.u32(config.keyValueHeads()));
    headDim();
    put(
        "attention.layer_norm_rms_epsilon",
        GgufValue.f32(config.number("rms_norm_eps").orElse(1e-6).floatValue()));
    config.ropeTheta().ifPresent(theta -> put("rope.freq_base", GgufValue.f32(theta.floatValue())));
    ropeScaling();
    if (map.architecture() == Architecture.GEMMA3) {
      gemma();
    }
    if (map.architecture().isBitnet()) {
      put(ArchitectureDetection.ACTIVATION, GgufValue.text(map.architecture().activation()));
    }
    OptionalInt pooling = pooling(sideFiles);
    if (pooling.isPresent()) {
      put(ArchitectureDetection.POOLING, GgufValue.u32(pooling.getAsInt()));
    }
    if (!map.huggingFaceArchitecture().equals(impliedClass(pooling.isPresent()))) {
      keys.put(ArchitectureDetection.CLASS_KEY, GgufValue.text(map.huggingFaceArchitecture()));
    }
    return keys.build();
  }

  /// The class that the other keys alone would give back.
  private String impliedClass(boolean pooled) {
    Architecture architecture = map.architecture();
    if (architecture == Architecture.BITNET_SILU) {
      return Architecture.BITNET_REPRODUCTION.className();
    }
    return pooled ? architecture.baseClassName() : architecture.className();
  }

  /// The last part of the name that the model was saved under; paths are nobody's business.
  private Optional<String> name() {
    return config
        .text("_name_or_path")
        .map(path -> path.substring(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1))
        .filter(name -> !name.isBlank() && name.indexOf('\0') < 0);
  }

  private void integer(String from, String to) {
    config.integer(from, 0).ifPresent(value -> put(to, GgufValue.u32(value)));
  }

  private void headDim() {
    int headDim = config.headDim();
    boolean always =
        map.architecture() == Architecture.QWEN3 || map.architecture() == Architecture.GEMMA3;
    long implied = (long) config.required("num_attention_heads", 1) * headDim;
    if (always || implied != config.required("hidden_size", 1)) {
      put("attention.key_length", GgufValue.u32(headDim));
      put("attention.value_length", GgufValue.u32(headDim));
    }
  }

  private void ropeScaling() {
    Optional<JsonTree> scaling = config.ropeParameters();
    String type =
        scaling
            .flatMap(tree -> tree.find("rope_type").or(() -> tree.find("type")))
            .map(JsonTree::text)
            .orElse("default");
    switch (type) {
      case "default", "none" -> {
        if (map.ggufArchitecture().equals("bitnet")) {
          // Without effect, and written by the converters of this architecture.
          ropeScaling("linear", 1);
        }
      }
      case "linear" -> ropeScaling(type, scaling.orElseThrow().get("factor").number());
      case "yarn" -> {
        JsonTree yarn = scaling.orElseThrow();
        ropeScaling(type, yarn.get("factor").number());
        put(
            "rope.scaling.original_context_length",
            GgufValue.u32(yarn.get("original_max_position_embeddings").integer(Integer.MAX_VALUE)));
        yarn("extrapolation_factor", "yarn_ext_factor", yarn);
        yarn("attention_factor", "yarn_attn_factor", yarn);
        yarn("beta_fast", "yarn_beta_fast", yarn);
        yarn("beta_slow", "yarn_beta_slow", yarn);
      }
      default -> throw scaling.orElseThrow().refuse("of rope_type default, linear or yarn", REMEDY);
    }
  }

  private void ropeScaling(String type, double factor) {
    put("rope.scaling.type", GgufValue.text(type));
    put("rope.scaling.factor", GgufValue.f32((float) factor));
  }

  private void yarn(String from, String to, JsonTree yarn) {
    yarn.find(from)
        .map(JsonTree::number)
        .ifPresent(value -> put("rope.scaling." + to, GgufValue.f32(value.floatValue())));
  }

  private void gemma() {
    Optional<JsonTree> scalar = config.root().find("query_pre_attn_scalar");
    if (scalar.isPresent() && scalar.get().number() != config.headDim()) {
      throw scalar.get().refuse("head_dim " + config.headDim(), REMEDY);
    }
    if (config.number("attn_logit_softcapping").isPresent()) {
      throw config.root().get("attn_logit_softcapping").refuse("null", REMEDY);
    }
    if (!isFullAttention()) {
      requirePattern();
      integer("sliding_window", "attention.sliding_window");
      config
          .number("rope_local_base_freq")
          .or(() ->
              config
                  .root()
                  .find("rope_parameters")
                  .flatMap(tree -> tree.find("sliding_attention"))
                  .flatMap(tree -> tree.find("rope_theta"))
                  .map(JsonTree::number))
          .ifPresent(theta -> put("rope.freq_base_swa", GgufValue.f32(theta.floatValue())));
    }
    config
        .number("final_logit_softcapping")
        .ifPresent(cap -> put("final_logit_softcapping", GgufValue.f32(cap.floatValue())));
  }

  private boolean isFullAttention() {
    return config.integer("sliding_window", 0).isEmpty()
        || slidingPattern() == 1
        || layerTypes().filter(types -> types.chars().allMatch(c -> c == 'f')).isPresent();
  }

  /// The kinds of the layers, `f` for full attention and `s` for a sliding window.
  private Optional<String> layerTypes() {
    return config
        .root()
        .find("layer_types")
        .map(types -> {
          StringBuilder kinds = new StringBuilder();
          for (JsonTree type : types.items()) {
            kinds.append(
                switch (type.text()) {
                  case "full_attention" -> 'f';
                  case "sliding_attention" -> 's';
                  default -> throw type.refuse("full_attention or sliding_attention", REMEDY);
                });
          }
          return kinds.toString();
        });
  }

  private int slidingPattern() {
    return config
        .integer("sliding_window_pattern", 1)
        .orElseGet(
            () -> config.integer("_sliding_window_pattern", 1).orElse(ConfigJson.GEMMA_PATTERN));
  }

  /// Engines take every sixth layer for one of full attention, and no key says otherwise.
  private void requirePattern() {
    Optional<String> types = layerTypes();
    if (types.isEmpty() && slidingPattern() != ConfigJson.GEMMA_PATTERN) {
      throw config
          .root()
          .get("sliding_window_pattern")
          .refuse(Integer.toString(ConfigJson.GEMMA_PATTERN), REMEDY);
    }
    for (int i = 0; i < types.map(String::length).orElse(0); i++) {
      boolean full = (i + 1) % ConfigJson.GEMMA_PATTERN == 0;
      if ((types.orElseThrow().charAt(i) == 'f') != full) {
        throw config
            .root()
            .get("layer_types")
            .items()
            .get(i)
            .refuse("full_attention in every sixth layer, sliding_attention in others", REMEDY);
      }
    }
  }

  /// What makes one vector of the vectors of all tokens: as the sentence-transformers modules say,
  /// else the last token for the BitNet embedding models, which were trained so and have a norm
  /// before each projection, and no head or a list of modules.
  private OptionalInt pooling(SortedMap<String, byte[]> sideFiles) {
    byte[] file = sideFiles.get(POOLING_CONFIG);
    if (file != null) {
      JsonTree modes = JsonTree.parse(POOLING_CONFIG, file);
      if (is(modes, "pooling_mode_lasttoken")) {
        return OptionalInt.of(LAST);
      }
      if (is(modes, "pooling_mode_mean_tokens")) {
        return OptionalInt.of(MEAN);
      }
      if (is(modes, "pooling_mode_cls_token")) {
        return OptionalInt.of(FIRST);
      }
      throw modes.refuse("one of last token, mean or first token", REMEDY);
    }
    boolean embeds = map.isBare() || sideFiles.containsKey("modules.json");
    return embeds && map.hasInputNorms() ? OptionalInt.of(LAST) : OptionalInt.empty();
  }

  private static boolean is(JsonTree modes, String key) {
    return modes.find(key).map(JsonTree::truth).orElse(false);
  }
}

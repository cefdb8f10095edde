package org.bitnet4j.formats.architecture;

import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.bitnet4j.formats.gguf.GgufMetadata;
import org.bitnet4j.formats.json.JsonTree;

/// Finds out which of the known architectures a model has.
final class ArchitectureDetection {
  /// Our key for the entry of `architectures` in config.json, where `general.architecture` alone
  /// does not give it back.
  static final String CLASS_KEY = "bitnet4j.huggingface.architecture";

  static final String POOLING = "pooling_type";
  static final String ACTIVATION = "hidden_activation";

  private static final int MAX_LAYERS = 100_000;
  private static final int MAX_WIDTH = 1 << 24;

  private ArchitectureDetection() {}

  static Optional<ArchitectureMap> ofGguf(GgufMetadata metadata) {
    String name = metadata.text("general.architecture").orElse("");
    List<Architecture> candidates =
        Architecture.all().stream()
            .filter(architecture -> architecture.ggufNames().contains(name))
            .toList();
    if (candidates.isEmpty()) {
      return Optional.empty();
    }
    GgufFacts facts = new GgufFacts(metadata, name);
    String declared = metadata.text(CLASS_KEY).orElse("");
    Architecture architecture = choose(candidates, facts, declared);
    boolean bare =
        declared.equals(architecture.baseClassName())
            || (!declared.equals(architecture.className()) && facts.integer(POOLING).isPresent());
    return Optional.of(
        new ArchitectureMap(
            architecture,
            bare ? architecture.baseClassName() : architecture.className(),
            name,
            bare,
            facts.integer(POOLING).isPresent(),
            shape(facts)));
  }

  /// `bitnet` alone stands for several: squared ReLU where the key of newer files says so, else the
  /// class we noted, else the reproduction that the name was made for.
  private static Architecture choose(
      List<Architecture> candidates, GgufFacts facts, String declared) {
    if (candidates.size() == 1) {
      return candidates.getFirst();
    }
    String activation = facts.text(ACTIVATION).orElse("silu");
    return switch (activation) {
      case "relu2" -> Architecture.BITNET_B158;
      case "silu" ->
          candidates.stream()
              .filter(candidate -> candidate.isClass(declared))
              .findFirst()
              .orElse(Architecture.BITNET_REPRODUCTION);
      default ->
          throw facts.fault(
              ACTIVATION,
              activation,
              "relu2 or silu",
              "No known BitNet model has another activation: check the file's origin.");
    };
  }

  private static AttentionShape shape(GgufFacts facts) {
    int heads = facts.required("attention.head_count", 1, MAX_WIDTH);
    int hidden = facts.required("embedding_length", 1, MAX_WIDTH);
    if (facts.integer("attention.key_length").isEmpty() && hidden % heads != 0) {
      throw facts.fault(
          "embedding_length",
          Integer.toString(hidden),
          "a multiple of the " + heads + " heads where attention.key_length is absent",
          "Fetch the file again or repair what wrote it.");
    }
    AttentionShape shape =
        new AttentionShape(
            facts.required("block_count", 0, MAX_LAYERS),
            heads,
            facts.orElse("attention.head_count_kv", 1, MAX_WIDTH, heads),
            facts.orElse("attention.key_length", 1, MAX_WIDTH, hidden / heads));
    if (facts.architecture().equals("llama") && shape.headDim() % 2 != 0) {
      throw facts.fault(
          "attention.key_length",
          Integer.toString(shape.headDim()),
          "even, as rotation works on pairs",
          "Fetch the file again or repair what wrote it.");
    }
    return shape;
  }

  static Optional<ArchitectureMap> ofHuggingFace(byte[] configJson, Predicate<String> hasTensor) {
    ConfigFacts config = ConfigFacts.parse(configJson);
    boolean bare =
        !hasTensor.test("model.embed_tokens.weight") && hasTensor.test("embed_tokens.weight");
    String className = config.className().orElseGet(() -> ofModelType(config));
    Optional<Architecture> found =
        Architecture.all().stream()
            .filter(architecture -> architecture.isClass(className))
            .findFirst();
    if (found.isEmpty()) {
      return Optional.empty();
    }
    Architecture architecture =
        found.get().isBitnet() ? bitnet(config, hasTensor, bare) : found.get();
    requireActivation(config, architecture);
    int layers = config.required("num_hidden_layers", 0);
    if (layers > MAX_LAYERS) {
      throw config.root().get("num_hidden_layers").fail("at most " + MAX_LAYERS);
    }
    AttentionShape shape =
        new AttentionShape(
            layers,
            config.required("num_attention_heads", 1),
            config.keyValueHeads(),
            config.headDim());
    if (architecture == Architecture.LLAMA && shape.headDim() % 2 != 0) {
      throw config.root().get("num_attention_heads").fail("heads of an even dimension");
    }
    return Optional.of(
        new ArchitectureMap(
            architecture,
            bare ? architecture.baseClassName() : architecture.className(),
            architecture.ggufNames().getFirst(),
            bare,
            hasTensor.test((bare ? "" : "model.") + "layers.0.self_attn.q_proj.norm.weight"),
            shape));
  }

  private static String ofModelType(ConfigFacts config) {
    return switch (config.text("model_type").orElse("")) {
      case "bitnet" -> Architecture.BITNET_B158.className();
      case "llama" -> Architecture.LLAMA.className();
      case "qwen3" -> Architecture.QWEN3.className();
      case "gemma3_text" -> Architecture.GEMMA3.className();
      default -> "";
    };
  }

  /// Both spellings of the class name are in use for both kinds of sub-norms: tensors decide.
  private static Architecture bitnet(
      ConfigFacts config, Predicate<String> hasTensor, boolean bare) {
    boolean reproduction =
        hasTensor.test((bare ? "" : "model.") + "layers.0.self_attn.inner_attn_ln.weight");
    String activation = config.text("hidden_act").orElse(reproduction ? "silu" : "relu2");
    return switch (activation) {
      case "relu2" -> Architecture.BITNET_B158;
      case "silu" -> reproduction ? Architecture.BITNET_REPRODUCTION : Architecture.BITNET_SILU;
      default ->
          throw config
              .root()
              .get("hidden_act")
              .refuse("relu2 or silu", "No engine evaluates a BitNet model with another one.");
    };
  }

  private static void requireActivation(ConfigFacts config, Architecture architecture) {
    Optional<JsonTree> activation =
        config.root().find("hidden_activation").or(() -> config.root().find("hidden_act"));
    if (activation.isPresent() && !activation.get().text().equals(architecture.activation())) {
      throw activation
          .get()
          .refuse(
              architecture.activation(),
              "Engines imply the activation from the architecture: check the configuration.");
    }
  }
}

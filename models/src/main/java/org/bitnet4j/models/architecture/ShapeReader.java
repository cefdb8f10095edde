package org.bitnet4j.models.architecture;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Predicate;
import org.bitnet4j.formats.architecture.ConfigFacts;
import org.bitnet4j.formats.json.JsonTree;

/// Reads a [ModelShape] from config.json.
final class ShapeReader {
  private static final int MAX_LAYERS = 100_000;

  /// A longer row could overflow an int32 sum.
  private static final int MAX_WIDTH = (1 << 24) - 1;

  private static final String REMEDY =
      "This library cannot run such a model: check that the file belongs to the weights.";

  private final ConfigFacts config;
  private final Predicate<String> hasTensor;

  ShapeReader(byte[] configJson, Predicate<String> hasTensor) {
    this.config = ConfigFacts.parse(configJson);
    this.hasTensor = hasTensor;
  }

  ModelShape read() {
    ModelFamily family = family();
    int headDim = headDim();
    int heads = width("num_attention_heads");
    int keyValueHeads = Math.min(MAX_WIDTH, config.keyValueHeads());
    if (heads % keyValueHeads != 0) {
      throw config
          .root()
          .get("num_key_value_heads")
          .refuse("a divisor of the " + heads + " num_attention_heads", REMEDY);
    }
    if ((long) heads * headDim > MAX_WIDTH) {
      throw config
          .root()
          .get("num_attention_heads")
          .refuse("at most " + MAX_WIDTH / headDim + " with heads of " + headDim, REMEDY);
    }
    requireNone("attn_logit_softcapping");
    requireNone("final_logit_softcapping");
    int layers = layers();
    float epsilon = positive("rms_norm_eps").orElse(1e-6).floatValue();
    return new ModelShape(
        family,
        config.className().orElseGet(() -> family.classNames().getFirst()),
        config.required("vocab_size", 1),
        width("hidden_size"),
        width("intermediate_size"),
        layers,
        heads,
        keyValueHeads,
        headDim,
        (float) (1 / StrictMath.sqrt(positive("query_pre_attn_scalar").orElse((double) headDim))),
        epsilon,
        projectionEpsilon(epsilon),
        activation(family),
        new SpanReader(config, family, layers, headDim).read(),
        contextLength(),
        tiedHead(family),
        family == ModelFamily.BITNET || declaresBitnet());
  }

  private ModelFamily family() {
    Optional<String> className = config.className();
    Optional<ModelFamily> family =
        className.isPresent()
            ? className.flatMap(ModelFamily::ofClass)
            : config.text("model_type").flatMap(ModelFamily::ofModelType);
    return family.orElseThrow(() -> {
      List<String> known = new ArrayList<>();
      for (ModelFamily one : ModelFamily.values()) {
        known.addAll(one.classNames());
      }
      String allowed = "one of " + String.join(", ", known);
      return config
          .root()
          .find("architectures")
          .filter(JsonTree::isArray)
          .filter(names -> !names.items().isEmpty())
          .map(names -> names.items().getFirst())
          .or(() -> config.root().find("model_type"))
          .map(found -> found.refuse(allowed, REMEDY))
          .orElseGet(() -> config.missing("architectures"));
    });
  }

  private int width(String key) {
    int width = config.required(key, 1);
    if (width > MAX_WIDTH) {
      throw config.root().get(key).refuse("at most " + MAX_WIDTH, REMEDY);
    }
    return width;
  }

  private int layers() {
    int layers = config.required("num_hidden_layers", 1);
    if (layers > MAX_LAYERS) {
      throw config.root().get("num_hidden_layers").refuse("at most " + MAX_LAYERS, REMEDY);
    }
    return layers;
  }

  private int headDim() {
    int headDim = config.headDim();
    if (headDim % 2 != 0 || headDim > MAX_WIDTH) {
      throw config
          .root()
          .find("head_dim")
          .orElseGet(() -> config.root().get("num_attention_heads"))
          .refuse("such that heads have an even width, as rotation works on pairs", REMEDY);
    }
    return headDim;
  }

  private Optional<Double> positive(String key) {
    Optional<Double> number = config.number(key);
    if (number.isPresent() && !(number.get() > 0)) {
      throw config.root().get(key).refuse("a positive number", REMEDY);
    }
    return number;
  }

  private void requireNone(String key) {
    Optional<JsonTree> found = config.root().find(key);
    if (found.isPresent()) {
      throw found.get().refuse("null", REMEDY);
    }
  }

  private OptionalInt contextLength() {
    return config.integer("max_position_embeddings", 1);
  }

  /// Tied unless there is a head of its own; families differ in what an absent key means.
  private boolean tiedHead(ModelFamily family) {
    boolean absent = family == ModelFamily.GEMMA3 || !hasTensor.test("lm_head.weight");
    return config.truth("tie_word_embeddings").orElse(absent);
  }

  /// Both spellings of BitNet's class have been used with both activations: what the file says
  /// counts, else the spelling of the sub-norms.
  private GatedActivation activation(ModelFamily family) {
    Optional<JsonTree> declared =
        config.root().find("hidden_activation").or(() -> config.root().find("hidden_act"));
    if (declared.isPresent()) {
      return switch (declared.get().text()) {
        case "relu2" -> GatedActivation.RELU2;
        case "silu" -> GatedActivation.SILU;
        case "gelu_pytorch_tanh" -> GatedActivation.GELU_TANH;
        default -> throw declared.get().refuse("relu2, silu or gelu_pytorch_tanh", REMEDY);
      };
    }
    return switch (family) {
      case BITNET -> isReproduction() ? GatedActivation.SILU : GatedActivation.RELU2;
      case LLAMA, QWEN3 -> GatedActivation.SILU;
      case GEMMA3 -> GatedActivation.GELU_TANH;
    };
  }

  private boolean isReproduction() {
    return hasTensor.test("model.layers.0.self_attn.inner_attn_ln.weight")
        || hasTensor.test("layers.0.self_attn.inner_attn_ln.weight");
  }

  private boolean declaresBitnet() {
    return quantization()
        .flatMap(settings -> settings.find("quant_method"))
        .filter(method -> method.text().equals("bitnet"))
        .isPresent();
  }

  private Optional<JsonTree> quantization() {
    return config.root().find("quantization_config");
  }

  /// Transformers' BitLinear has an ε of its own for a norm before it.
  private float projectionEpsilon(float epsilon) {
    Optional<JsonTree> own = quantization().flatMap(settings -> settings.find("rms_norm_eps"));
    if (own.isPresent() && !(own.get().number() > 0)) {
      throw own.get().refuse("a positive number", REMEDY);
    }
    return own.map(tree -> (float) tree.number()).orElse(epsilon);
  }
}

package org.bitnet4j.models.architecture;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.bitnet4j.formats.architecture.ConfigFacts;
import org.bitnet4j.formats.json.JsonTree;

/// Reads from config.json which layers slide, and the rotary embedding of each kind.
final class SpanReader {
  /// One layer in so many attends to everything in Gemma 3.
  private static final int GEMMA_PATTERN = 6;

  private static final double DEFAULT_THETA = 10_000;

  private final ConfigFacts config;
  private final ModelFamily family;
  private final int layers;
  private final int headDim;

  SpanReader(ConfigFacts config, ModelFamily family, int layers, int headDim) {
    this.config = config;
    this.family = family;
    this.layers = layers;
    this.headDim = headDim;
  }

  List<AttentionSpan> read() {
    requireWholeRotation();
    AttentionSpan global =
        new AttentionSpan(
            AttentionSpan.EVERYTHING,
            new RotaryEmbedding(
                theta(config.root(), "rope_theta", config.ropeTheta()),
                headDim,
                scaling(config.ropeParameters())));
    OptionalInt window = window();
    AttentionSpan local = window.isPresent() ? local(global, window.getAsInt()) : global;
    List<AttentionSpan> spans = new ArrayList<>(layers);
    for (int layer = 0; layer < layers; layer++) {
      spans.add(slides(layer) ? local : global);
    }
    return spans;
  }

  private void requireWholeRotation() {
    Optional<JsonTree> part = config.root().find("partial_rotary_factor");
    if (part.isPresent() && part.get().number() != 1) {
      throw part.get().fail("1, as heads are rotated whole");
    }
  }

  /// The window, where layers may slide at all: Qwen has a switch for it.
  private OptionalInt window() {
    boolean off =
        switch (family) {
          case GEMMA3 -> false;
          case BITNET, LLAMA, QWEN3 -> !config.truth("use_sliding_window").orElse(false);
        };
    return off ? OptionalInt.empty() : config.integer("sliding_window", 1);
  }

  private AttentionSpan local(AttentionSpan global, int window) {
    Optional<JsonTree> own =
        config
            .root()
            .find("rope_parameters")
            .flatMap(parameters -> parameters.find("sliding_attention"));
    Optional<Double> theta =
        config
            .number("rope_local_base_freq")
            .or(() -> own.flatMap(tree -> tree.find("rope_theta")).map(JsonTree::number));
    if (family != ModelFamily.GEMMA3 && theta.isEmpty()) {
      return new AttentionSpan(window, global.rotary());
    }
    return new AttentionSpan(
        window,
        new RotaryEmbedding(
            theta(config.root(), "rope_local_base_freq", theta), headDim, scaling(own)));
  }

  private static double theta(JsonTree root, String key, Optional<Double> declared) {
    double theta = declared.orElse(DEFAULT_THETA);
    if (!(theta > 1)) {
      throw root.find(key).orElse(root).fail("greater than 1");
    }
    return theta;
  }

  private boolean slides(int layer) {
    Optional<JsonTree> types = config.root().find("layer_types");
    if (types.isPresent()) {
      List<JsonTree> items = types.get().items();
      if (items.size() != layers) {
        throw types.get().fail("an array of num_hidden_layers " + layers);
      }
      JsonTree type = items.get(layer);
      return switch (type.text()) {
        case "full_attention" -> false;
        case "sliding_attention" -> true;
        default -> throw type.fail("full_attention or sliding_attention");
      };
    }
    return switch (family) {
      case GEMMA3 -> (layer + 1) % pattern() != 0;
      case QWEN3 ->
          window().isPresent() && layer >= config.integer("max_window_layers", 0).orElse(layers);
      case BITNET, LLAMA -> window().isPresent();
    };
  }

  private int pattern() {
    return config
        .integer("sliding_window_pattern", 1)
        .orElseGet(() -> config.integer("_sliding_window_pattern", 1).orElse(GEMMA_PATTERN));
  }

  private RopeScaling scaling(Optional<JsonTree> parameters) {
    if (parameters.isEmpty()) {
      return new RopeScaling.None();
    }
    JsonTree tree = parameters.get();
    Optional<JsonTree> type = tree.find("rope_type").or(() -> tree.find("type"));
    return switch (type.map(JsonTree::text).orElse("default")) {
      case "default", "none" -> new RopeScaling.None();
      case "linear" -> new RopeScaling.Linear(positive(tree, "factor"));
      case "llama3" -> llama3(tree);
      case "yarn" -> yarn(tree);
      default ->
          throw type.orElseThrow()
              .refuse(
                  "default, linear, llama3 or yarn",
                  "This library cannot rotate otherwise: check the configuration.");
    };
  }

  private RopeScaling llama3(JsonTree tree) {
    double low = positive(tree, "low_freq_factor");
    double high = positive(tree, "high_freq_factor");
    if (!(high > low)) {
      throw tree.get("high_freq_factor").fail("greater than low_freq_factor " + low);
    }
    return new RopeScaling.Llama3(positive(tree, "factor"), low, high, originalContext(tree));
  }

  private RopeScaling yarn(JsonTree tree) {
    double factor = positive(tree, "factor");
    return new RopeScaling.Yarn(
        factor,
        originalContext(tree),
        tree.find("beta_fast").isPresent() ? positive(tree, "beta_fast") : 32,
        tree.find("beta_slow").isPresent() ? positive(tree, "beta_slow") : 1,
        tree.find("attention_factor").isPresent()
            ? positive(tree, "attention_factor")
            : factor <= 1 ? 1 : 0.1 * StrictMath.log(factor) + 1);
  }

  private int originalContext(JsonTree tree) {
    Optional<JsonTree> original = tree.find("original_max_position_embeddings");
    if (original.isEmpty()) {
      return config.required("max_position_embeddings", 1);
    }
    int value = (int) original.get().integer(Integer.MAX_VALUE);
    if (value < 1) {
      throw original.get().fail("at least 1");
    }
    return value;
  }

  private static double positive(JsonTree tree, String key) {
    JsonTree found = tree.get(key);
    if (!(found.number() > 0)) {
      throw found.fail("a positive number");
    }
    return found.number();
  }
}

package org.bitnet4j.formats.architecture;

import java.io.ByteArrayOutputStream;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;
import org.bitnet4j.formats.gguf.GgufMetadata;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/// Writes config.json for the keys of a GGUF model.
final class ConfigJson {
  /// One layer in so many attends to the whole text in Gemma 3.
  static final int GEMMA_PATTERN = 6;

  private static final int MAX = Integer.MAX_VALUE;
  private static final double GEMMA_LOCAL_BASE = 10_000;
  private static final JsonFactory JSON = JsonFactory.builder().build();

  private final ArchitectureMap map;
  private final GgufMetadata metadata;
  private final GgufFacts facts;

  private ConfigJson(ArchitectureMap map, GgufMetadata metadata) {
    this.map = map;
    this.metadata = metadata;
    this.facts = new GgufFacts(metadata, map.ggufArchitecture());
  }

  /// The file.
  ///
  /// @param hasTensor whether the model has a tensor of a GGUF name
  static byte[] write(ArchitectureMap map, GgufMetadata metadata, Predicate<String> hasTensor) {
    return new ConfigJson(map, metadata).write(hasTensor);
  }

  private byte[] write(Predicate<String> hasTensor) {
    Architecture architecture = map.architecture();
    int heads = facts.required("attention.head_count", 1, MAX);
    int hidden = facts.required("embedding_length", 1, MAX);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
      json.writeStartObject();
      metadata
          .text("general.name")
          .ifPresent(name -> json.writeStringProperty("_name_or_path", name));
      json.writeArrayPropertyStart("architectures");
      json.writeString(map.huggingFaceArchitecture());
      json.writeEndArray();
      json.writeStringProperty("model_type", architecture.modelType());
      json.writeStringProperty("hidden_act", architecture.activation());
      json.writeNumberProperty("hidden_size", hidden);
      json.writeNumberProperty("intermediate_size", facts.required("feed_forward_length", 1, MAX));
      json.writeNumberProperty("num_hidden_layers", facts.required("block_count", 0, MAX));
      json.writeNumberProperty("num_attention_heads", heads);
      json.writeNumberProperty(
          "num_key_value_heads", facts.orElse("attention.head_count_kv", 1, MAX, heads));
      int headDim = facts.orElse("attention.key_length", 1, MAX, hidden / heads);
      json.writeNumberProperty("head_dim", headDim);
      json.writeNumberProperty("vocab_size", vocabSize());
      number(json, "max_position_embeddings", facts.integer("context_length"));
      real(json, "rms_norm_eps", facts.number("attention.layer_norm_rms_epsilon"));
      real(json, "rope_theta", facts.number("rope.freq_base"));
      ropeScaling(json);
      if (architecture == Architecture.GEMMA3) {
        gemma(json, headDim);
      }
      json.writeBooleanProperty("attention_bias", hasTensor.test("blk.0.attn_q.bias"));
      json.writeBooleanProperty("tie_word_embeddings", !hasTensor.test("output.weight"));
      number(json, "bos_token_id", metadata.integer("tokenizer.ggml.bos_token_id"));
      number(json, "eos_token_id", metadata.integer("tokenizer.ggml.eos_token_id"));
      number(json, "pad_token_id", metadata.integer("tokenizer.ggml.padding_token_id"));
      json.writeEndObject();
    }
    return bytes.toByteArray();
  }

  private int vocabSize() {
    int tokens = metadata.texts("tokenizer.ggml.tokens").size();
    return tokens == 0
        ? facts.required("vocab_size", 1, MAX)
        : facts.orElse("vocab_size", 1, MAX, tokens);
  }

  private static void number(JsonGenerator json, String key, OptionalLong value) {
    if (value.isPresent() && value.getAsLong() >= 0 && value.getAsLong() <= MAX) {
      json.writeNumberProperty(key, value.getAsLong());
    }
  }

  /// A float32 as the shortest decimal number that gives it back.
  private static void real(JsonGenerator json, String key, Optional<Double> value) {
    value.ifPresent(number -> json.writeNumberProperty(key, number.floatValue()));
  }

  private void ropeScaling(JsonGenerator json) {
    String type = facts.text("rope.scaling.type").orElse("none");
    double factor = facts.number("rope.scaling.factor").orElse(1.0);
    switch (type) {
      case "none" -> json.writeNullProperty("rope_scaling");
      case "linear" -> {
        if (factor == 1) {
          json.writeNullProperty("rope_scaling");
        } else {
          json.writeObjectPropertyStart("rope_scaling");
          json.writeStringProperty("rope_type", type);
          real(json, "factor", Optional.of(factor));
          json.writeEndObject();
        }
      }
      case "yarn" -> {
        json.writeObjectPropertyStart("rope_scaling");
        json.writeStringProperty("rope_type", type);
        real(json, "factor", Optional.of(factor));
        number(
            json,
            "original_max_position_embeddings",
            facts.integer("rope.scaling.original_context_length"));
        real(json, "extrapolation_factor", facts.number("rope.scaling.yarn_ext_factor"));
        real(json, "attention_factor", facts.number("rope.scaling.yarn_attn_factor"));
        real(json, "beta_fast", facts.number("rope.scaling.yarn_beta_fast"));
        real(json, "beta_slow", facts.number("rope.scaling.yarn_beta_slow"));
        json.writeEndObject();
      }
      default ->
          throw facts.fault(
              "rope.scaling.type",
              type,
              "none, linear or yarn",
              "This library cannot write it as rope_scaling.");
    }
  }

  private void gemma(JsonGenerator json, int headDim) {
    json.writeStringProperty("hidden_activation", map.architecture().activation());
    json.writeNumberProperty("query_pre_attn_scalar", headDim);
    OptionalLong window = facts.integer("attention.sliding_window");
    number(json, "sliding_window", window);
    json.writeNumberProperty("sliding_window_pattern", window.isPresent() ? GEMMA_PATTERN : 1);
    if (window.isPresent()) {
      real(
          json,
          "rope_local_base_freq",
          facts.number("rope.freq_base_swa").or(() -> Optional.of(GEMMA_LOCAL_BASE)));
    }
    real(json, "final_logit_softcapping", facts.number("final_logit_softcapping"));
  }
}

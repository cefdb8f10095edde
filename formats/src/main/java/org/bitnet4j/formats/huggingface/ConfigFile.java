package org.bitnet4j.formats.huggingface;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.SequencedMap;
import java.util.Set;
import org.bitnet4j.formats.io.InputFile;
import org.bitnet4j.formats.json.StrictJson;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonToken;

/// A config.json: its facts, and its text, in which `quantization_config` can be exchanged while
/// every other byte stays.
final class ConfigFile {
  private static final int MAX_BYTES = 1 << 20;

  private final String name;
  private final byte[] text;
  private final ModelConfig facts;
  private final Span quantization;

  /// Where the value of `quantization_config` stands, or an empty place for a new entry; and what
  /// to cut so that no entry is left: the entry with one of the commas round it.
  private record Span(
      int begin, int end, boolean present, boolean first, int cutBegin, int cutEnd) {}

  private ConfigFile(String name, byte[] text, ModelConfig facts, Span quantization) {
    this.name = name;
    this.text = text;
    this.facts = facts;
    this.quantization = quantization;
  }

  static ConfigFile read(Path path) {
    try (InputFile input = InputFile.open(path)) {
      return parse(input.name(), input.readAll(MAX_BYTES));
    }
  }

  String name() {
    return name;
  }

  ModelConfig facts() {
    return facts;
  }

  /// The text with another `quantization_config`.
  ///
  /// @param json the new value
  byte[] withQuantization(String json) {
    ByteArrayOutputStream changed = new ByteArrayOutputStream();
    changed.write(text, 0, quantization.begin);
    if (!quantization.present) {
      String entry = (quantization.first ? "" : ",\n ") + "\"quantization_config\": ";
      changed.writeBytes(entry.getBytes(StandardCharsets.UTF_8));
    }
    changed.writeBytes(json.getBytes(StandardCharsets.UTF_8));
    changed.write(text, quantization.end, text.length - quantization.end);
    return changed.toByteArray();
  }

  /// The text without `quantization_config`.
  byte[] withoutQuantization() {
    ByteArrayOutputStream changed = new ByteArrayOutputStream();
    changed.write(text, 0, quantization.cutBegin);
    changed.write(text, quantization.cutEnd, text.length - quantization.cutEnd);
    return changed.toByteArray();
  }

  static ConfigFile parse(String name, byte[] text) {
    try (StrictJson json = new StrictJson(name, "config", 0, text)) {
      return new Parser(name, text, json).parse();
    }
  }

  private static final class Parser {
    private final String name;
    private final byte[] text;
    private final StrictJson json;
    private final Map<String, String> strings = new HashMap<>();
    private final Map<String, Integer> integers = new HashMap<>();
    private final Map<String, Double> numbers = new HashMap<>();
    private List<String> architectures = List.of();
    private @Nullable Boolean tied;
    private @Nullable QuantizationSettings settings;

    Parser(String name, byte[] text, StrictJson json) {
      this.name = name;
      this.text = text;
      this.json = json;
    }

    ConfigFile parse() {
      json.expect(JsonToken.START_OBJECT, "config");
      Set<String> keys = new HashSet<>();
      Span span = null;
      int end = Math.toIntExact(json.endOffset());
      while (json.next() != JsonToken.END_OBJECT) {
        int entry = Math.toIntExact(json.offset());
        if (span != null && span.first) {
          // The first entry goes with the comma behind it, others with the one before.
          span = new Span(span.begin, span.end, true, false, span.cutBegin, entry);
        }
        String key = json.name();
        json.requireNew(key, keys);
        boolean isNull = json.next() == JsonToken.VALUE_NULL;
        int begin = Math.toIntExact(json.offset());
        if (!isNull) {
          value(key);
        }
        int before = end;
        end = Math.toIntExact(json.endOffset());
        if (key.equals("quantization_config")) {
          boolean first = keys.size() == 1;
          span = new Span(begin, end, true, first, first ? entry : before, end);
        }
      }
      json.end();
      if (span == null) {
        span = new Span(end, end, false, keys.isEmpty(), end, end);
      }
      return new ConfigFile(name, text, facts(), span);
    }

    private void value(String key) {
      switch (key) {
        case "architectures" -> architectures = strings(key);
        case "model_type", "hidden_act" -> strings.put(key, json.string(key));
        case "hidden_size",
            "intermediate_size",
            "num_hidden_layers",
            "num_attention_heads",
            "num_key_value_heads",
            "head_dim",
            "vocab_size" ->
            integers.put(key, (int) json.integer(key, Integer.MAX_VALUE));
        case "rms_norm_eps", "rope_theta" -> numbers.put(key, json.number(key));
        case "tie_word_embeddings" -> tied = json.truth(key);
        case "quantization_config" -> settings = quantization();
        default -> json.skip();
      }
    }

    private List<String> strings(String key) {
      json.require(JsonToken.START_ARRAY, key);
      List<String> values = new ArrayList<>();
      while (json.next() != JsonToken.END_ARRAY) {
        values.add(json.string(key));
      }
      return List.copyOf(values);
    }

    private QuantizationSettings quantization() {
      json.require(JsonToken.START_OBJECT, "quantization_config");
      Map<String, String> known = new HashMap<>();
      List<String> excluded = List.of();
      SequencedMap<String, String> others = new LinkedHashMap<>();
      Set<String> keys = new HashSet<>();
      while (json.next() != JsonToken.END_OBJECT) {
        String key = json.name();
        json.requireNew(key, keys);
        boolean isNull = json.next() == JsonToken.VALUE_NULL;
        switch (key) {
          case "quant_method", "linear_class", "quantization_mode" -> {
            if (!isNull) {
              known.put(key, json.string(key));
            }
          }
          case "modules_to_not_convert" -> {
            if (!isNull) {
              excluded = strings(key);
            }
          }
          default -> {
            int begin = Math.toIntExact(json.offset());
            json.skip();
            int end = Math.toIntExact(json.endOffset());
            others.put(key, new String(text, begin, end - begin, StandardCharsets.UTF_8));
          }
        }
      }
      return new QuantizationSettings(
          known.get("quant_method"),
          known.get("linear_class"),
          known.get("quantization_mode"),
          excluded,
          others);
    }

    private ModelConfig facts() {
      return new ModelConfig(
          architectures,
          strings.get("model_type"),
          strings.get("hidden_act"),
          integer("hidden_size"),
          integer("intermediate_size"),
          integer("num_hidden_layers"),
          integer("num_attention_heads"),
          integer("num_key_value_heads"),
          integer("head_dim"),
          integer("vocab_size"),
          number("rms_norm_eps"),
          number("rope_theta"),
          tied,
          settings);
    }

    private OptionalInt integer(String key) {
      Integer value = integers.get(key);
      return value == null ? OptionalInt.empty() : OptionalInt.of(value);
    }

    private OptionalDouble number(String key) {
      Double value = numbers.get(key);
      return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
    }
  }
}

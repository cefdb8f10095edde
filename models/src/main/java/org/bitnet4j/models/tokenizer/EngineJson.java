package org.bitnet4j.models.tokenizer;

import java.io.StringWriter;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import org.bitnet4j.models.tokenizer.TokenizerFiles.Kind;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/// The tokenizer.json that the engine is given: what it needs to turn text into tokens, and nothing
/// else.
///
/// - Special tokens have their secret texts; see [SpecialTokens].
/// - Every added token stands in the vocabulary, as the library numbers those that do not by
///   itself.
/// - What cuts or fills up (`truncation`, `padding`) and what makes results random (`dropout`) is
///   off.
/// - Post-processor and decoder are left out: both are done on this side, the latter so that it can
///   stream.
final class EngineJson {
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxStringLength(1 << 24)
                  .maxNameLength(1 << 16)
                  .build())
          .build();

  private final JsonGenerator out;
  private final TokenizerFiles files;
  private final Map<Integer, String> secrets;
  private final Map<String, String> renamed = new HashMap<>();

  private EngineJson(JsonGenerator out, TokenizerFiles files, Map<Integer, String> secrets) {
    this.out = out;
    this.files = files;
    this.secrets = secrets;
    secrets.forEach((id, secret) -> renamed.put(files.texts().get(id), secret));
  }

  /// Writes it.
  ///
  /// @param json a tokenizer.json, checked
  /// @param files what it and the files beside it say
  /// @param secrets texts of the special tokens by number
  static String write(byte[] json, TokenizerFiles files, Map<Integer, String> secrets) {
    StringWriter text = new StringWriter(json.length + (1 << 16));
    try (JsonParser in = JSON.createParser(ObjectReadContext.empty(), json);
        JsonGenerator out = JSON.createGenerator(ObjectWriteContext.empty(), text)) {
      new EngineJson(out, files, secrets).copy(in);
    }
    return text.toString();
  }

  private void copy(JsonParser in) {
    boolean added = false;
    in.nextToken();
    out.writeStartObject();
    out.writeStringProperty("version", "1.0");
    while (in.nextToken() != JsonToken.END_OBJECT) {
      String key = in.currentName();
      JsonToken value = in.nextToken();
      switch (key) {
        case "added_tokens" -> {
          addedTokens(in, value);
          added = true;
        }
        case "normalizer", "pre_tokenizer" -> {
          out.writeName(key);
          out.copyCurrentStructure(in);
        }
        case "model" -> model(in);
        default -> in.skipChildren();
      }
    }
    if (!added) {
      out.writeArrayPropertyStart("added_tokens");
      missing(new HashSet<>());
      out.writeEndArray();
    }
    out.writeEndObject();
  }

  private void addedTokens(JsonParser in, JsonToken value) {
    out.writeArrayPropertyStart("added_tokens");
    Set<Integer> written = new HashSet<>();
    if (value == JsonToken.START_ARRAY) {
      while (in.nextToken() != JsonToken.END_ARRAY) {
        addedToken(in, written);
      }
    }
    missing(written);
    out.writeEndArray();
  }

  private void addedToken(JsonParser in, Set<Integer> written) {
    SequencedMap<String, Boolean> flags = new LinkedHashMap<>();
    for (String flag : new String[] {"single_word", "lstrip", "rstrip", "normalized", "special"}) {
      flags.put(flag, false);
    }
    int id = 0;
    String content = "";
    while (in.nextToken() != JsonToken.END_OBJECT) {
      String key = in.currentName();
      JsonToken value = in.nextToken();
      switch (key) {
        case "id" -> id = in.getIntValue();
        case "content" -> content = in.getString();
        default -> {
          flags.replace(key, value == JsonToken.VALUE_TRUE);
          in.skipChildren();
        }
      }
    }
    written.add(id);
    write(id, secrets.getOrDefault(id, content), flags);
  }

  /// Added tokens that only the files beside tokenizer.json have.
  private void missing(Set<Integer> written) {
    for (int id = 0; id < files.texts().size(); id++) {
      Kind kind = files.kinds().get(id);
      if ((kind == Kind.CONTROL || kind == Kind.USER_DEFINED) && !written.contains(id)) {
        write(
            id,
            secrets.getOrDefault(id, files.texts().get(id)),
            Map.of(
                "single_word", false,
                "lstrip", false,
                "rstrip", false,
                "normalized", false,
                "special", kind == Kind.CONTROL));
      }
    }
  }

  private void write(int id, String content, Map<String, Boolean> flags) {
    out.writeStartObject();
    out.writeNumberProperty("id", id);
    out.writeStringProperty("content", content);
    flags.forEach(out::writeBooleanProperty);
    out.writeEndObject();
  }

  private void model(JsonParser in) {
    out.writeObjectPropertyStart("model");
    out.writeStringProperty("type", "BPE");
    while (in.nextToken() != JsonToken.END_OBJECT) {
      String key = in.currentName();
      JsonToken value = in.nextToken();
      switch (key) {
        case "vocab" -> vocabulary(in);
        case "unk_token" -> {
          if (value == JsonToken.VALUE_STRING) {
            out.writeStringProperty(key, renamed.getOrDefault(in.getString(), in.getString()));
          }
        }
        case "fuse_unk", "byte_fallback", "ignore_merges", "merges" -> {
          out.writeName(key);
          out.copyCurrentStructure(in);
        }
        default -> in.skipChildren();
      }
    }
    out.writeEndObject();
  }

  private void vocabulary(JsonParser in) {
    Set<String> written = new HashSet<>();
    out.writeObjectPropertyStart("vocab");
    while (in.nextToken() != JsonToken.END_OBJECT) {
      String text = in.currentName();
      in.nextToken();
      String name = renamed.getOrDefault(text, text);
      written.add(name);
      out.writeNumberProperty(name, in.getIntValue());
    }
    for (int id = 0; id < files.texts().size(); id++) {
      Kind kind = files.kinds().get(id);
      if (kind.isSpecial() || kind == Kind.USER_DEFINED) {
        String name = secrets.getOrDefault(id, files.texts().get(id));
        if (written.add(name)) {
          out.writeNumberProperty(name, id);
        }
      }
    }
    out.writeEndObject();
  }
}

package org.bitnet4j.formats.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.bitnet4j.quant.MalformedFileException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/// Writes a tokenizer as tokenizer.json, in the forms of the public models.
final class TokenizerJsonWriter {
  private static final JsonFactory JSON = JsonFactory.builder().build();

  private final TokenizerModel model;
  private final Map<String, Integer> ids = new HashMap<>();
  private final Set<Integer> merged = new HashSet<>();

  TokenizerJsonWriter(TokenizerModel model) {
    this.model = model;
    for (int id = 0; id < model.tokens().size(); id++) {
      if (model.types().get(id) != TokenType.UNUSED) {
        Integer other = ids.putIfAbsent(model.tokens().get(id), id);
        if (other != null) {
          throw fault(
              "token " + id + " \"" + model.tokens().get(id) + "\"",
              "a text that no other token has, as " + other + " does");
        }
      }
    }
    requireMerges();
  }

  private static MalformedFileException fault(String found, String allowed) {
    return new MalformedFileException(
        "GGUF metadata",
        -1,
        "key " + Keys.TOKENS,
        found,
        allowed,
        "Fetch the file again or repair what wrote it.");
  }

  /// A tokenizer.json whose merges need a token that is not there does not load.
  private void requireMerges() {
    for (String merge : model.merges()) {
      int space = merge.indexOf(' ', 1);
      String left = merge.substring(0, space);
      String right = merge.substring(space + 1);
      for (String token : List.of(left, right, left + right)) {
        Integer id = ids.get(token);
        if (id == null) {
          throw fault("no token \"" + token + "\"", "all that merge \"" + merge + "\" needs");
        }
        merged.add(id);
      }
    }
  }

  /// The file that the tokenizer comes from, where it is known and still says the same; else one
  /// made from nothing but the keys.
  byte[] write() {
    return model
        .frame()
        .map(text -> TokenizerJson.parse(text.getBytes(StandardCharsets.UTF_8)))
        .filter(frame -> FrameCheck.agree(frame, model))
        .map(frame ->
            frame.frame().with(part(json -> vocabulary(json, ids(frame))), part(this::merges)))
        .orElseGet(this::derived);
  }

  private static Set<Integer> ids(TokenizerJson frame) {
    return frame.addedTokens().stream().map(AddedToken::id).collect(Collectors.toSet());
  }

  private static byte[] part(Consumer<JsonGenerator> writer) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
      writer.accept(json);
    }
    return bytes.toByteArray();
  }

  private void vocabulary(JsonGenerator json, Set<Integer> added) {
    json.writeStartObject();
    for (int id : vocabulary(added)) {
      json.writeNumberProperty(model.tokens().get(id), id);
    }
    json.writeEndObject();
  }

  private void merges(JsonGenerator json) {
    json.writeStartArray();
    model.merges().forEach(json::writeString);
    json.writeEndArray();
  }

  private byte[] derived() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
      json.writeStartObject();
      json.writeStringProperty("version", "1.0");
      json.writeNullProperty("truncation");
      json.writeNullProperty("padding");
      addedTokens(json);
      switch (model.family()) {
        case BYTE_LEVEL -> byteLevel(json);
        case SENTENCE_PIECE -> sentencePiece(json);
      }
      postProcessor(json);
      model(json);
      json.writeEndObject();
    }
    return bytes.toByteArray();
  }

  private void addedTokens(JsonGenerator json) {
    json.writeArrayPropertyStart("added_tokens");
    for (int id = 0; id < model.tokens().size(); id++) {
      TokenType type = model.types().get(id);
      if (type.isAdded()) {
        json.writeStartObject();
        json.writeNumberProperty("id", id);
        json.writeStringProperty("content", model.tokens().get(id));
        for (String flag : List.of("single_word", "lstrip", "rstrip", "normalized")) {
          json.writeBooleanProperty(flag, false);
        }
        json.writeBooleanProperty("special", type != TokenType.USER_DEFINED);
        json.writeEndObject();
      }
    }
    json.writeEndArray();
  }

  private void byteLevel(JsonGenerator json) {
    if (!PreTokenizers.isKnown(model.preTokenizer())) {
      throw GgufTokenizer.fault(
          Keys.PRE,
          model.preTokenizer(),
          "one of " + PreTokenizers.names(),
          "Take the model's own tokenizer.json: this library does not know the pre-tokenizer.");
    }
    json.writeNullProperty("normalizer");
    List<Step> steps = PreTokenizers.stepsOf(model.preTokenizer());
    json.writeName("pre_tokenizer");
    if (steps.size() == 1) {
      steps.getFirst().write(json);
    } else {
      json.writeStartObject();
      json.writeStringProperty("type", "Sequence");
      json.writeArrayPropertyStart("pretokenizers");
      steps.forEach(step -> step.write(json));
      json.writeEndArray();
      json.writeEndObject();
    }
    json.writeObjectPropertyStart("decoder");
    json.writeStringProperty("type", "ByteLevel");
    json.writeBooleanProperty("add_prefix_space", true);
    json.writeBooleanProperty("trim_offsets", true);
    json.writeBooleanProperty("use_regex", true);
    json.writeEndObject();
  }

  private void sentencePiece(JsonGenerator json) {
    json.writeObjectPropertyStart("normalizer");
    json.writeStringProperty("type", "Sequence");
    json.writeArrayPropertyStart("normalizers");
    if (model.spacePrefix()) {
      json.writeStartObject();
      json.writeStringProperty("type", "Prepend");
      json.writeStringProperty("prepend", SpaceMark.MARK);
      json.writeEndObject();
    }
    replace(json, " ", SpaceMark.MARK);
    json.writeEndArray();
    json.writeEndObject();
    json.writeNullProperty("pre_tokenizer");
    json.writeObjectPropertyStart("decoder");
    json.writeStringProperty("type", "Sequence");
    json.writeArrayPropertyStart("decoders");
    replace(json, SpaceMark.MARK, " ");
    type(json, "ByteFallback");
    type(json, "Fuse");
    if (model.spacePrefix()) {
      json.writeStartObject();
      json.writeStringProperty("type", "Strip");
      json.writeStringProperty("content", " ");
      json.writeNumberProperty("start", 1);
      json.writeNumberProperty("stop", 0);
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void replace(JsonGenerator json, String from, String to) {
    json.writeStartObject();
    json.writeStringProperty("type", "Replace");
    json.writeObjectPropertyStart("pattern");
    json.writeStringProperty("String", from);
    json.writeEndObject();
    json.writeStringProperty("content", to);
    json.writeEndObject();
  }

  private static void type(JsonGenerator json, String type) {
    json.writeStartObject();
    json.writeStringProperty("type", type);
    json.writeEndObject();
  }

  /// Text with the begin token in front and the end token behind, as far as they are added.
  private void postProcessor(JsonGenerator json) {
    Integer begin = model.addsBegin() ? model.special().get(SpecialToken.BEGIN) : null;
    Integer end = model.addsEnd().orElse(false) ? model.special().get(SpecialToken.END) : null;
    if (begin == null && end == null) {
      json.writeNullProperty("post_processor");
      return;
    }
    json.writeObjectPropertyStart("post_processor");
    json.writeStringProperty("type", "TemplateProcessing");
    json.writeArrayPropertyStart("single");
    around(json, begin, end, "A", 0);
    json.writeEndArray();
    json.writeArrayPropertyStart("pair");
    around(json, begin, end, "A", 0);
    around(json, begin, end, "B", 1);
    json.writeEndArray();
    json.writeObjectPropertyStart("special_tokens");
    Set<Integer> written = new HashSet<>();
    for (Integer id : new @Nullable Integer[] {begin, end}) {
      if (id != null && written.add(id)) {
        String text = model.tokens().get(id);
        json.writeObjectPropertyStart(text);
        json.writeStringProperty("id", text);
        json.writeArrayPropertyStart("ids");
        json.writeNumber(id);
        json.writeEndArray();
        json.writeArrayPropertyStart("tokens");
        json.writeString(text);
        json.writeEndArray();
        json.writeEndObject();
      }
    }
    json.writeEndObject();
    json.writeEndObject();
  }

  private void around(
      JsonGenerator json, @Nullable Integer begin, @Nullable Integer end, String part, int type) {
    if (begin != null) {
      item(json, "SpecialToken", model.tokens().get(begin), type);
    }
    item(json, "Sequence", part, type);
    if (end != null) {
      item(json, "SpecialToken", model.tokens().get(end), type);
    }
  }

  private static void item(JsonGenerator json, String kind, String id, int type) {
    json.writeStartObject();
    json.writeObjectPropertyStart(kind);
    json.writeStringProperty("id", id);
    json.writeNumberProperty("type_id", type);
    json.writeEndObject();
    json.writeEndObject();
  }

  private void model(JsonGenerator json) {
    boolean pieces = model.family() == Family.SENTENCE_PIECE;
    json.writeObjectPropertyStart("model");
    json.writeStringProperty("type", "BPE");
    json.writeNullProperty("dropout");
    String unknown = pieces ? model.text(SpecialToken.UNKNOWN).orElse(null) : null;
    json.writeStringProperty("unk_token", unknown);
    json.writeNullProperty("continuing_subword_prefix");
    json.writeNullProperty("end_of_word_suffix");
    json.writeBooleanProperty("fuse_unk", pieces);
    json.writeBooleanProperty("byte_fallback", pieces);
    json.writeBooleanProperty(
        "ignore_merges", !pieces && PreTokenizers.ignoresMerges(model.preTokenizer()));
    json.writeName("vocab");
    vocabulary(json, addedIds());
    json.writeName("merges");
    merges(json);
    json.writeEndObject();
  }

  /// The tokens of the model itself. Added tokens are numbered by the reader where they stand
  /// behind all others without a hole; otherwise their numbers must be written down with the
  /// others.
  ///
  /// @param added numbers of the tokens that stand under `added_tokens`
  private List<Integer> vocabulary(Set<Integer> added) {
    List<Integer> present = new ArrayList<>();
    for (int id = 0; id < model.tokens().size(); id++) {
      if (model.types().get(id) != TokenType.UNUSED) {
        present.add(id);
      }
    }
    boolean holes = !present.isEmpty() && present.getLast() != present.size() - 1;
    int own = present.size() - added.size();
    boolean behind = added.stream().allMatch(id -> id >= own && !merged.contains(id)) && !holes;
    return behind ? present.subList(0, own) : present;
  }

  private Set<Integer> addedIds() {
    Set<Integer> added = new HashSet<>();
    for (int id = 0; id < model.tokens().size(); id++) {
      if (model.types().get(id).isAdded()) {
        added.add(id);
      }
    }
    return added;
  }
}

package org.bitnet4j.formats.tokenizer;

import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.SequencedMap;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/// Writes tokenizer_config.json and generation_config.json.
final class TokenizerConfig {
  private static final JsonFactory JSON = JsonFactory.builder().build();

  private TokenizerConfig() {}

  static byte[] write(TokenizerModel model, int contextLength) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
      json.writeStartObject();
      json.writeStringProperty("tokenizer_class", "PreTrainedTokenizerFast");
      json.writeBooleanProperty("add_bos_token", model.addsBegin());
      model.addsEnd().ifPresent(adds -> json.writeBooleanProperty("add_eos_token", adds));
      if (model.family() == Family.SENTENCE_PIECE) {
        json.writeBooleanProperty("add_prefix_space", model.spacePrefix());
      }
      for (SpecialToken role : SpecialToken.values()) {
        model.text(role).ifPresent(text -> json.writeStringProperty(role.textEntry(), text));
      }
      json.writeBooleanProperty("clean_up_tokenization_spaces", false);
      if (contextLength > 0) {
        json.writeNumberProperty("model_max_length", contextLength);
      }
      templates(json, model.templates());
      json.writeEndObject();
    }
    return bytes.toByteArray();
  }

  private static void templates(JsonGenerator json, SequencedMap<String, String> templates) {
    if (templates.isEmpty()) {
      return;
    }
    String template = templates.get(ChatTemplates.DEFAULT);
    if (templates.size() == 1 && template != null) {
      json.writeStringProperty("chat_template", template);
      return;
    }
    json.writeArrayPropertyStart("chat_template");
    templates.forEach((name, text) -> {
      json.writeStartObject();
      json.writeStringProperty("name", name);
      json.writeStringProperty("template", text);
      json.writeEndObject();
    });
    json.writeEndArray();
  }

  static byte[] writeGeneration(TokenizerModel model, StopTokens stops) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
      json.writeStartObject();
      id(json, model, SpecialToken.BEGIN);
      List<Integer> ends = stops.all();
      if (ends.size() == 1) {
        json.writeNumberProperty(SpecialToken.END.idEntry(), ends.getFirst());
      } else if (!ends.isEmpty()) {
        json.writeArrayPropertyStart(SpecialToken.END.idEntry());
        ends.forEach(json::writeNumber);
        json.writeEndArray();
      }
      id(json, model, SpecialToken.PADDING);
      json.writeEndObject();
    }
    return bytes.toByteArray();
  }

  private static void id(JsonGenerator json, TokenizerModel model, SpecialToken role) {
    Integer id = model.special().get(role);
    if (id != null) {
      json.writeNumberProperty(role.idEntry(), id);
    }
  }
}

package org.bitnet4j.formats.tokenizer;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SortedMap;
import org.bitnet4j.formats.gguf.GgufMetadata;
import org.bitnet4j.formats.json.JsonTree;
import org.bitnet4j.quant.MalformedFileException;

/// Where chat templates stand, by name; they are carried over character by character and never run.
public final class ChatTemplates {
  /// Name of the template that is used unless another is asked for.
  public static final String DEFAULT = "default";

  static final String TOKENIZER_CONFIG = "tokenizer_config.json";
  private static final String JINJA = "chat_template.jinja";
  private static final String JSON = "chat_template.json";
  private static final String ADDITIONAL = "additional_chat_templates/";
  private static final String SUFFIX = ".jinja";

  /// What only the placeholder has that bitnet.cpp's converter writes instead of a template.
  private static final String PLACEHOLDER = "BITNETAssistant: ";

  private ChatTemplates() {}

  /// The templates of a Hugging Face model: the file chat_template.jinja before chat_template.json
  /// before the entry of tokenizer_config.json, as transformers loads them.
  ///
  /// @param sideFiles small files of the model by name
  /// @throws MalformedFileException for a file that breaks its format
  public static SequencedMap<String, String> of(SortedMap<String, byte[]> sideFiles) {
    SequencedMap<String, String> templates = new LinkedHashMap<>();
    byte[] jinja = sideFiles.get(JINJA);
    if (jinja != null) {
      templates.put(DEFAULT, utf8(JINJA, jinja));
      for (Map.Entry<String, byte[]> file : sideFiles.tailMap(ADDITIONAL).entrySet()) {
        String name = file.getKey();
        if (name.startsWith(ADDITIONAL) && name.endsWith(SUFFIX)) {
          templates.put(
              name.substring(ADDITIONAL.length(), name.length() - SUFFIX.length()),
              utf8(name, file.getValue()));
        }
      }
      return templates;
    }
    for (String name : new String[] {JSON, TOKENIZER_CONFIG}) {
      byte[] file = sideFiles.get(name);
      Optional<JsonTree> entry =
          file == null ? Optional.empty() : Companions.parse(name, file).find("chat_template");
      if (entry.isPresent()) {
        return ofEntry(entry.get());
      }
    }
    return templates;
  }

  /// A single text, or a list of names and texts.
  private static SequencedMap<String, String> ofEntry(JsonTree entry) {
    SequencedMap<String, String> templates = new LinkedHashMap<>();
    if (entry.isString()) {
      templates.put(DEFAULT, entry.text());
      return templates;
    }
    for (JsonTree item : entry.items()) {
      JsonTree name = item.get("name");
      if (templates.putIfAbsent(name.text(), item.get("template").text()) != null) {
        throw name.fail("the name of one template only");
      }
    }
    return templates;
  }

  private static String utf8(String file, byte[] text) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(text)).toString();
    } catch (CharacterCodingException e) {
      throw new MalformedFileException(
          file,
          0,
          "chat template",
          "other bytes",
          "valid UTF-8",
          "Fetch the file again or repair what wrote it.",
          e);
    }
  }

  /// The templates of a GGUF model: `tokenizer.chat_template` and `tokenizer.chat_template.NAME`.
  ///
  /// @param metadata its metadata
  /// @throws MalformedFileException for a value of another type
  public static SequencedMap<String, String> of(GgufMetadata metadata) {
    SequencedMap<String, String> templates = new LinkedHashMap<>();
    metadata.text(Keys.TEMPLATE).ifPresent(text -> templates.put(DEFAULT, text));
    for (String key : metadata.keys()) {
      if (key.startsWith(Keys.TEMPLATE + ".")) {
        String name = key.substring(Keys.TEMPLATE.length() + 1);
        metadata.text(key).ifPresent(text -> templates.putIfAbsent(name, text));
      }
    }
    return templates;
  }

  /// Whether a template is the placeholder that bitnet.cpp's converter writes into the GGUF files
  /// of BitNet b1.58 2B-4T: `Human: … BITNETAssistant: …`. The model was trained on another form,
  /// `Role: content<|eot_id|>`, and does not end its turn under this one.
  ///
  /// @param template a chat template
  public static boolean isPlaceholder(String template) {
    return template.contains(PLACEHOLDER);
  }

  /// The template of BitNet b1.58 2B-4T: the role with a capital, a colon, the text, `<|eot_id|>`.
  public static String ofBitnet2B4T() {
    return "{% for message in messages %}"
        + "{% if loop.first %}{{ bos_token }}{% endif %}"
        + "{{ message['role'] | capitalize + ': ' + message['content'] | trim + '<|eot_id|>' }}"
        + "{% endfor %}"
        + "{% if add_generation_prompt %}{{ 'Assistant: ' }}{% endif %}";
  }
}

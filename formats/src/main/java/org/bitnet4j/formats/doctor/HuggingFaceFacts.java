package org.bitnet4j.formats.doctor;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.bitnet4j.quant.MalformedFileException;
import org.jspecify.annotations.Nullable;

/// The facts in the small files of a Hugging Face directory, or of what was made from one.
final class HuggingFaceFacts implements ModelFacts {
  static final String CONFIG = "config.json";
  static final String GENERATION = "generation_config.json";
  static final String TOKENIZER = "tokenizer.json";
  static final String TOKENIZER_CONFIG = "tokenizer_config.json";
  static final String MODULES = "modules.json";
  static final String POOLING = "1_Pooling/config.json";
  static final String TEMPLATE = "chat_template.jinja";

  /// Files of which one is enough to make tokens.
  private static final List<String> TOKENIZERS =
      List.of(TOKENIZER, "tokenizer.model", "vocab.json", "spiece.model");

  private static final Map<Axis, String> KEYS =
      Map.of(
          Axis.HIDDEN, "hidden_size",
          Axis.INTERMEDIATE, "intermediate_size",
          Axis.VOCABULARY, "vocab_size",
          Axis.HEAD, "head_dim");

  private final Map<String, byte[]> files;
  private final List<MalformedFileException> faults = new ArrayList<>();
  private final JsonFields top;
  private final JsonFields config;
  private final JsonFields generation;
  private final JsonFields tokenizerConfig;
  private final JsonFields pooling;
  private final @Nullable Vocabulary vocabulary;

  /// Reads the files; what cannot be parsed counts as absent and as a fault.
  ///
  /// @param files name to content
  HuggingFaceFacts(Map<String, byte[]> files) {
    this.files = files;
    this.top = parse(CONFIG);
    // Models that also see keep the language part in an object of its own.
    this.config = top.has("text_config") ? top.object("text_config") : top;
    this.generation = parse(GENERATION);
    this.tokenizerConfig = parse(TOKENIZER_CONFIG);
    this.pooling = parse(POOLING);
    this.vocabulary = readVocabulary();
  }

  private JsonFields parse(String name) {
    byte[] text = files.get(name);
    if (text == null) {
      return JsonFields.none();
    }
    try {
      return JsonFields.parse(name, text);
    } catch (MalformedFileException e) {
      faults.add(e);
      return JsonFields.none();
    }
  }

  private @Nullable Vocabulary readVocabulary() {
    byte[] text = files.get(TOKENIZER);
    if (text == null) {
      return null;
    }
    try {
      return Vocabulary.ofTokenizerJson(TOKENIZER, text);
    } catch (MalformedFileException e) {
      faults.add(e);
      return null;
    }
  }

  /// Files that could not be parsed.
  List<MalformedFileException> faults() {
    return faults;
  }

  /// Whether a file is there.
  boolean has(String file) {
    return files.containsKey(file);
  }

  /// The language part of config.json.
  JsonFields config() {
    return config;
  }

  /// The `quantization_config` of config.json, empty where there is none.
  JsonFields quantization() {
    return top.object("quantization_config");
  }

  /// Whether config.json says anything about quantization.
  boolean isQuantized() {
    return top.has("quantization_config");
  }

  private static String at(String key) {
    return CONFIG + ", " + key;
  }

  private OptionalLong headDim() {
    OptionalLong declared = config.integer("head_dim");
    OptionalLong hidden = config.integer("hidden_size");
    OptionalLong heads = config.integer("num_attention_heads");
    if (declared.isPresent() || hidden.isEmpty() || heads.isEmpty() || heads.getAsLong() == 0) {
      return declared;
    }
    return OptionalLong.of(hidden.getAsLong() / heads.getAsLong());
  }

  @Override
  public Optional<Declared> declared(Axis axis) {
    return switch (axis) {
      case HIDDEN, INTERMEDIATE, VOCABULARY -> entry(String.valueOf(KEYS.get(axis)));
      case HEAD ->
          headDim().isPresent()
              ? Optional.of(new Declared(headDim().getAsLong(), at("head_dim")))
              : Optional.empty();
      case QUERY_WIDTH -> width("num_attention_heads");
      case KEY_WIDTH ->
          width(config.has("num_key_value_heads") ? "num_key_value_heads" : "num_attention_heads");
    };
  }

  private Optional<Declared> entry(String key) {
    OptionalLong value = config.integer(key);
    return value.isPresent()
        ? Optional.of(new Declared(value.getAsLong(), at(key)))
        : Optional.empty();
  }

  private Optional<Declared> width(String headsKey) {
    OptionalLong heads = config.integer(headsKey);
    OptionalLong dim = headDim();
    if (heads.isEmpty()
        || dim.isEmpty()
        || heads.getAsLong() > 1 << 20
        || dim.getAsLong() > 1 << 20) {
      return Optional.empty();
    }
    return Optional.of(
        new Declared(heads.getAsLong() * dim.getAsLong(), at(headsKey + " · head_dim")));
  }

  @Override
  public Optional<Declared> layers() {
    return entry("num_hidden_layers");
  }

  @Override
  public List<Fix> correct(Axis axis, long value) {
    String key = KEYS.get(axis);
    return key == null || !config.has(key) ? List.of() : List.of(edit(key, value));
  }

  @Override
  public List<Fix> correctLayers(long value) {
    return List.of(edit("num_hidden_layers", value));
  }

  private Fix edit(String key, long value) {
    List<String> path = top.has("text_config") ? List.of("text_config", key) : List.of(key);
    return new Fix.EditJson(CONFIG, path, Long.toString(value));
  }

  @Override
  public @Nullable Vocabulary vocabulary() {
    return vocabulary;
  }

  @Override
  public boolean hasTokenizer() {
    return TOKENIZERS.stream().anyMatch(files::containsKey);
  }

  @Override
  public Optional<Text> chatTemplate() {
    byte[] file = files.get(TEMPLATE);
    if (file != null) {
      return Optional.of(new Text(new String(file, StandardCharsets.UTF_8), TEMPLATE));
    }
    String where = TOKENIZER_CONFIG + ", chat_template";
    Optional<String> text = tokenizerConfig.text("chat_template");
    if (text.isPresent()) {
      return text.map(template -> new Text(template, where));
    }
    return tokenizerConfig.objects("chat_template").stream()
        .filter(named -> named.text("name").equals(Optional.of("default")))
        .flatMap(named -> named.text("template").stream())
        .map(template -> new Text(template, where))
        .findFirst();
  }

  @Override
  public List<Fix> correctChatTemplate(String template) {
    return files.containsKey(TEMPLATE)
        ? List.of()
        : List.of(
            new Fix.EditJson(
                TOKENIZER_CONFIG, List.of("chat_template"), JsonEdit.string(template)));
  }

  @Override
  public Set<Long> stopTokens() {
    Set<Long> ids = new HashSet<>(generation.integers("eos_token_id"));
    ids.addAll(config.integers("eos_token_id"));
    if (vocabulary != null) {
      Integer named = vocabulary.markers().get(tokenizerConfig.text("eos_token").orElse(""));
      if (named != null) {
        ids.add((long) named);
      }
    }
    return ids;
  }

  @Override
  public String stopTokensWhere() {
    return GENERATION + ", eos_token_id";
  }

  @Override
  public List<Fix> addStopToken(long id) {
    Set<Long> ids = new TreeSet<>(stopTokens());
    ids.add(id);
    return List.of(new Fix.EditJson(GENERATION, List.of("eos_token_id"), ids.toString()));
  }

  @Override
  public Optional<Boolean> isTied() {
    return top.truth("tie_word_embeddings");
  }

  @Override
  public String tiedWhere() {
    return at("tie_word_embeddings");
  }

  /// Modes of sentence-transformers, of which one is true.
  @Override
  public Optional<Text> pooling() {
    if (!has(MODULES) || !has(POOLING)) {
      return Optional.empty();
    }
    for (String mode : List.of("lasttoken", "mean_tokens", "cls_token", "max_tokens")) {
      if (pooling.truth("pooling_mode_" + mode).orElse(false)) {
        return Optional.of(
            new Text(
                mode.equals("lasttoken") ? "LAST" : mode.toUpperCase(Locale.ROOT),
                POOLING + ", pooling_mode_" + mode));
      }
    }
    return Optional.empty();
  }

  @Override
  public String poolingWhere() {
    return MODULES + " and " + POOLING;
  }

  @Override
  public List<Fix> correctPooling() {
    return List.of(); // two files of another library; only one of them may be written here
  }

  @Override
  public String names() {
    return String.join(
            " ",
            top.text("_name_or_path").orElse(""),
            top.text("model_type").orElse(""),
            String.join(" ", top.texts("architectures")))
        .toLowerCase(Locale.ROOT);
  }
}

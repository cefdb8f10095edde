package org.bitnet4j.formats.doctor;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.bitnet4j.formats.gguf.GgufFile;
import org.bitnet4j.formats.gguf.GgufMetadata;
import org.bitnet4j.formats.gguf.GgufTensor;
import org.bitnet4j.formats.gguf.GgufValue;
import org.bitnet4j.formats.gguf.GgufValueType;
import org.jspecify.annotations.Nullable;

/// The facts in the metadata of a GGUF file.
final class GgufFacts implements ModelFacts {
  static final String ARCHITECTURE = "general.architecture";
  static final String TOKENS = "tokenizer.ggml.tokens";
  static final String TOKENIZER = "tokenizer.ggml.model";
  static final String TEMPLATE = "tokenizer.chat_template";
  private static final String END = "tokenizer.ggml.eos_token_id";
  private static final String END_OF_TURN = "tokenizer.ggml.eot_token_id";
  private static final List<String> ENDS = List.of(END, END_OF_TURN, "tokenizer.ggml.eom_token_id");

  /// Architectures whose engines take the embedding as output head whatever the file holds.
  private static final Set<String> TIED = Set.of("bitnet", "bitnet-25", "bitnet-b1.58");

  /// Values of `pooling_type` in their order.
  private static final List<String> POOLING = List.of("NONE", "MEAN", "CLS", "LAST", "RANK");

  private static final int LAST = 3;

  private static final Map<Axis, String> KEYS =
      Map.of(
          Axis.HIDDEN, "embedding_length",
          Axis.INTERMEDIATE, "feed_forward_length",
          Axis.VOCABULARY, "vocab_size",
          Axis.HEAD, "attention.key_length");

  private final GgufFile file;
  private final GgufMetadata metadata;
  private final @Nullable Vocabulary vocabulary;

  GgufFacts(GgufFile file) {
    this.file = file;
    this.metadata = file.metadata();
    this.vocabulary = readVocabulary();
  }

  private @Nullable Vocabulary readVocabulary() {
    if (!(metadata.find(TOKENS) instanceof GgufValue.Array(var tokens))
        || tokens.elementType() != GgufValueType.STRING) {
      return null;
    }
    Map<String, Integer> markers = new HashMap<>();
    int id = 0;
    for (String token : tokens.texts()) {
      if (Vocabulary.isMarker(token)) {
        markers.put(token, id);
      }
      id++;
    }
    return new Vocabulary(id, Map.copyOf(markers));
  }

  GgufFile file() {
    return file;
  }

  GgufMetadata metadata() {
    return metadata;
  }

  /// `general.architecture`, empty text where it is not said.
  String architecture() {
    return text(ARCHITECTURE).orElse("");
  }

  /// A key of the architecture: `llama.block_count` for `block_count`.
  String key(String name) {
    return architecture() + "." + name;
  }

  /// A text, absent where there is none under the key.
  Optional<String> text(String key) {
    return metadata.find(key) instanceof GgufValue.Text(String value)
        ? Optional.of(value)
        : Optional.empty();
  }

  /// A whole number, not negative, absent where there is none under the key.
  OptionalLong integer(String key) {
    return metadata.find(key) instanceof GgufValue.Int value && value.value() >= 0
        ? OptionalLong.of(value.value())
        : OptionalLong.empty();
  }

  private static String at(String key) {
    return "key " + key;
  }

  @Override
  public Optional<Declared> declared(Axis axis) {
    return switch (axis) {
      case HIDDEN, INTERMEDIATE, VOCABULARY -> entry(key(String.valueOf(KEYS.get(axis))));
      case HEAD ->
          headDim().isEmpty()
              ? Optional.empty()
              : Optional.of(new Declared(headDim().getAsLong(), at(key("attention.key_length"))));
      case QUERY_WIDTH -> width("attention.head_count");
      case KEY_WIDTH ->
          width(
              metadata.has(key("attention.head_count_kv"))
                  ? "attention.head_count_kv"
                  : "attention.head_count");
    };
  }

  private Optional<Declared> entry(String key) {
    OptionalLong value = integer(key);
    return value.isEmpty()
        ? Optional.empty()
        : Optional.of(new Declared(value.getAsLong(), at(key)));
  }

  private OptionalLong headDim() {
    OptionalLong declared = integer(key("attention.key_length"));
    OptionalLong hidden = integer(key("embedding_length"));
    OptionalLong heads = integer(key("attention.head_count"));
    if (declared.isPresent() || hidden.isEmpty() || heads.isEmpty() || heads.getAsLong() == 0) {
      return declared;
    }
    return OptionalLong.of(hidden.getAsLong() / heads.getAsLong());
  }

  private Optional<Declared> width(String name) {
    OptionalLong heads = integer(key(name));
    OptionalLong dim = headDim();
    if (heads.isEmpty()
        || dim.isEmpty()
        || heads.getAsLong() > 1 << 20
        || dim.getAsLong() > 1 << 20) {
      return Optional.empty();
    }
    return Optional.of(
        new Declared(heads.getAsLong() * dim.getAsLong(), at(key(name)) + " · width of a head"));
  }

  @Override
  public Optional<Declared> layers() {
    return entry(key("block_count"));
  }

  @Override
  public List<Fix> correct(Axis axis, long value) {
    String name = KEYS.get(axis);
    return name == null || !metadata.has(key(name)) ? List.of() : set(key(name), value);
  }

  @Override
  public List<Fix> correctLayers(long value) {
    return set(key("block_count"), value);
  }

  private static List<Fix> set(String key, long value) {
    return value >> 32 == 0 ? List.of(new Fix.SetMetadata(key, GgufValue.u32(value))) : List.of();
  }

  @Override
  public @Nullable Vocabulary vocabulary() {
    return vocabulary;
  }

  @Override
  public boolean hasTokenizer() {
    return metadata.has(TOKENIZER) && vocabulary != null;
  }

  @Override
  public Optional<Text> chatTemplate() {
    return text(TEMPLATE).map(template -> new Text(template, at(TEMPLATE)));
  }

  @Override
  public List<Fix> correctChatTemplate(String template) {
    return List.of(new Fix.SetMetadata(TEMPLATE, GgufValue.text(template)));
  }

  @Override
  public Set<Long> stopTokens() {
    Set<Long> ids = new HashSet<>();
    for (String key : ENDS) {
      integer(key).ifPresent(ids::add);
    }
    return ids;
  }

  @Override
  public String stopTokensWhere() {
    return at(END) + ", " + END_OF_TURN;
  }

  @Override
  public List<Fix> addStopToken(long id) {
    return metadata.has(END_OF_TURN) ? List.of() : set(END_OF_TURN, id);
  }

  @Override
  public Optional<Boolean> isTied() {
    return TIED.contains(architecture()) ? Optional.of(true) : Optional.empty();
  }

  @Override
  public String tiedWhere() {
    return at(ARCHITECTURE);
  }

  @Override
  public Optional<Text> pooling() {
    String key = key("pooling_type");
    OptionalLong type = integer(key);
    if (type.isEmpty()) {
      return Optional.empty();
    }
    long number = type.getAsLong();
    return Optional.of(
        new Text(
            number < POOLING.size() ? POOLING.get((int) number) : "number " + number, at(key)));
  }

  @Override
  public String poolingWhere() {
    return at(key("pooling_type"));
  }

  @Override
  public List<Fix> correctPooling() {
    return set(key("pooling_type"), LAST);
  }

  /// Keys that begin with a text.
  List<String> keys(String prefix) {
    List<String> found = new ArrayList<>();
    for (String key : metadata.keys()) {
      if (key.startsWith(prefix)) {
        found.add(key);
      }
    }
    return found;
  }

  /// The stored tensors.
  List<GgufTensor> tensors() {
    return file.tensors();
  }

  @Override
  public String names() {
    return String.join(
            " ",
            text("general.name").orElse(""),
            text("general.basename").orElse(""),
            text("general.finetune").orElse(""),
            text("general.type").orElse(""),
            architecture())
        .toLowerCase(Locale.ROOT);
  }
}

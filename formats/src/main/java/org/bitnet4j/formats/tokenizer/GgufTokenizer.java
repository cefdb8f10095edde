package org.bitnet4j.formats.tokenizer;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SequencedMap;
import org.bitnet4j.formats.gguf.GgufArray;
import org.bitnet4j.formats.gguf.GgufMetadata;
import org.bitnet4j.formats.gguf.GgufValue;
import org.bitnet4j.quant.MalformedFileException;

/// A tokenizer as the keys of GGUF, both ways.
final class GgufTokenizer {
  private static final String FILE = "GGUF metadata";
  private static final String REPAIR = "Fetch the file again or repair what wrote it.";

  private final GgufMetadata metadata;

  private GgufTokenizer(GgufMetadata metadata) {
    this.metadata = metadata;
  }

  /// Reads the keys; empty where the model has no tokenizer.
  static Optional<TokenizerModel> read(GgufMetadata metadata) {
    String model = metadata.text(Keys.MODEL).orElse("none");
    return switch (model) {
      case "none", "no_vocab" -> Optional.empty();
      case "gpt2" -> Optional.of(new GgufTokenizer(metadata).read(Family.BYTE_LEVEL));
      case "llama" -> Optional.of(new GgufTokenizer(metadata).read(Family.SENTENCE_PIECE));
      default ->
          throw fault(
              Keys.MODEL,
              model,
              "gpt2 or llama",
              "This library turns no other tokenizer into a tokenizer.json.");
    };
  }

  static MalformedFileException fault(String key, String found, String allowed, String remedy) {
    return new MalformedFileException(FILE, -1, "key " + key, found, allowed, remedy);
  }

  private TokenizerModel read(Family family) {
    List<String> tokens = metadata.texts(Keys.TOKENS);
    if (tokens.isEmpty() || tokens.size() > TokenizerJson.MAX_TOKENS) {
      throw fault(
          Keys.TOKENS,
          tokens.size() + " tokens",
          "in [1, " + TokenizerJson.MAX_TOKENS + "] tokens",
          REPAIR);
    }
    List<TokenType> types = types(tokens);
    String pre = preTokenizer(family);
    return new TokenizerModel(
        family,
        pre,
        tokens,
        types,
        Optional.empty(),
        merges(family, tokens, types),
        family == Family.SENTENCE_PIECE && metadata.truth(Keys.ADD_SPACE).orElse(true),
        special(family, tokens.size()),
        metadata
            .truth(Keys.ADD_BEGIN)
            .orElse(family == Family.SENTENCE_PIECE || PreTokenizers.addsBegin(pre)),
        metadata.truth(Keys.ADD_END),
        ChatTemplates.of(metadata),
        metadata.text(Keys.FRAME));
  }

  /// Engines take `default` where the key is missing; a vocabulary that is known by itself is known
  /// better.
  private String preTokenizer(Family family) {
    if (family == Family.SENTENCE_PIECE) {
      return PreTokenizers.DEFAULT;
    }
    return metadata
        .text(Keys.PRE)
        .or(() -> PreTokenizers.ofVocabulary(metadata))
        .orElse(PreTokenizers.DEFAULT);
  }

  private List<TokenType> types(List<String> tokens) {
    Optional<GgufArray> array = metadata.array(Keys.TYPES);
    List<TokenType> types = new ArrayList<>(tokens.size());
    if (array.isPresent()) {
      requireSize(Keys.TYPES, array.get().size(), tokens.size());
      if (!array.get().elementType().isInteger()) {
        throw fault(Keys.TYPES, array.get().toString(), "an array of integers", REPAIR);
      }
    }
    boolean hasEmpty = false;
    for (int id = 0; id < tokens.size(); id++) {
      TokenType type = TokenType.NORMAL;
      if (array.isPresent()) {
        long number = array.get().integer(id);
        type = TokenType.ofId(number);
        if (type == null) {
          throw fault(Keys.TYPES, number + " for token " + id, "in [0, 6]", REPAIR);
        }
      }
      // Engines give each token without text a name of its own; a vocabulary has room for one.
      boolean empty = tokens.get(id).isEmpty();
      types.add(empty && hasEmpty ? TokenType.UNUSED : type);
      hasEmpty |= empty;
    }
    return types;
  }

  private Scores scores(int size) {
    Optional<GgufArray> array = metadata.array(Keys.SCORES);
    float[] scores = new float[size];
    if (array.isPresent()) {
      requireSize(Keys.SCORES, array.get().size(), size);
      if (!array.get().elementType().isFloat()) {
        throw fault(Keys.SCORES, array.get().toString(), "an array of floats", REPAIR);
      }
      for (int id = 0; id < size; id++) {
        scores[id] = (float) array.get().floatingPoint(id);
        if (!Float.isFinite(scores[id])) {
          throw fault(Keys.SCORES, scores[id] + " for token " + id, "finite", REPAIR);
        }
      }
    }
    return Scores.of(scores);
  }

  private static void requireSize(String key, int found, int tokens) {
    if (found != tokens) {
      throw fault(key, found + " items", "as many as the " + tokens + " tokens", REPAIR);
    }
  }

  private List<String> merges(Family family, List<String> tokens, List<TokenType> types) {
    if (family == Family.SENTENCE_PIECE && !metadata.has(Keys.MERGES)) {
      return scores(tokens.size()).toMerges(tokens, types);
    }
    List<String> merges = metadata.texts(Keys.MERGES);
    if (merges.size() > TokenizerJson.MAX_MERGES) {
      throw fault(
          Keys.MERGES,
          merges.size() + " merges",
          "at most " + TokenizerJson.MAX_MERGES + " merges",
          REPAIR);
    }
    for (String merge : merges) {
      // The first token may not be empty, so a space at its start belongs to it.
      int space = merge.indexOf(' ', 1);
      if (space < 0 || space == merge.length() - 1 || merge.indexOf(' ', space + 1) >= 0) {
        throw fault(Keys.MERGES, merge, "two tokens with one space between them", REPAIR);
      }
    }
    return merges;
  }

  private Map<SpecialToken, Integer> special(Family family, int tokens) {
    Map<SpecialToken, Integer> special = new EnumMap<>(SpecialToken.class);
    if (family == Family.SENTENCE_PIECE && tokens > 2) {
      // What engines take where the keys are missing.
      special.put(SpecialToken.UNKNOWN, 0);
      special.put(SpecialToken.BEGIN, 1);
      special.put(SpecialToken.END, 2);
    }
    for (SpecialToken role : SpecialToken.values()) {
      OptionalLong id = metadata.integer(role.key());
      // Engines pass over a number without a token; some files hold 2^32 − 1 for none.
      if (id.isPresent() && id.getAsLong() >= 0 && id.getAsLong() < tokens) {
        special.put(role, (int) id.getAsLong());
      }
    }
    return special;
  }

  /// Writes the keys in the order of llama.cpp's converter.
  static GgufMetadata write(TokenizerModel model) {
    GgufMetadata.Builder keys = GgufMetadata.builder();
    keys.put(Keys.MODEL, GgufValue.text(model.family().model()));
    keys.put(Keys.PRE, GgufValue.text(model.preTokenizer()));
    keys.put(Keys.TOKENS, GgufValue.texts(withoutNul(model.tokens())));
    if (model.family() == Family.SENTENCE_PIECE) {
      Scores scores =
          model
              .scores()
              .orElseGet(() -> Scores.ofMerges(model.tokens(), model.types(), model.merges()));
      keys.put(Keys.SCORES, GgufValue.f32s(scores.toArray()));
    }
    keys.put(
        Keys.TYPES, GgufValue.i32s(model.types().stream().mapToInt(TokenType::ordinal).toArray()));
    if (model.scores().isEmpty()) {
      keys.put(Keys.MERGES, GgufValue.texts(withoutNul(model.merges())));
    }
    model.special().forEach((role, id) -> keys.put(role.key(), GgufValue.u32(id)));
    keys.put(Keys.ADD_BEGIN, GgufValue.bool(model.addsBegin()));
    model.addsEnd().ifPresent(adds -> keys.put(Keys.ADD_END, GgufValue.bool(adds)));
    if (model.family() == Family.SENTENCE_PIECE) {
      keys.put(Keys.ADD_SPACE, GgufValue.bool(model.spacePrefix()));
    }
    templates(model.templates(), keys);
    model.frame().ifPresent(frame -> keys.put(Keys.FRAME, GgufValue.text(frame)));
    return keys.build();
  }

  private static void templates(SequencedMap<String, String> templates, GgufMetadata.Builder keys) {
    withoutNul(templates.sequencedValues());
    List<String> named =
        withoutNul(
            templates.sequencedKeySet().stream()
                .filter(name -> !name.equals(ChatTemplates.DEFAULT))
                .toList());
    if (!named.isEmpty()) {
      keys.put(Keys.TEMPLATES, GgufValue.texts(named));
    }
    templates.forEach((name, text) -> {
      if (!name.equals(ChatTemplates.DEFAULT)) {
        keys.put(Keys.TEMPLATE + "." + name, GgufValue.text(text));
      }
    });
    String template = templates.get(ChatTemplates.DEFAULT);
    if (template != null) {
      keys.put(Keys.TEMPLATE, GgufValue.text(template));
    }
  }

  /// Texts of GGUF end at a NUL in most engines.
  private static <T extends Collection<String>> T withoutNul(T texts) {
    for (String text : texts) {
      if (text.indexOf('\0') >= 0) {
        throw new MalformedFileException(
            TokenizerJson.FILE,
            -1,
            "text",
            text,
            "without NUL",
            "GGUF cannot hold it: keep the model in Hugging Face form.");
      }
    }
    return texts;
  }
}

package org.bitnet4j.formats.doctor;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import org.bitnet4j.formats.json.StrictJson;
import tools.jackson.core.JsonToken;

/// What a tokenizer says about its vocabulary; the tokens themselves are not kept.
///
/// @param size one more than its largest token id
/// @param markers ids of the special tokens by which a tokenizer is known and answers end
record Vocabulary(long size, Map<String, Integer> markers) {
  /// Tokens that end a turn. No base model uses them in running text.
  static final List<String> END_OF_TURN =
      List.of("<|eot_id|>", "<|im_end|>", "<end_of_turn>", "<|end|>");

  /// Tokens by which a family is known: nobody else has all of one list.
  private static final SequencedMap<String, List<String>> FAMILIES = new LinkedHashMap<>();

  static {
    FAMILIES.put("llama-bpe", List.of("<|begin_of_text|>", "<|start_header_id|>", "<|eot_id|>"));
    FAMILIES.put("qwen2", List.of("<|im_start|>", "<|fim_prefix|>", "<|vision_start|>"));
  }

  private static final int MAX_ID = 1 << 24;

  private static final Set<String> MARKERS = markersOfAll();

  private static Set<String> markersOfAll() {
    Set<String> all = new HashSet<>(END_OF_TURN);
    FAMILIES.values().forEach(all::addAll);
    return Set.copyOf(all);
  }

  /// Whether a token is one whose id is kept.
  static boolean isMarker(String token) {
    return MARKERS.contains(token);
  }

  /// The end-of-turn token of the vocabulary, if it has one.
  Optional<String> endOfTurn() {
    return END_OF_TURN.stream().filter(markers::containsKey).findFirst();
  }

  /// The name of the pre-tokenizer that the vocabulary was made with, where its special tokens
  /// tell.
  Optional<String> preTokenizer() {
    return FAMILIES.entrySet().stream()
        .filter(family -> markers.keySet().containsAll(family.getValue()))
        .map(Map.Entry::getKey)
        .findFirst();
  }

  /// Reads a tokenizer.json, token by token.
  ///
  /// @param file name of the file, for messages
  /// @param text its bytes
  /// @throws org.bitnet4j.quant.MalformedFileException for anything that is no tokenizer
  static Vocabulary ofTokenizerJson(String file, byte[] text) {
    try (StrictJson json = new StrictJson(file, "tokenizer", 0, text)) {
      json.expect(JsonToken.START_OBJECT, "tokenizer");
      Reader reader = new Reader(json);
      Set<String> keys = new HashSet<>();
      while (json.next() != JsonToken.END_OBJECT) {
        String key = json.name();
        json.requireNew(key, keys);
        JsonToken token = json.next();
        if (key.equals("added_tokens") && token == JsonToken.START_ARRAY) {
          reader.addedTokens();
        } else if (key.equals("model") && token == JsonToken.START_OBJECT) {
          reader.model();
        } else {
          json.skip();
        }
      }
      json.end();
      return new Vocabulary(reader.size, Map.copyOf(reader.markers));
    }
  }

  private static final class Reader {
    private final StrictJson json;
    private final Map<String, Integer> markers = new HashMap<>();
    private long size;

    Reader(StrictJson json) {
      this.json = json;
    }

    private void token(String text, long id) {
      size = Math.max(size, id + 1);
      if (isMarker(text)) {
        markers.put(text, (int) id);
      }
    }

    void addedTokens() {
      while (json.next() != JsonToken.END_ARRAY) {
        json.require(JsonToken.START_OBJECT, "added_tokens");
        String content = "";
        long id = -1;
        while (json.next() != JsonToken.END_OBJECT) {
          String key = json.name();
          json.next();
          switch (key) {
            case "content" -> content = json.string("content");
            case "id" -> id = json.integer("id", MAX_ID);
            default -> json.skip();
          }
        }
        if (id < 0) {
          throw json.fail("added_tokens", "a token without id", "tokens with id and content");
        }
        token(content, id);
      }
    }

    /// `vocab` is an object of token to id (BPE) or a list of token and score (Unigram).
    void model() {
      while (json.next() != JsonToken.END_OBJECT) {
        String key = json.name();
        JsonToken value = json.next();
        if (key.equals("vocab") && value == JsonToken.START_OBJECT) {
          while (json.next() != JsonToken.END_OBJECT) {
            String text = json.name();
            json.next();
            token(text, json.integer("vocab", MAX_ID));
          }
        } else if (key.equals("vocab") && value == JsonToken.START_ARRAY) {
          scored();
        } else {
          json.skip();
        }
      }
    }

    private void scored() {
      for (int id = 0; json.next() != JsonToken.END_ARRAY; id++) {
        json.require(JsonToken.START_ARRAY, "vocab");
        json.next();
        token(json.string("vocab"), id);
        while (json.next() != JsonToken.END_ARRAY) {
          json.skip();
        }
      }
    }
  }
}

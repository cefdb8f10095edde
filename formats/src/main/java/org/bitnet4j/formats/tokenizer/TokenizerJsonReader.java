package org.bitnet4j.formats.tokenizer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import org.bitnet4j.formats.json.JsonTree;
import org.bitnet4j.formats.json.StrictJson;
import org.bitnet4j.formats.tokenizer.Frame.Span;
import org.bitnet4j.quant.MalformedFileException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonToken;

/// Reads a tokenizer.json token by token: vocabulary and merges never become a tree.
final class TokenizerJsonReader {
  private static final int MAX_BYTES = 128 << 20;

  private final byte[] text;
  private final StrictJson json;
  private final SequencedMap<String, Integer> vocabulary = new LinkedHashMap<>();
  private final List<String> merges = new ArrayList<>();
  private int[] mergeOffsets = new int[1024];
  private List<AddedToken> added = List.of();
  private @Nullable JsonTree normalizer;
  private @Nullable JsonTree preTokenizer;
  private @Nullable JsonTree postProcessor;
  private @Nullable JsonTree decoder;
  private @Nullable String unknown;
  private boolean byteFallback;
  private boolean ignoreMerges;
  private boolean hasModel;
  private Span vocabularySpan = Span.ABSENT;
  private Span mergesSpan = Span.ABSENT;

  TokenizerJsonReader(byte[] text) {
    if (text.length > MAX_BYTES) {
      throw new MalformedFileException(
          TokenizerJson.FILE,
          -1,
          "size",
          text.length + " bytes",
          "at most " + MAX_BYTES + " bytes",
          "A tokenizer has some megabytes: check what the file is.");
    }
    this.text = text;
    this.json = new StrictJson(TokenizerJson.FILE, "tokenizer", 0, text);
  }

  TokenizerJson read() {
    try (json) {
      json.expect(JsonToken.START_OBJECT, "tokenizer");
      Set<String> keys = new HashSet<>();
      while (json.next() != JsonToken.END_OBJECT) {
        String key = json.name();
        json.requireNew(key, keys);
        if (json.next() != JsonToken.VALUE_NULL) {
          part(key);
        }
      }
      if (!hasModel) {
        throw json.fail("model", "nothing", "given");
      }
      json.end();
    }
    return new TokenizerJson(
        vocabulary,
        merges,
        added,
        unknown,
        byteFallback,
        ignoreMerges,
        normalizer,
        preTokenizer,
        postProcessor,
        decoder,
        Frame.of(text, vocabularySpan, mergesSpan));
  }

  private void part(String key) {
    switch (key) {
      case "version" -> {
        if (!json.string(key).equals("1.0")) {
          throw json.fail(key, json.describe(), "\"1.0\"");
        }
      }
      case "added_tokens" -> added = addedTokens();
      case "normalizer" -> normalizer = tree(key);
      case "pre_tokenizer" -> preTokenizer = tree(key);
      case "post_processor" -> postProcessor = tree(key);
      case "decoder" -> decoder = tree(key);
      case "model" -> model();
      default -> json.skip();
    }
  }

  private JsonTree tree(String key) {
    json.require(JsonToken.START_OBJECT, key);
    return JsonTree.read(json, TokenizerJson.FILE, key);
  }

  private List<AddedToken> addedTokens() {
    List<AddedToken> tokens = new ArrayList<>();
    Set<String> contents = new HashSet<>();
    Set<Integer> ids = new HashSet<>();
    for (JsonTree entry : JsonTree.read(json, TokenizerJson.FILE, "added_tokens").items()) {
      AddedToken token = AddedToken.read(entry);
      if (!contents.add(token.content())) {
        throw entry.get("content").fail("a content that no other added token has");
      }
      if (!ids.add(token.id())) {
        throw entry.get("id").fail("a number that no other added token has");
      }
      tokens.add(token);
    }
    return List.copyOf(tokens);
  }

  private void model() {
    json.require(JsonToken.START_OBJECT, "model");
    hasModel = true;
    Set<String> keys = new HashSet<>();
    String type = null;
    while (json.next() != JsonToken.END_OBJECT) {
      String key = json.name();
      json.requireNew(key, keys);
      JsonToken value = json.next();
      if (value == JsonToken.VALUE_NULL) {
        continue;
      }
      switch (key) {
        case "type" -> {
          type = json.string(key);
          if (!type.equals("BPE")) {
            throw unsupportedModel();
          }
        }
        case "vocab" -> {
          if (value == JsonToken.START_ARRAY) {
            throw unsupportedModel(); // pieces with scores: Unigram
          }
          int begin = (int) json.offset();
          vocabulary();
          vocabularySpan = new Span(begin, (int) json.endOffset());
        }
        case "merges" -> {
          int begin = (int) json.offset();
          merges();
          mergesSpan = new Span(begin, (int) json.endOffset());
        }
        case "unk_token" -> unknown = json.string(key);
        case "byte_fallback" -> byteFallback = json.truth(key);
        case "ignore_merges" -> ignoreMerges = json.truth(key);
        case "continuing_subword_prefix", "end_of_word_suffix" -> {
          if (!json.string(key).isEmpty()) {
            throw unsupported(key, "empty or null", "GGUF cannot express it.");
          }
        }
        default -> json.skip();
      }
    }
    if (type == null && !keys.contains("merges")) {
      throw json.fail("model type", "nothing", "\"BPE\"");
    }
    requireMerges();
  }

  private MalformedFileException unsupportedModel() {
    return unsupported(
        "model type",
        "BPE",
        "GGUF engines that run ternary models know no other: keep the model in Hugging Face form.");
  }

  private MalformedFileException unsupported(String what, String allowed, String remedy) {
    return new MalformedFileException(
        TokenizerJson.FILE, json.offset(), what, json.describe(), allowed, remedy);
  }

  private void vocabulary() {
    json.require(JsonToken.START_OBJECT, "vocab");
    BitSet ids = new BitSet();
    while (json.next() != JsonToken.END_OBJECT) {
      String token = json.name();
      json.next();
      int id = (int) json.integer("vocab", TokenizerJson.MAX_ID);
      if (vocabulary.size() == TokenizerJson.MAX_TOKENS) {
        throw json.fail("vocab", "more", "of at most " + TokenizerJson.MAX_TOKENS + " tokens");
      }
      if (vocabulary.putIfAbsent(token, id) != null) {
        throw json.fail("token \"" + token + "\"", "a second one", "unique in the vocabulary");
      }
      if (id > text.length) {
        // No hole may be larger than the file itself: what lies in it would have to be made up.
        throw json.fail("vocab", Integer.toString(id), "below the number of tokens");
      }
      if (ids.get(id)) {
        throw json.fail("vocab", "a second token " + id, "one token for each number");
      }
      ids.set(id);
    }
  }

  private void merges() {
    json.require(JsonToken.START_ARRAY, "merges");
    while (json.next() != JsonToken.END_ARRAY) {
      if (merges.size() == TokenizerJson.MAX_MERGES) {
        throw json.fail("merges", "more", "at most " + TokenizerJson.MAX_MERGES);
      }
      if (merges.size() == mergeOffsets.length) {
        mergeOffsets = Arrays.copyOf(mergeOffsets, 2 * mergeOffsets.length);
      }
      mergeOffsets[merges.size()] = (int) json.offset();
      if (json.current() == JsonToken.START_ARRAY) {
        String left = part();
        String right = part();
        json.expect(JsonToken.END_ARRAY, "merges");
        merges.add(left + " " + right);
      } else {
        String merge = json.string("merges");
        if (merge.indexOf(' ') <= 0
            || merge.indexOf(' ') != merge.lastIndexOf(' ')
            || merge.endsWith(" ")) {
          throw json.fail("merges", json.describe(), "two tokens with one space between them");
        }
        merges.add(merge);
      }
    }
  }

  /// One of the two tokens of a merge.
  private String part() {
    json.expect(JsonToken.VALUE_STRING, "merges");
    String part = json.string("merges");
    if (part.isEmpty()) {
      throw json.fail("merges", "\"\"", "two tokens");
    }
    if (part.indexOf(' ') >= 0) {
      throw unsupported(
          "merges", "tokens without a space", "GGUF separates the two tokens by a space.");
    }
    return part;
  }

  /// Both parts of a merge, and what they make, are tokens.
  private void requireMerges() {
    for (int i = 0; i < merges.size(); i++) {
      String merge = merges.get(i);
      int space = merge.indexOf(' ');
      String left = merge.substring(0, space);
      String right = merge.substring(space + 1);
      for (String token : List.of(left, right, left + right)) {
        if (!vocabulary.containsKey(token)) {
          throw new MalformedFileException(
              TokenizerJson.FILE,
              mergeOffsets[i],
              "merges",
              token,
              "tokens of the vocabulary",
              "Fetch the file again or repair what wrote it.");
        }
      }
    }
  }
}

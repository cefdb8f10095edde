package org.bitnet4j.formats.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.SequencedSet;
import java.util.SortedMap;
import java.util.TreeMap;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/// Tokenizers in the forms of public models, of any size.
final class TokenizerFixtures {
  static final String LLAMA3 =
      """
      {"type":"Sequence","pretokenizers":[
       {"type":"Split","pattern":{"Regex":"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\\\r\\\\n\\\\p{L}\\\\p{N}]?\\\\p{L}+|\\\\p{N}{1,3}| ?[^\\\\s\\\\p{L}\\\\p{N}]+[\\\\r\\\\n]*|\\\\s*[\\\\r\\\\n]+|\\\\s+(?!\\\\S)|\\\\s+"},"behavior":"Isolated","invert":false},
       {"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":false}]}
      """;
  static final String GPT2 =
      "{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"trim_offsets\":true,\"use_regex\":true}";
  static final String LLAMA2_NORMALIZER =
      """
      {"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},
       {"type":"Replace","pattern":{"String":" "},"content":"▁"}]}
      """;
  static final String GEMMA_NORMALIZER =
      "{\"type\":\"Replace\",\"pattern\":{\"String\":\" \"},\"content\":\"▁\"}";

  private TokenizerFixtures() {}

  /// A character for every byte: printable ones stand for themselves, the others lie from U+0100.
  static List<String> byteAlphabet() {
    List<String> alphabet = new ArrayList<>();
    int next = 256;
    for (int b = 0; b < 256; b++) {
      boolean plain = (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
      alphabet.add(Character.toString(plain ? b : next++));
    }
    return alphabet;
  }

  /// Characters, then one token for each merge of two earlier ones.
  record Bpe(SequencedSet<String> tokens, List<String> merges) {}

  static Bpe merged(List<String> alphabet, int merges, long seed) {
    Random random = new Random(seed);
    SequencedSet<String> tokens = new LinkedHashSet<>(alphabet);
    List<String> parts = new ArrayList<>(alphabet);
    List<String> list = new ArrayList<>();
    while (list.size() < merges) {
      String left = parts.get(random.nextInt(parts.size()));
      String right = parts.get(random.nextInt(parts.size()));
      if (left.length() + right.length() < 12 && tokens.add(left + right)) {
        parts.add(left + right);
        list.add(left + " " + right);
      }
    }
    return new Bpe(tokens, list);
  }

  /// What a tokenizer.json is made of.
  static final class Builder {
    Bpe bpe = new Bpe(new LinkedHashSet<>(byteAlphabet()), List.of());
    String normalizer = "null";
    String preTokenizer = GPT2;
    String postProcessor = "null";
    String decoder = "{\"type\":\"ByteLevel\"}";
    boolean byteFallback;
    boolean ignoreMerges;
    boolean mergesAsPairs;
    String unknown = "null";
    final List<String> special = new ArrayList<>();
    final List<String> extra = new ArrayList<>();

    /// Added tokens that are no tokens of the model stand behind all others.
    byte[] json() {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      JsonFactory factory = JsonFactory.builder().build();
      try (JsonGenerator json = factory.createGenerator(ObjectWriteContext.empty(), bytes)) {
        json.writeStartObject();
        json.writeStringProperty("version", "1.0");
        json.writeArrayPropertyStart("added_tokens");
        List<String> numbered = new ArrayList<>(bpe.tokens);
        for (String token : special) {
          added(json, numbered, token, true);
        }
        for (String token : extra) {
          added(json, numbered, token, false);
        }
        json.writeEndArray();
        raw(json, "normalizer", normalizer);
        raw(json, "pre_tokenizer", preTokenizer);
        raw(json, "post_processor", postProcessor);
        raw(json, "decoder", decoder);
        json.writeObjectPropertyStart("model");
        json.writeStringProperty("type", "BPE");
        raw(json, "unk_token", unknown);
        json.writeBooleanProperty("byte_fallback", byteFallback);
        json.writeBooleanProperty("ignore_merges", ignoreMerges);
        json.writeObjectPropertyStart("vocab");
        int number = 0;
        for (String token : bpe.tokens) {
          json.writeNumberProperty(token, number++);
        }
        json.writeEndObject();
        json.writeArrayPropertyStart("merges");
        for (String merge : bpe.merges) {
          merge(json, merge);
        }
        json.writeEndArray();
        json.writeEndObject();
        json.writeEndObject();
      }
      return bytes.toByteArray();
    }

    private void merge(JsonGenerator json, String merge) {
      if (mergesAsPairs) {
        json.writeStartArray();
        for (String part : merge.split(" ", -1)) {
          json.writeString(part);
        }
        json.writeEndArray();
      } else {
        json.writeString(merge);
      }
    }

    private static void added(
        JsonGenerator json, List<String> numbered, String content, boolean special) {
      if (!numbered.contains(content)) {
        numbered.add(content);
      }
      json.writeStartObject();
      json.writeNumberProperty("id", numbered.indexOf(content));
      json.writeStringProperty("content", content);
      json.writeBooleanProperty("special", special);
      json.writeEndObject();
    }

    private static void raw(JsonGenerator json, String name, String value) {
      json.writeName(name);
      json.writeRawValue(value);
    }
  }

  /// A template that puts a token in front of the text.
  static String begin(String token) {
    return "{\"type\":\"TemplateProcessing\",\"single\":[{\"SpecialToken\":{\"id\":\""
        + token
        + "\",\"type_id\":0}},{\"Sequence\":{\"id\":\"A\",\"type_id\":0}}],\"pair\":[],"
        + "\"special_tokens\":{}}";
  }

  /// A byte-level tokenizer in the form of Llama 3.
  static Builder llama3(int merges, long seed) {
    Builder builder = new Builder();
    builder.bpe = merged(byteAlphabet(), merges, seed);
    builder.preTokenizer = LLAMA3;
    builder.ignoreMerges = true;
    builder.special.addAll(List.of("<|begin_of_text|>", "<|end_of_text|>", "<|eot_id|>"));
    builder.extra.add("<tool>");
    builder.postProcessor = begin("<|begin_of_text|>");
    return builder;
  }

  /// A SentencePiece-like tokenizer in the form of Llama 2: special tokens and bytes first.
  static Builder llama2(int merges, long seed) {
    List<String> alphabet = new ArrayList<>(List.of("<unk>", "<s>", "</s>"));
    for (int b = 0; b < 256; b++) {
      alphabet.add("<0x%02X>".formatted(b));
    }
    List<String> letters = new ArrayList<>(List.of("▁"));
    for (char c = 'a'; c <= 'z'; c++) {
      letters.add(Character.toString(c));
    }
    letters.add("é");
    letters.add("語");
    letters.add("😀");
    Bpe bpe = merged(letters, merges, seed);
    alphabet.addAll(bpe.tokens);
    Builder builder = new Builder();
    builder.bpe = new Bpe(new LinkedHashSet<>(alphabet), bpe.merges);
    builder.normalizer = LLAMA2_NORMALIZER;
    builder.preTokenizer = "null";
    builder.decoder = "{\"type\":\"Sequence\",\"decoders\":[]}";
    builder.postProcessor = begin("<s>");
    builder.byteFallback = true;
    builder.unknown = "\"<unk>\"";
    builder.special.addAll(List.of("<unk>", "<s>", "</s>"));
    return builder;
  }

  /// Files by name.
  static SortedMap<String, byte[]> files(Object... namesAndContents) {
    SortedMap<String, byte[]> files = new TreeMap<>();
    for (int i = 0; i < namesAndContents.length; i += 2) {
      Object content = namesAndContents[i + 1];
      files.put(
          (String) namesAndContents[i],
          content instanceof byte[] bytes
              ? bytes
              : ((String) content).getBytes(StandardCharsets.UTF_8));
    }
    return files;
  }
}

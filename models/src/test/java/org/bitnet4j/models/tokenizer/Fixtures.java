package org.bitnet4j.models.tokenizer;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedMap;
import java.util.SequencedSet;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/// Tokenizers in the forms of public models, small, with merges learned from a text.
final class Fixtures {
  /// English, code, accents, scripts with and without spaces, signs of four bytes, joined emoji.
  static final String TEXT =
      """
      The capital of France is Paris. The weights of the model are ternary: -1, 0 and +1, so that a
      product is a sum. It's what they've said, isn't it? I'll see you at 12:45, room 1024.
      public static int sum(int[] values) { int sum = 0; for (int v : values) { sum += v; } return sum; }
      Größe, naïve café, œuvre, Łódź, Ελληνικά, Русский текст, हिन्दी, עברית, العربية, ไทย.
      日本語のテキスト、中文文本，한국어 텍스트。 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 😀 👩‍👩‍👧‍👦 🇫🇷 \t tabs\tand  double  spaces
      """;

  private static final String LLAMA3_SPLIT =
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}"
          + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  private static final String QWEN2_SPLIT =
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}"
          + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

  private static final String BYTE_DECODER =
      "{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"trim_offsets\":true,\"use_regex\":false}";

  private Fixtures() {}

  /// The tokenizer of the small trained model: a token per byte.
  static SortedMap<String, byte[]> tinyBitnet() {
    Path model = Path.of(System.getProperty("bitnet4j.root")).resolve("checkpoints/tiny-bitnet");
    SortedMap<String, byte[]> files = new TreeMap<>();
    for (String name : List.of("config.json", "tokenizer.json", "tokenizer_config.json")) {
      try {
        files.put(name, Files.readAllBytes(model.resolve(name)));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return files;
  }

  /// Llama 3 and BitNet b1.58 2B-4T: byte-level, words that are tokens are not merged again.
  static SortedMap<String, byte[]> llama3() {
    Builder json = new Builder();
    json.bpe = byteLevel(300);
    json.preTokenizer = split(LLAMA3_SPLIT);
    json.ignoreMerges = true;
    json.special.addAll(
        List.of(
            "<|begin_of_text|>",
            "<|end_of_text|>",
            "<|start_header_id|>",
            "<|end_header_id|>",
            "<|eot_id|>"));
    json.begin = "<|begin_of_text|>";
    return files(
        json,
        "{\"bos_token\":\"<|begin_of_text|>\",\"eos_token\":\"<|end_of_text|>\"}",
        "{\"eos_token_id\":[" + json.number("<|end_of_text|>") + "]}");
  }

  /// Qwen: NFC, ChatML, added tokens that are text.
  static SortedMap<String, byte[]> qwen() {
    Builder json = new Builder();
    json.bpe = byteLevel(250);
    json.preTokenizer = split(QWEN2_SPLIT);
    json.normalizer = "{\"type\":\"NFC\"}";
    json.special.addAll(List.of("<|endoftext|>", "<|im_start|>", "<|im_end|>"));
    json.extra.addAll(List.of("<think>", "</think>"));
    return files(
        json,
        "{\"eos_token\":\"<|im_end|>\",\"pad_token\":\"<|endoftext|>\",\"add_bos_token\":false}",
        "{\"eos_token_id\":"
            + Arrays.asList(json.number("<|im_end|>"), json.number("<|endoftext|>"))
            + "}");
  }

  /// Llama 2: pieces with ▁, a space in front of every text, bytes as a fallback.
  static SortedMap<String, byte[]> llama2() {
    Builder json = pieces();
    json.normalizer =
        """
        {"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},
         {"type":"Replace","pattern":{"String":" "},"content":"▁"}]}\
        """;
    json.begin = "<s>";
    return files(
        json, "{\"bos_token\":\"<s>\",\"eos_token\":\"</s>\",\"unk_token\":\"<unk>\"}", null);
  }

  /// Gemma: pieces with ▁, nothing in front.
  static SortedMap<String, byte[]> gemma() {
    Builder json = pieces();
    json.normalizer = "{\"type\":\"Replace\",\"pattern\":{\"String\":\" \"},\"content\":\"▁\"}";
    json.extra.add("\n\n");
    return files(
        json, "{\"bos_token\":\"<s>\",\"eos_token\":\"</s>\",\"unk_token\":\"<unk>\"}", null);
  }

  private static Builder pieces() {
    SequencedSet<String> alphabet = new LinkedHashSet<>(List.of("<unk>", "<s>", "</s>"));
    for (int b = 0; b < 256; b++) {
      alphabet.add(String.format("<0x%02X>", b));
    }
    // Half of the characters only: the others need the fallback.
    String text = TEXT.replace(' ', '▁').replace("\n", "");
    text.codePoints()
        .filter(c -> c % 2 == 0 || c < 128)
        .forEach(c -> {
          alphabet.add(Character.toString(c));
        });
    alphabet.add("▁");
    List<String> words =
        Arrays.stream(text.split("(?=▁)", -1))
            .filter(word ->
                word.codePoints().mapToObj(Character::toString).allMatch(alphabet::contains))
            .toList();
    Builder json = new Builder();
    json.bpe = TrainedBpe.train(alphabet, words, 100);
    json.byteFallback = true;
    json.preTokenizer = "null";
    json.unknown = "<unk>";
    json.special.addAll(List.of("<unk>", "<s>", "</s>"));
    return json;
  }

  static TrainedBpe byteLevel(int merges) {
    SequencedSet<String> alphabet = new LinkedHashSet<>();
    for (int b = 0; b < 256; b++) {
      alphabet.add(spelt(new byte[] {(byte) b}));
    }
    List<String> words =
        Arrays.stream(TEXT.split("(?=[ \n])", -1))
            .filter(word -> !word.isEmpty())
            .map(word -> spelt(word.getBytes(StandardCharsets.UTF_8)))
            .toList();
    return TrainedBpe.train(alphabet, words, merges);
  }

  /// Bytes in the alphabet of GPT-2.
  static String spelt(byte[] bytes) {
    StringBuilder text = new StringBuilder();
    for (byte value : bytes) {
      int b = value & 0xFF;
      boolean plain = (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
      text.append((char) (plain ? b : b <= ' ' ? 0x100 + b : b == 0xAD ? 0x143 : 0x121 + b - 0x7F));
    }
    return text.toString();
  }

  private static String split(String regex) {
    return """
    {"type":"Sequence","pretokenizers":[
     {"type":"Split","pattern":{"Regex":"%s"},"behavior":"Isolated","invert":false},
     {"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":false}]}\
    """
        .formatted(regex.replace("\\", "\\\\"));
  }

  private static SortedMap<String, byte[]> files(
      Builder json, String config, @Nullable String generation) {
    SortedMap<String, byte[]> files = new TreeMap<>();
    files.put("tokenizer.json", json.write());
    files.put("tokenizer_config.json", config.getBytes(StandardCharsets.UTF_8));
    if (generation != null) {
      files.put("generation_config.json", generation.getBytes(StandardCharsets.UTF_8));
    }
    return files;
  }

  private static final SequencedMap<String, SortedMap<String, byte[]>> ALL = make();

  /// All of them by name.
  static SequencedMap<String, SortedMap<String, byte[]>> all() {
    return ALL;
  }

  private static SequencedMap<String, SortedMap<String, byte[]>> make() {
    SequencedMap<String, SortedMap<String, byte[]>> all = new LinkedHashMap<>();
    all.put("tiny-bitnet", tinyBitnet());
    all.put("llama3", llama3());
    all.put("qwen", qwen());
    all.put("llama2", llama2());
    all.put("gemma", gemma());
    return all;
  }

  /// What a tokenizer.json is made of.
  static final class Builder {
    TrainedBpe bpe = new TrainedBpe(new LinkedHashSet<>(), List.of());
    String normalizer = "null";
    String preTokenizer = "null";
    boolean byteFallback;
    boolean ignoreMerges;
    String unknown = "";
    String begin = "";
    String more = "";
    final List<String> special = new ArrayList<>();
    final List<String> extra = new ArrayList<>();

    /// The number of a token: added ones that are no tokens of the model stand behind all others.
    int number(String token) {
      List<String> numbered = new ArrayList<>(bpe.tokens());
      for (List<String> added : List.of(special, extra)) {
        added.stream().filter(text -> !numbered.contains(text)).forEach(numbered::add);
      }
      return numbered.indexOf(token);
    }

    byte[] write() {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      JsonFactory factory = JsonFactory.builder().build();
      try (JsonGenerator json = factory.createGenerator(ObjectWriteContext.empty(), bytes)) {
        json.writeStartObject();
        json.writeStringProperty("version", "1.0");
        json.writeName("truncation");
        json.writeRawValue(
            "{\"direction\":\"Right\",\"max_length\":8,\"strategy\":\"LongestFirst\",\"stride\":0}");
        json.writeArrayPropertyStart("added_tokens");
        special.forEach(token -> added(json, token, true));
        extra.forEach(token -> added(json, token, false));
        json.writeEndArray();
        raw(json, "normalizer", normalizer);
        raw(json, "pre_tokenizer", preTokenizer);
        raw(json, "post_processor", begin.isEmpty() ? "null" : template());
        raw(json, "decoder", byteFallback ? "null" : BYTE_DECODER);
        json.writeObjectPropertyStart("model");
        json.writeStringProperty("type", "BPE");
        json.writeNumberProperty("dropout", 0.5);
        if (!unknown.isEmpty()) {
          json.writeStringProperty("unk_token", unknown);
        }
        json.writeBooleanProperty("byte_fallback", byteFallback);
        json.writeBooleanProperty("ignore_merges", ignoreMerges);
        json.writeObjectPropertyStart("vocab");
        int number = 0;
        for (String token : bpe.tokens()) {
          json.writeNumberProperty(token, number++);
        }
        json.writeEndObject();
        json.writeArrayPropertyStart("merges");
        bpe.merges().forEach(json::writeString);
        json.writeEndArray();
        json.writeEndObject();
        json.writeEndObject();
      }
      return bytes.toByteArray();
    }

    private String template() {
      return """
      {"type":"TemplateProcessing",
       "single":[{"SpecialToken":{"id":"%1$s","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],
       "pair":[{"Sequence":{"id":"A","type_id":0}},{"Sequence":{"id":"B","type_id":1}}],
       "special_tokens":{"%1$s":{"id":"%1$s","ids":[%2$d],"tokens":["%1$s"]}}}\
      """
          .formatted(begin, number(begin));
    }

    private void added(JsonGenerator json, String content, boolean isSpecial) {
      json.writeStartObject();
      json.writeNumberProperty("id", number(content));
      json.writeStringProperty("content", content);
      for (String flag : List.of("single_word", "lstrip", "rstrip", "normalized")) {
        json.writeBooleanProperty(flag, false);
      }
      json.writeBooleanProperty("special", isSpecial);
      json.writeEndObject();
    }

    private static void raw(JsonGenerator json, String key, String value) {
      json.writeName(key);
      json.writeRawValue(value);
    }
  }
}

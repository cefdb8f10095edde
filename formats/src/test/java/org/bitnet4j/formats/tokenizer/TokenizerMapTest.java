package org.bitnet4j.formats.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bitnet4j.formats.tokenizer.TokenizerFixtures.files;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.bitnet4j.formats.gguf.GgufArray;
import org.bitnet4j.formats.gguf.GgufMetadata;
import org.bitnet4j.formats.gguf.GgufValue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TokenizerMapTest {
  private static final String CONFIG =
      "{\"bos_token\":\"<|begin_of_text|>\",\"eos_token\":{\"content\":\"<|end_of_text|>\"},"
          + "\"chat_template\":\"{% for m in messages %}{{ m }}<|eot_id|>{% endfor %}\"}";

  private static List<Long> types(GgufMetadata keys) {
    GgufArray array = keys.array(Keys.TYPES).orElseThrow();
    return IntStream.range(0, array.size()).mapToObj(array::integer).toList();
  }

  /// Texts of all tokens by number, whichever part of the file they stand in.
  private static Map<Integer, String> tokens(TokenizerJson json) {
    Map<Integer, String> tokens = new TreeMap<>();
    json.vocabulary().forEach((text, id) -> tokens.put(id, text));
    json.addedTokens().forEach(token -> tokens.put(token.id(), token.content()));
    return tokens;
  }

  /// The law of the way there and back: numbers, texts, merges, added tokens, template.
  private static void assertSame(
      SortedMap<String, byte[]> before, SortedMap<String, byte[]> after) {
    TokenizerJson first = TokenizerJson.parse(file(before, TokenizerJson.FILE));
    TokenizerJson second = TokenizerJson.parse(file(after, TokenizerJson.FILE));
    assertThat(tokens(second)).isEqualTo(tokens(first));
    assertThat(second.merges()).isEqualTo(first.merges());
    assertThat(second.addedTokens()).containsExactlyInAnyOrderElementsOf(first.addedTokens());
    assertThat(second.byteFallback()).isEqualTo(first.byteFallback());
    assertThat(second.ignoreMerges()).isEqualTo(first.ignoreMerges());
    assertThat(second.unknown()).isEqualTo(first.unknown());
    assertThat(EncodingTemplate.of(second.postProcessor()))
        .isEqualTo(EncodingTemplate.of(first.postProcessor()));
    assertThat(ChatTemplates.of(after)).isEqualTo(ChatTemplates.of(before));
  }

  private static byte[] file(SortedMap<String, byte[]> files, String name) {
    return Objects.requireNonNull(files.get(name), name);
  }

  @ParameterizedTest
  @CsvSource({"0,1,false", "1,2,true", "100,3,false", "3000,4,true"})
  void byteLevelTokenizersComeBack(int merges, long seed, boolean pairs) {
    TokenizerFixtures.Builder builder = TokenizerFixtures.llama3(merges, seed);
    builder.mergesAsPairs = pairs;
    SortedMap<String, byte[]> before =
        files(TokenizerJson.FILE, builder.json(), "tokenizer_config.json", CONFIG);
    GgufMetadata keys = TokenizerMap.toGguf(before, 0, null);
    int words = 256 + merges;
    assertThat(keys.text(Keys.MODEL)).contains("gpt2");
    assertThat(keys.text(Keys.PRE)).contains("llama-bpe");
    assertThat(keys.texts(Keys.TOKENS)).hasSize(words + 4);
    assertThat(types(keys).subList(0, words)).containsOnly(1L);
    assertThat(types(keys).subList(words, words + 4)).containsExactly(3L, 3L, 3L, 4L);
    assertThat(keys.texts(Keys.MERGES)).isEqualTo(builder.bpe.merges());
    assertThat(keys.has(Keys.SCORES)).isFalse();
    assertThat(keys.find("tokenizer.ggml.bos_token_id")).isEqualTo(GgufValue.u32(words));
    assertThat(keys.find("tokenizer.ggml.eos_token_id")).isEqualTo(GgufValue.u32(words + 1));
    assertThat(keys.find("tokenizer.ggml.eot_token_id")).isEqualTo(GgufValue.u32(words + 2));
    assertThat(keys.find(Keys.ADD_BEGIN)).isEqualTo(GgufValue.bool(true));
    assertThat(keys.text(Keys.TEMPLATE))
        .contains("{% for m in messages %}{{ m }}<|eot_id|>{% endfor %}");
    SortedMap<String, byte[]> after = TokenizerMap.toSideFiles(keys, 4096);
    assertSame(before, after);
    assertThat(TokenizerMap.toGguf(after, 0, null)).isEqualTo(keys);
  }

  @ParameterizedTest
  @CsvSource({"0,1,Prepend", "200,2,Prepend", "2000,3,Replace", "50,4,Metaspace", "50,5,never"})
  void sentencePieceTokenizersComeBack(int merges, long seed, String form) {
    TokenizerFixtures.Builder builder = TokenizerFixtures.llama2(merges, seed);
    if (form.equals("Replace")) {
      builder.normalizer = TokenizerFixtures.GEMMA_NORMALIZER;
      builder.preTokenizer =
          "{\"type\":\"Split\",\"pattern\":{\"String\":\" \"},\"behavior\":\"MergedWithPrevious\","
              + "\"invert\":false}";
    } else if (!form.equals("Prepend")) {
      builder.normalizer = "null";
      builder.preTokenizer =
          "{\"type\":\"Metaspace\",\"replacement\":\"▁\",\"prepend_scheme\":\""
              + (form.equals("never") ? form : "first")
              + "\",\"split\":false}";
    }
    SortedMap<String, byte[]> before =
        files(
            TokenizerJson.FILE,
            builder.json(),
            "config.json",
            "{\"bos_token_id\":1,\"eos_token_id\":2}");
    GgufMetadata keys = TokenizerMap.toGguf(before, 0, null);
    assertThat(keys.text(Keys.MODEL)).contains("llama");
    assertThat(keys.text(Keys.PRE)).contains("default");
    assertThat(types(keys).subList(0, 4)).containsExactly(2L, 3L, 3L, 6L);
    assertThat(types(keys).subList(258, 261)).containsExactly(6L, 1L, 1L);
    assertThat(keys.truth(Keys.ADD_SPACE))
        .contains(form.equals("Prepend") || form.equals("Metaspace"));
    GgufArray scores = keys.array(Keys.SCORES).orElseThrow();
    List<String> tokens = keys.texts(Keys.TOKENS);
    for (int rank = 0; rank < merges; rank++) {
      int id = tokens.indexOf(builder.bpe.merges().get(rank).replace(" ", ""));
      assertThat(scores.floatingPoint(id)).isEqualTo(-rank);
    }
    SortedMap<String, byte[]> after = TokenizerMap.toSideFiles(keys, 0);
    assertSame(before, after);
    assertThat(TokenizerMap.toGguf(after, 0, null)).isEqualTo(keys);
  }

  @Test
  void mergesAreFoundFromScores() {
    TokenizerFixtures.Builder builder = TokenizerFixtures.llama2(300, 7);
    GgufMetadata keys =
        TokenizerMap.toGguf(files(TokenizerJson.FILE, builder.json()), 0, null).toBuilder()
            .remove(Keys.MERGES)
            .build();
    List<String> merges =
        TokenizerJson.parse(file(TokenizerMap.toSideFiles(keys, 0), TokenizerJson.FILE)).merges();
    assertThat(merges).containsAll(builder.bpe.merges());
    // The result of each later merge has a score no higher.
    List<String> order = new ArrayList<>(builder.bpe.merges());
    int last = -1;
    for (String merge : merges) {
      int rank =
          IntStream.range(0, order.size())
              .filter(i -> order.get(i).replace(" ", "").equals(merge.replace(" ", "")))
              .findFirst()
              .orElseThrow();
      assertThat(rank).isGreaterThanOrEqualTo(last);
      last = rank;
    }
  }

  /// The tokenizer of the shipped checkpoint: numbers are byte values, no merges, begin token 256.
  @Test
  void theShippedTokenizerComesBack() throws IOException {
    Path directory = Path.of("..", "checkpoints", "tiny-bitnet");
    SortedMap<String, byte[]> before = new TreeMap<>();
    for (String name : List.of("config.json", "tokenizer.json", "tokenizer_config.json")) {
      before.put(name, Files.readAllBytes(directory.resolve(name)));
    }
    GgufMetadata keys = TokenizerMap.toGguf(before, 260, null);
    assertThat(keys.text(Keys.PRE)).contains("gpt-2");
    assertThat(keys.texts(Keys.TOKENS)).hasSize(260);
    assertThat(keys.texts(Keys.TOKENS).subList(0, 256)).isEqualTo(TokenizerFixtures.byteAlphabet());
    assertThat(keys.array(Keys.MERGES).orElseThrow().size()).isZero();
    assertThat(types(keys).subList(256, 260)).containsOnly(3L);
    assertThat(keys.find("tokenizer.ggml.bos_token_id")).isEqualTo(GgufValue.u32(256));
    assertThat(keys.find("tokenizer.ggml.eos_token_id")).isEqualTo(GgufValue.u32(258));
    assertThat(keys.find("tokenizer.ggml.padding_token_id")).isEqualTo(GgufValue.u32(259));
    assertThat(keys.truth(Keys.ADD_BEGIN)).contains(true);
    SortedMap<String, byte[]> after = TokenizerMap.toSideFiles(keys, 64);
    assertSame(before, after);
    assertThat(TokenizerMap.toGguf(after, 260, null)).isEqualTo(keys);
  }

  @Test
  void fillsNumbersWithoutTokens() {
    byte[] json = TokenizerFixtures.llama3(0, 1).json();
    GgufMetadata keys = TokenizerMap.toGguf(files(TokenizerJson.FILE, json), 300, null);
    assertThat(keys.texts(Keys.TOKENS)).hasSize(300);
    assertThat(keys.texts(Keys.TOKENS).get(299)).isEqualTo("[PAD299]");
    assertThat(types(keys).subList(260, 300)).containsOnly(5L);
    SortedMap<String, byte[]> after = TokenizerMap.toSideFiles(keys, 0);
    assertSame(files(TokenizerJson.FILE, json), after);
    assertThat(TokenizerMap.toGguf(after, 300, null)).isEqualTo(keys);
  }

  @Test
  void keepsNumbersOfAddedTokensBetweenOthers() {
    String json =
        """
        {"version":"1.0","added_tokens":[{"id":0,"content":"<|end|>","special":true},
          {"id":3,"content":"<x>","special":false},{"id":6,"content":"<y>","special":true}],
         "pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false},
         "decoder":{"type":"ByteLevel"},
         "model":{"type":"BPE","vocab":{"<|end|>":0,"a":1,"b":2,"ab":4},"merges":["a b"]}}
        """;
    SortedMap<String, byte[]> before = files(TokenizerJson.FILE, json);
    GgufMetadata keys = TokenizerMap.toGguf(before, 0, null);
    assertThat(keys.texts(Keys.TOKENS))
        .containsExactly("<|end|>", "a", "b", "<x>", "ab", "[PAD5]", "<y>");
    assertThat(types(keys)).containsExactly(3L, 1L, 1L, 4L, 1L, 5L, 3L);
    SortedMap<String, byte[]> after = TokenizerMap.toSideFiles(keys, 0);
    assertSame(before, after);
    // A reader numbers added tokens itself unless the vocabulary has them.
    assertThat(TokenizerJson.parse(file(after, TokenizerJson.FILE)).vocabulary())
        .containsEntry("<y>", 6)
        .containsEntry("<x>", 3);
  }

  @Test
  void takesTokensThatOnlyTheOtherFilesHave() {
    byte[] json = TokenizerFixtures.llama3(2, 1).json();
    GgufMetadata keys =
        TokenizerMap.toGguf(
            files(
                TokenizerJson.FILE,
                json,
                "tokenizer_config.json",
                "{\"added_tokens_decoder\":{\"262\":{\"content\":\"<pad2>\",\"special\":true},"
                    + "\"258\":{\"content\":\"<|begin_of_text|>\",\"special\":true}},"
                    + "\"pad_token\":\"<pad2>\"}",
                "added_tokens.json",
                "{\"<more>\":263}"),
            0,
            null);
    assertThat(keys.texts(Keys.TOKENS).subList(262, 264)).containsExactly("<pad2>", "<more>");
    assertThat(types(keys).subList(262, 264)).containsExactly(3L, 4L);
    assertThat(keys.integer("tokenizer.ggml.padding_token_id")).hasValue(262);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // add_bos_token of the configuration, template, wanted
        "true|begin|true|''",
        "false|begin|false|''",
        "''|begin|true|''",
        "''|none|false|''",
        "true|none|true|''",
        "''|end|false|true",
        "''|both|true|true",
        "''|roberta|true|true",
      })
  void saysWhatStandsAroundAText(String flag, String template, boolean begin, String end) {
    TokenizerFixtures.Builder builder = TokenizerFixtures.llama3(0, 1);
    String first = "{\"SpecialToken\":{\"id\":\"<|begin_of_text|>\",\"type_id\":0}},";
    String last = ",{\"SpecialToken\":{\"id\":\"<|eot_id|>\",\"type_id\":0}}";
    String text = "{\"Sequence\":{\"id\":\"A\",\"type_id\":0}}";
    builder.postProcessor =
        switch (template) {
          case "none" -> "{\"type\":\"ByteLevel\",\"trim_offsets\":false}";
          case "roberta" ->
              "{\"type\":\"RobertaProcessing\",\"sep\":[\"<|eot_id|>\",258],"
                  + "\"cls\":[\"<|begin_of_text|>\",256]}";
          default ->
              "{\"type\":\"Sequence\",\"processors\":[{\"type\":\"ByteLevel\"},"
                  + "{\"type\":\"TemplateProcessing\",\"single\":["
                  + (template.equals("end") ? "" : first)
                  + text
                  + (template.equals("begin") ? "" : last)
                  + "]}]}";
        };
    GgufMetadata keys =
        TokenizerMap.toGguf(
            files(
                TokenizerJson.FILE,
                builder.json(),
                "tokenizer_config.json",
                "{\"eos_token\":\"<|end_of_text|>\""
                    + (flag.isEmpty() ? "" : ",\"add_bos_token\":" + flag)
                    + "}"),
            0,
            null);
    assertThat(keys.truth(Keys.ADD_BEGIN)).contains(begin);
    assertThat(keys.truth(Keys.ADD_END).map(Object::toString).orElse("")).isEqualTo(end);
    boolean ends = end.equals("true");
    // The token behind a text is what engines must append; what else ended a text ends a turn.
    assertThat(keys.integer("tokenizer.ggml.eos_token_id")).hasValue(ends ? 258 : 257);
    assertThat(keys.integer("tokenizer.ggml.eot_token_id")).hasValue(ends ? 257 : 258);
  }

  @Test
  void namedTemplatesComeBack() {
    SortedMap<String, byte[]> before =
        files(
            TokenizerJson.FILE,
            TokenizerFixtures.llama3(0, 1).json(),
            "tokenizer_config.json",
            "{\"chat_template\":[{\"name\":\"default\",\"template\":\"a\\n\"},"
                + "{\"name\":\"tool_use\",\"template\":\"b\"},{\"name\":\"rag\",\"template\":\"c\"}]}");
    GgufMetadata keys = TokenizerMap.toGguf(before, 0, null);
    assertThat(keys.text(Keys.TEMPLATE)).contains("a\n");
    assertThat(keys.text(Keys.TEMPLATE + ".tool_use")).contains("b");
    assertThat(keys.texts(Keys.TEMPLATES)).containsExactly("tool_use", "rag");
    assertSame(before, TokenizerMap.toSideFiles(keys, 0));
  }

  @Test
  void templateFilesWinOverTheConfiguration() {
    SortedMap<String, byte[]> files =
        files(
            "tokenizer_config.json",
            "{\"chat_template\":\"c\"}",
            "chat_template.json",
            "{\"chat_template\":\"b\"}",
            "chat_template.jinja",
            "a😀",
            "additional_chat_templates/tools.jinja",
            "t",
            "additional_chat_templates/README.md",
            "x");
    assertThat(ChatTemplates.of(files))
        .containsExactly(Map.entry("default", "a😀"), Map.entry("tools", "t"));
    files.remove("chat_template.jinja");
    assertThat(ChatTemplates.of(files)).containsExactly(Map.entry("default", "b"));
    files.remove("chat_template.json");
    assertThat(ChatTemplates.of(files)).containsExactly(Map.entry("default", "c"));
    files.remove("tokenizer_config.json");
    assertThat(ChatTemplates.of(files)).isEmpty();
  }

  @Test
  void aModelWithoutTokenizerHasNone() {
    GgufMetadata keys = TokenizerMap.toGguf(files("config.json", "{}"), 32, null);
    assertThat(keys.keys()).containsExactly(Keys.MODEL);
    assertThat(keys.text(Keys.MODEL)).contains("no_vocab");
    assertThat(TokenizerMap.toSideFiles(keys, 0)).isEmpty();
    assertThat(TokenizerMap.toSideFiles(GgufMetadata.builder().build(), 0)).isEmpty();
  }

  /// What a GGUF means where it does not say: engines' defaults.
  @Test
  void takesTheDefaultsOfEngines() {
    GgufMetadata pieces =
        TokenizerMap.toGguf(
            files(TokenizerJson.FILE, TokenizerFixtures.llama2(9, 1).json()), 0, null);
    GgufMetadata.Builder bare = pieces.toBuilder();
    pieces.keys().stream()
        .filter(key -> key.endsWith("_id") || key.contains(".add_") || key.equals(Keys.PRE))
        .forEach(bare::remove);
    SortedMap<String, byte[]> files = TokenizerMap.toSideFiles(bare.build(), 0);
    TokenizerJson json = TokenizerJson.parse(file(files, TokenizerJson.FILE));
    assertThat(EncodingTemplate.of(json.postProcessor()))
        .isEqualTo(new EncodingTemplate("<s>", null));
    assertThat(json.unknown()).isEqualTo("<unk>");
    assertThat(SpaceMark.hasPrefix(json)).isTrue();
    assertThat(new String(file(files, "generation_config.json"), StandardCharsets.UTF_8))
        .isEqualTo("{\"bos_token_id\":1}");

    GgufMetadata bytes =
        TokenizerMap.toGguf(
            files(TokenizerJson.FILE, TokenizerFixtures.llama3(9, 1).json()), 0, null);
    TokenizerJson unnamed =
        TokenizerJson.parse(
            file(
                TokenizerMap.toSideFiles(
                    bytes.toBuilder().remove(Keys.PRE).remove(Keys.ADD_BEGIN).build(), 0),
                TokenizerJson.FILE));
    assertThat(unnamed.preTokenizerName()).contains("default");
    assertThat(unnamed.postProcessor()).isNull();
    TokenizerJson named =
        TokenizerJson.parse(
            file(
                TokenizerMap.toSideFiles(bytes.toBuilder().remove(Keys.ADD_BEGIN).build(), 0),
                TokenizerJson.FILE));
    assertThat(EncodingTemplate.of(named.postProcessor()))
        .isEqualTo(new EncodingTemplate("<|begin_of_text|>", null));
  }

  /// The official GGUF of BitNet b1.58 2B-4T has no key, but the vocabulary of Llama 3.
  @Test
  void knowsTheVocabularyOfLlama3() {
    List<String> tokens = new ArrayList<>(Collections.nCopies(128_256, ""));
    for (int id = 0; id < 128_000; id++) {
      tokens.set(id, "t" + id);
    }
    tokens.set(128_000, "<|begin_of_text|>");
    tokens.set(128_001, "<|end_of_text|>");
    tokens.set(128_009, "<|eot_id|>");
    GgufMetadata keys =
        GgufMetadata.builder()
            .put(Keys.MODEL, GgufValue.text("gpt2"))
            .put(Keys.TOKENS, GgufValue.texts(tokens))
            .put("tokenizer.ggml.bos_token_id", GgufValue.u32(128_000))
            .put("tokenizer.ggml.eos_token_id", GgufValue.u32(128_001))
            .build();
    assertThat(PreTokenizers.ofVocabulary(keys)).contains("llama-bpe");
    SortedMap<String, byte[]> files = TokenizerMap.toSideFiles(keys, 4096);
    TokenizerJson json = TokenizerJson.parse(file(files, TokenizerJson.FILE));
    assertThat(json.preTokenizerName()).contains("llama-bpe");
    assertThat(json.ignoreMerges()).isTrue();
    assertThat(new String(file(files, "generation_config.json"), StandardCharsets.UTF_8))
        .contains("\"eos_token_id\":[128001,128009]");
    tokens.set(128_009, "<|other|>");
    assertThat(
            PreTokenizers.ofVocabulary(
                keys.toBuilder().put(Keys.TOKENS, GgufValue.texts(tokens)).build()))
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"<pad>", "<mask>", "<|x|>", "<｜x｜>", "<unused1>", "<2mass>", "[@BOS@]"})
  void tokensThatLookLikeControlAreControl(String content) {
    assertThat(new AddedToken(1, content, false).isControl()).isTrue();
    assertThat(new AddedToken(1, content + "x", false).isControl()).isFalse();
    assertThat(new AddedToken(1, content + "x", true).isControl()).isTrue();
  }
}

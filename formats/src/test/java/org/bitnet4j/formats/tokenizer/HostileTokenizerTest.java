package org.bitnet4j.formats.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bitnet4j.formats.tokenizer.TokenizerFixtures.files;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import org.bitnet4j.formats.gguf.GgufMetadata;
import org.bitnet4j.formats.gguf.GgufValue;
import org.bitnet4j.quant.MalformedFileException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Files that are broken, contradict each other, or ask for too much.
final class HostileTokenizerTest {
  private static final String SMALL =
      """
      {"version":"1.0","truncation":null,"padding":null,
       "added_tokens":[{"id":3,"content":"<s>","single_word":false,"special":true}],
       "normalizer":{"type":"NFC"},
       "pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false,"use_regex":true},
       "post_processor":{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<s>"}},
        {"Sequence":{"id":"A"}}]},
       "decoder":{"type":"ByteLevel"},
       "model":{"type":"BPE","unk_token":null,"continuing_subword_prefix":"","byte_fallback":false,
        "ignore_merges":false,"vocab":{"a":0,"b":1,"ab":2},"merges":["a b"]}}\
      """;

  private static MalformedFileException refusal(String json) {
    SortedMap<String, byte[]> files = files(TokenizerJson.FILE, json);
    MalformedFileException[] thrown = new MalformedFileException[1];
    assertThatThrownBy(() -> TokenizerMap.toGguf(files, 0, null))
        .isInstanceOfSatisfying(MalformedFileException.class, e -> thrown[0] = e);
    assertThat(thrown[0].offset())
        .isLessThanOrEqualTo(json.getBytes(StandardCharsets.UTF_8).length);
    assertThat(thrown[0].remedy()).isNotEmpty();
    return thrown[0];
  }

  @Test
  void theSmallFileIsGood() {
    GgufMetadata keys = TokenizerMap.toGguf(files(TokenizerJson.FILE, SMALL), 0, null);
    assertThat(keys.texts(Keys.TOKENS)).containsExactly("a", "b", "ab", "<s>");
    assertThat(keys.integer("tokenizer.ggml.bos_token_id")).hasValue(3);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"version\":\"1.0\"|\"version\":\"2.0\"|version must be",
        "\"version\":\"1.0\"|\"version\":1|version must be",
        "\"version\":\"1.0\"|\"version\":\"1.0\",\"version\":\"1.0\"|unique",
        "\"type\":\"BPE\"|\"type\":\"WordLevel\"|got [\"WordLevel\"]",
        "\"type\":\"BPE\"|\"type\":\"Unigram\"|got [\"Unigram\"]",
        "\"type\":\"BPE\"|\"type\":1|type must be",
        "{\"a\":0,\"b\":1,\"ab\":2}|[[\"a\",0.5]]|model type must be BPE",
        "{\"a\":0,\"b\":1,\"ab\":2}|\"ab\"|vocab must be",
        "\"ab\":2|\"ab\":1|one token for each number",
        "\"ab\":2|\"ab\":-1|vocab must be",
        "\"ab\":2|\"ab\":2.0|vocab must be",
        "\"ab\":2|\"ab\":\"2\"|vocab must be",
        "\"ab\":2|\"ab\":1073741823|below the number of tokens",
        "\"ab\":2|\"ab\":99999999999999999999|vocab must be",
        "\"ab\":2|\"ab\":2,\"ab\":4|unique in the vocabulary",
        "\"ab\":2|\"ab\":2,\"\\u0061b\":4|unique in the vocabulary",
        "\"ab\":2|\"\\ud800\":2|surrogate",
        "\"ab\":2|\"ab\\u0000\":2,\"ab\":4|without NUL",
        "[\"a b\"]|[\"a c\"]|must be tokens of the vocabulary, got [c]",
        "[\"a b\"]|[\"b a\"]|must be tokens of the vocabulary, got [ba]",
        "[\"a b\"]|[\"ab\"]|two tokens",
        "[\"a b\"]|[\"a  b\"]|two tokens",
        "[\"a b\"]|[\" ab\"]|two tokens",
        "[\"a b\"]|[\"a \"]|two tokens",
        "[\"a b\"]|[[\"a\"]]|merges must be",
        "[\"a b\"]|[[\"a\",\"b\",\"c\"]]|merges must be",
        "[\"a b\"]|[[\"a\",\"\"]]|merges must be",
        "[\"a b\"]|[[\"a\",\"b c\"]]|tokens without a space",
        "[\"a b\"]|[[\"a\",1]]|merges must be",
        "[\"a b\"]|[1]|merges must be",
        "[\"a b\"]|{}|merges must be",
        "\"continuing_subword_prefix\":\"\"|\"continuing_subword_prefix\":\"##\"|empty or null",
        "\"byte_fallback\":false|\"byte_fallback\":0|byte_fallback must be",
        "\"byte_fallback\":false|\"byte_fallback\":true|NFC",
        "\"unk_token\":null|\"unk_token\":1|unk_token must be",
        "\"id\":3|\"id\":0|the same as in the vocabulary",
        "\"id\":3|\"id\":-3|id must be",
        "\"id\":3|\"id\":1073741823|vocabulary must be",
        "\"id\":3|\"id\":200000|without large holes",
        "\"content\":\"<s>\"|\"content\":\"a\"|it at 0",
        "\"content\":\"<s>\"|\"content\":1|content must be",
        "\"content\":\"<s>\",|``|content",
        "\"special\":true|\"special\":1|special must be",
        "\"special\":true}|\"special\":true},{\"id\":4,\"content\":\"<s>\"}|content must be",
        "\"special\":true}|\"special\":true},{\"id\":3,\"content\":\"<t>\"}|id must be",
        "\"added_tokens\":[|\"added_tokens\":[1,|added_tokens must be",
        "{\"type\":\"NFC\"}|{\"type\":\"Lowercase\"}|NFC or none",
        "{\"type\":\"NFC\"}|{}|\"type\"",
        "{\"type\":\"NFC\"}|\"NFC\"|normalizer must be",
        "\"TemplateProcessing\"|\"Other\"|post_processor must be",
        "{\"Sequence\":{\"id\":\"A\"}}|{\"Sequence\":{\"id\":\"A\"}},{\"Sequence\":{\"id\":\"B\"}}|either side",
        "{\"SpecialToken\":{\"id\":\"<s>\"}},|{\"SpecialToken\":{\"id\":\"<s>\"}},{\"SpecialToken\":{\"id\":\"a\"}},|either side",
        "{\"SpecialToken\":{\"id\":\"<s>\"}},|{\"SpecialToken\":{\"id\":\"<t>\"}},|no \\\"<t>\\\"",
        "{\"Sequence\":{\"id\":\"A\"}}|{\"SpecialToken\":{\"id\":\"<s>\"}}|either side",
        "\"add_prefix_space\":false|\"add_prefix_space\":\"no\"|add_prefix_space must be",
        "\"use_regex\":true|\"use_regex\":1|use_regex must be",
      })
  void refusesBrokenFiles(String from, String to, String message) {
    assertThat(SMALL).contains(from);
    assertThat(refusal(SMALL.replace(from, to)))
        .hasMessageContaining(message.replace("\\\"", "\""))
        .hasMessageStartingWith("tokenizer.json");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "null", "[]", "{}", "{\"model\":null}", "{\"model\":{}}", "{\"model\":[]}"})
  void refusesWhatIsNoTokenizer(String json) {
    assertThat(refusal(json)).hasMessageStartingWith("tokenizer.json");
  }

  @Test
  void refusesATokenizerWithoutByteLevel() {
    String json =
        SMALL
            .replace("\"decoder\":{\"type\":\"ByteLevel\"}", "\"decoder\":null")
            .replace(
                "{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"use_regex\":true}",
                "{\"type\":\"Whitespace\"}");
    assertThat(refusal(json)).hasMessageContaining("must be ByteLevel, or byte_fallback true");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "tokenizer_config.json|[]|an object",
        "tokenizer_config.json|{\"bos_token\":1}|bos_token must be",
        "tokenizer_config.json|{\"bos_token\":{\"content\":1}}|content must be",
        "tokenizer_config.json|{\"add_bos_token\":\"yes\"}|add_bos_token must be",
        "tokenizer_config.json|{\"chat_template\":1}|chat_template must be",
        "tokenizer_config.json|{\"chat_template\":[{\"name\":\"a\"}]}|template",
        "tokenizer_config.json|{\"chat_template\":\"a\\u0000\"}|without NUL",
        "tokenizer_config.json|{\"added_tokens_decoder\":{\"x\":{\"content\":\"x\"}}}|token number",
        "tokenizer_config.json|{\"added_tokens_decoder\":{\"9999999999\":{\"content\":\"x\"}}}|token number",
        "tokenizer_config.json|{\"added_tokens_decoder\":{\"3\":{\"content\":\"x\"}}}|number 3",
        "tokenizer_config.json|{\"added_tokens_decoder\":{\"4\":{\"content\":\"<s>\"}}}|number 3",
        "added_tokens.json|{\"x\":\"4\"}|x must be",
        "added_tokens.json|{\"x\":4,\"x\":4}|unique",
        "config.json|{\"eos_token_id\":{}}|``",
        "config.json|{\"eos_token_id\":1.5}|eos_token_id must be",
        "config.json|{|strict JSON",
        "generation_config.json|{\"eos_token_id\":[1,2.5]}|eos_token_id must be",
        "special_tokens_map.json|{\"bos_token\":[]}|bos_token must be"
      })
  void refusesBrokenCompanions(String name, String content, String message) {
    SortedMap<String, byte[]> files = files(TokenizerJson.FILE, SMALL, name, content);
    if (message.isEmpty()) {
      assertThat(TokenizerMap.toGguf(files, 0, null).has("tokenizer.ggml.eos_token_id")).isFalse();
      return;
    }
    assertThatThrownBy(() -> TokenizerMap.toGguf(files, 0, null))
        .isInstanceOf(MalformedFileException.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"vocab.json", "vocab.txt", "tekken.json"})
  void namesTheTokenizerThatItCannotRead(String name) {
    assertThatThrownBy(() -> TokenizerMap.toGguf(files(name, "x"), 0, null))
        .isInstanceOf(MalformedFileException.class)
        .hasMessageStartingWith(name)
        .hasMessageContaining("AutoTokenizer");
  }

  @Test
  void refusesMoreTokensThanTheModelHas() {
    SortedMap<String, byte[]> files = files(TokenizerJson.FILE, SMALL);
    assertThatThrownBy(() -> TokenizerMap.toGguf(files, 3, null))
        .isInstanceOf(MalformedFileException.class)
        .hasMessageContaining("below vocab_size 3");
    assertThatThrownBy(() -> TokenizerMap.toGguf(files, Integer.MAX_VALUE, null))
        .isInstanceOf(MalformedFileException.class)
        .hasMessageContaining("without large holes");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"type\":\"Strip\"}|normalizer must be",
        "{\"type\":\"Prepend\",\"prepend\":\"_\"}|normalizer must be",
        "{\"type\":\"Prepend\",\"prepend\":\"▁\"}|writes spaces as ▁",
        "{\"type\":\"Replace\",\"pattern\":{\"Regex\":\" \"},\"content\":\"▁\"}|normalizer must be",
        "{\"type\":\"Replace\",\"pattern\":{\"String\":\" \"},\"content\":\"_\"}|normalizer must be",
        "null|writes spaces as ▁"
      })
  void refusesOtherSpaces(String normalizer, String message) {
    TokenizerFixtures.Builder builder = TokenizerFixtures.llama2(3, 1);
    builder.normalizer = normalizer;
    assertThat(refusal(new String(builder.json(), StandardCharsets.UTF_8)))
        .hasMessageContaining(message);
  }

  @Test
  void refusesOtherWordsOfPieces() {
    TokenizerFixtures.Builder builder = TokenizerFixtures.llama2(3, 1);
    builder.preTokenizer = "{\"type\":\"Whitespace\"}";
    assertThat(refusal(new String(builder.json(), StandardCharsets.UTF_8)))
        .hasMessageContaining("pre_tokenizer must be Metaspace");
  }

  @Test
  void everyCutIsRefused() {
    byte[] good = SMALL.getBytes(StandardCharsets.UTF_8);
    for (int size = 0; size < good.length; size++) {
      byte[] cut = Arrays.copyOf(good, size);
      assertThatThrownBy(() -> TokenizerJson.parse(cut)).isInstanceOf(MalformedFileException.class);
    }
  }

  @Test
  void everyChangedByteGivesATokenizerOrATypedRefusal() {
    byte[] good = SMALL.getBytes(StandardCharsets.UTF_8);
    int refused = 0;
    for (int at = 0; at < good.length; at++) {
      for (int change : new int[] {good[at], good[at] ^ 0xFF, 0x01, 0x80}) {
        byte[] changed = good.clone();
        changed[at] ^= (byte) change;
        try {
          TokenizerMap.toSideFiles(
              TokenizerMap.toGguf(files(TokenizerJson.FILE, changed), 0, null), 0);
        } catch (MalformedFileException e) {
          refused++;
        }
      }
    }
    assertThat(refused).isGreaterThan(3 * good.length);
  }

  private static GgufMetadata.Builder keys(List<String> tokens) {
    return GgufMetadata.builder()
        .put(Keys.MODEL, GgufValue.text("llama"))
        .put(Keys.TOKENS, GgufValue.texts(tokens));
  }

  @Test
  void refusesKeysThatContradictEachOther() {
    List<String> tokens = List.of("a", "b", "ab");
    List<GgufMetadata.Builder> broken =
        List.of(
            keys(tokens).put(Keys.MODEL, GgufValue.text("bert")),
            keys(tokens).put(Keys.MODEL, GgufValue.u32(1)),
            keys(List.of()),
            keys(List.of("a", "a")),
            keys(tokens).put(Keys.TYPES, GgufValue.i32s(1, 1)),
            keys(tokens).put(Keys.TYPES, GgufValue.i32s(1, 1, 7)),
            keys(tokens).put(Keys.TYPES, GgufValue.i32s(1, 1, -1)),
            keys(tokens).put(Keys.TYPES, GgufValue.f32s(1, 1, 1)),
            keys(tokens).put(Keys.SCORES, GgufValue.f32s(1, 1)),
            keys(tokens).put(Keys.SCORES, GgufValue.f32s(1, 1, Float.NaN)),
            keys(tokens).put(Keys.SCORES, GgufValue.i32s(1, 1, 1)),
            keys(tokens).put(Keys.MERGES, GgufValue.texts(List.of("a c"))),
            keys(tokens).put(Keys.MERGES, GgufValue.texts(List.of("ab"))),
            keys(tokens).put(Keys.MERGES, GgufValue.texts(List.of(""))),
            keys(tokens).put(Keys.MERGES, GgufValue.texts(List.of("a b c"))),
            keys(tokens).put(Keys.MERGES, GgufValue.i32s(1)),
            keys(tokens).put(Keys.ADD_BEGIN, GgufValue.u32(1)),
            keys(tokens).put(Keys.TEMPLATE, GgufValue.u32(1)),
            keys(tokens).put("tokenizer.ggml.bos_token_id", GgufValue.text("1")),
            keys(List.of("a", "b", "a".repeat(257))));
    for (GgufMetadata.Builder keys : broken) {
      assertThatThrownBy(() -> TokenizerMap.toSideFiles(keys.build(), 0))
          .isInstanceOf(MalformedFileException.class);
    }
    assertThat(TokenizerMap.toSideFiles(keys(tokens).build(), 0)).hasSize(3);
  }

  /// Pieces as long as they may be, as many as a mebibyte holds.
  @Test
  void findsMergesInLinearTime() {
    List<String> tokens = new java.util.ArrayList<>(Collections.nCopies(4096, ""));
    for (int i = 0; i < tokens.size(); i++) {
      tokens.set(i, "x".repeat(250) + i);
    }
    long start = System.nanoTime();
    assertThat(TokenizerMap.toSideFiles(keys(tokens).build(), 0)).hasSize(3);
    assertThat(System.nanoTime() - start).isLessThan(5_000_000_000L);
  }
}

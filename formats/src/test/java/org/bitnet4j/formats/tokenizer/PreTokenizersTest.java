package org.bitnet4j.formats.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bitnet4j.formats.tokenizer.TokenizerFixtures.files;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.stream.Stream;
import org.bitnet4j.formats.gguf.GgufMetadata;
import org.bitnet4j.formats.gguf.GgufValue;
import org.bitnet4j.quant.MalformedFileException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PreTokenizersTest {
  private static final String BYTES =
      "{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"use_regex\":false}";
  private static final String WORDS = "{\"type\":\"ByteLevel\",\"add_prefix_space\":false}";
  private static final String QWEN2 =
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\\\r\\\\n\\\\p{L}\\\\p{N}]?\\\\p{L}+|\\\\p{N}|"
          + " ?[^\\\\s\\\\p{L}\\\\p{N}]+[\\\\r\\\\n]*|\\\\s*[\\\\r\\\\n]+|\\\\s+(?!\\\\S)|\\\\s+";
  private static final String QWEN35 =
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\\\r\\\\n\\\\p{L}\\\\p{N}]?[\\\\p{L}\\\\p{M}]+|\\\\p{N}|"
          + " ?[^\\\\s\\\\p{L}\\\\p{M}\\\\p{N}]+[\\\\r\\\\n]*|\\\\s*[\\\\r\\\\n]+|\\\\s+(?!\\\\S)|\\\\s+";
  private static final String GPT4O =
      "[^\\\\r\\\\n\\\\p{L}\\\\p{N}]?[\\\\p{Lu}\\\\p{Lt}\\\\p{Lm}\\\\p{Lo}\\\\p{M}]*"
          + "[\\\\p{Ll}\\\\p{Lm}\\\\p{Lo}\\\\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"
          + "[^\\\\r\\\\n\\\\p{L}\\\\p{N}]?[\\\\p{Lu}\\\\p{Lt}\\\\p{Lm}\\\\p{Lo}\\\\p{M}]+"
          + "[\\\\p{Ll}\\\\p{Lm}\\\\p{Lo}\\\\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\\\\p{N}{1,3}|"
          + " ?[^\\\\s\\\\p{L}\\\\p{N}]+[\\\\r\\\\n/]*|\\\\s*[\\\\r\\\\n]+|\\\\s+(?!\\\\S)|\\\\s+";
  private static final String TEKKEN =
      "[^\\\\r\\\\n\\\\p{L}\\\\p{N}]?[\\\\p{Lu}\\\\p{Lt}\\\\p{Lm}\\\\p{Lo}\\\\p{M}]*"
          + "[\\\\p{Ll}\\\\p{Lm}\\\\p{Lo}\\\\p{M}]+|"
          + "[^\\\\r\\\\n\\\\p{L}\\\\p{N}]?[\\\\p{Lu}\\\\p{Lt}\\\\p{Lm}\\\\p{Lo}\\\\p{M}]+"
          + "[\\\\p{Ll}\\\\p{Lm}\\\\p{Lo}\\\\p{M}]*|\\\\p{N}|"
          + " ?[^\\\\s\\\\p{L}\\\\p{N}]+[\\\\r\\\\n/]*|\\\\s*[\\\\r\\\\n]+|\\\\s+(?!\\\\S)|\\\\s+";
  private static final String PUNCTUATION =
      "{\"type\":\"Punctuation\",\"behavior\":\"Contiguous\"}";

  private static String split(String regex) {
    return "{\"type\":\"Split\",\"pattern\":{\"Regex\":\""
        + regex
        + "\"},\"behavior\":\"Isolated\",\"invert\":false}";
  }

  private static String digits(boolean individual) {
    return "{\"type\":\"Digits\",\"individual_digits\":" + individual + "}";
  }

  private static String sequence(String... steps) {
    return "{\"type\":\"Sequence\",\"pretokenizers\":[" + String.join(",", steps) + "]}";
  }

  static Stream<Arguments> forms() {
    return Stream.of(
        Arguments.of("llama-bpe", true, TokenizerFixtures.LLAMA3),
        Arguments.of("smaug-bpe", false, TokenizerFixtures.LLAMA3),
        Arguments.of(
            "llama-bpe",
            true,
            TokenizerFixtures.LLAMA3.replace(
                "(?i:'s|'t|'re|'ve|'m|'ll|'d)",
                "(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])")),
        Arguments.of("qwen2", false, sequence(split(QWEN2), BYTES)),
        Arguments.of("qwen2", false, sequence(sequence(split(QWEN2)), sequence(BYTES))),
        Arguments.of(
            "qwen2",
            false,
            sequence(split(QWEN2).replace("Isolated", "Removed").replace("false", "true"), BYTES)),
        Arguments.of("qwen35", false, sequence(split(QWEN35), BYTES)),
        Arguments.of("gpt-4o", false, sequence(split(GPT4O), BYTES)),
        Arguments.of("tekken", true, sequence(split(TEKKEN), BYTES)),
        Arguments.of("gpt-2", false, WORDS),
        Arguments.of("gpt-2", false, sequence(WORDS)),
        Arguments.of("gpt-2", false, TokenizerFixtures.GPT2),
        Arguments.of("smollm", false, sequence(digits(true), WORDS)),
        Arguments.of(
            "falcon", false, sequence(PUNCTUATION, WORDS, digits(false), split("[0-9][0-9][0-9]"))),
        Arguments.of("falcon_e", false, sequence(PUNCTUATION, WORDS, digits(true), split("[0-9]"))),
        Arguments.of("falcon_e", false, sequence(PUNCTUATION, WORDS, split("[0-9]"))));
  }

  private static byte[] json(String preTokenizer, boolean ignoreMerges) {
    TokenizerFixtures.Builder builder = new TokenizerFixtures.Builder();
    builder.bpe = TokenizerFixtures.merged(TokenizerFixtures.byteAlphabet(), 3, 1);
    builder.preTokenizer = preTokenizer;
    builder.ignoreMerges = ignoreMerges;
    return builder.json();
  }

  @ParameterizedTest
  @MethodSource("forms")
  void namesTheFormsOfPublicModels(String name, boolean ignoreMerges, String preTokenizer) {
    assertThat(PreTokenizers.nameOf(json(preTokenizer, ignoreMerges))).contains(name);
    assertThat(PreTokenizers.nameOf(json(preTokenizer, !ignoreMerges)).orElse(""))
        .isNotEqualTo(name);
  }

  static List<String> names() {
    return PreTokenizers.names();
  }

  /// Every name of the table gives a tokenizer.json that has the same name, or one that means the
  /// same.
  @ParameterizedTest
  @MethodSource("names")
  void everyNameComesBack(String name) {
    GgufMetadata keys =
        TokenizerMap.toGguf(
                files(TokenizerJson.FILE, TokenizerFixtures.llama3(20, 1).json()), 0, null)
            .toBuilder()
            .put(Keys.PRE, GgufValue.text(name))
            .build();
    SortedMap<String, byte[]> files = TokenizerMap.toSideFiles(keys, 0);
    String back =
        PreTokenizers.nameOf(Objects.requireNonNull(files.get(TokenizerJson.FILE))).orElseThrow();
    assertThat(PreTokenizers.areSame(name, back)).as(back).isTrue();
    assertThat(PreTokenizers.isKnown(name)).isTrue();
  }

  @Test
  void namesThatMeanTheSameAreTheSame() {
    assertThat(PreTokenizers.areSame("llama3", "llama-bpe")).isTrue();
    assertThat(PreTokenizers.areSame("falcon3", "falcon_e")).isTrue();
    assertThat(PreTokenizers.areSame("falcon3", "llama-bpe")).isFalse();
    assertThat(PreTokenizers.areSame("unknown", "unknown")).isTrue();
    assertThat(PreTokenizers.areSame("unknown", "llama-bpe")).isFalse();
    assertThat(PreTokenizers.isKnown("unknown")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"type\":\"Sequence\",\"pretokenizers\":[]}",
        "{\"type\":\"ByteLevel\",\"add_prefix_space\":true}",
        "{\"type\":\"ByteLevel\"}",
        "{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"use_regex\":false}",
        "{\"type\":\"Whitespace\"}",
        "{\"type\":\"Punctuation\",\"behavior\":\"Isolated\"}",
        "{\"type\":\"Split\",\"pattern\":{\"Regex\":\".\"},\"behavior\":\"Isolated\"}",
        "{\"type\":\"Split\",\"pattern\":{\"String\":\"a\"},\"behavior\":\"Isolated\"}",
        "{\"type\":\"Split\",\"pattern\":{\"Regex\":\".\"},\"behavior\":\"Removed\",\"invert\":true}"
      })
  void guessesNoName(String preTokenizer) {
    byte[] json = json(preTokenizer, false);
    assertThat(PreTokenizers.nameOf(json)).isEmpty();
    SortedMap<String, byte[]> files = files(TokenizerJson.FILE, json);
    assertThatThrownBy(() -> TokenizerMap.toGguf(files, 0, null))
        .isInstanceOf(MalformedFileException.class)
        .hasMessageContaining("pre_tokenizer must be one that tokenizer.ggml.pre has a name for")
        .hasMessageContaining("Give the name that the engine knows it by.");
    assertThat(TokenizerMap.toGguf(files, 0, "some-name").text(Keys.PRE)).contains("some-name");
  }

  @Test
  void refusesANameThatItCannotWrite() {
    GgufMetadata keys =
        TokenizerMap.toGguf(
                files(TokenizerJson.FILE, TokenizerFixtures.llama3(1, 1).json()), 0, null)
            .toBuilder()
            .put(Keys.PRE, GgufValue.text("kimi-k2"))
            .build();
    assertThatThrownBy(() -> TokenizerMap.toSideFiles(keys, 0))
        .isInstanceOf(MalformedFileException.class)
        .hasMessageContaining("key tokenizer.ggml.pre must be one of [llama-bpe")
        .hasMessageContaining("got [kimi-k2]");
  }

  @Test
  void aSentencePieceTokenizerIsTheDefault() {
    assertThat(PreTokenizers.nameOf(TokenizerFixtures.llama2(3, 1).json())).contains("default");
  }

  @Test
  void refusesWhatIsNoTokenizer() {
    assertThatThrownBy(() -> PreTokenizers.nameOf("{}".getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(MalformedFileException.class)
        .hasMessageContaining("model must be given");
  }
}

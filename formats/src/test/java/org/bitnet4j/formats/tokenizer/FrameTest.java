package org.bitnet4j.formats.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bitnet4j.formats.tokenizer.TokenizerFixtures.files;

import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.SortedMap;
import org.bitnet4j.formats.gguf.GgufMetadata;
import org.bitnet4j.formats.gguf.GgufValue;
import org.bitnet4j.quant.MalformedFileException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/// What GGUF has no keys for travels along, and counts only while the keys agree with it.
final class FrameTest {
  private static final JsonMapper JSON = JsonMapper.shared();

  /// Everything that keys cannot say: flags of added tokens, a control-like token that is none, a
  /// normalizer, properties of the model, entries of other versions.
  private static final String RICH =
      """
      {"version":"1.0","truncation":null,"padding":{"x":[1.50,1e3]},
       "added_tokens":[
        {"id":3,"content":"<|x|>","single_word":true,"lstrip":true,"rstrip":false,
         "normalized":true,"special":false},
        {"id":4,"content":"<é>","single_word":false,"lstrip":false,"rstrip":true,
         "normalized":false,"special":true,"more":0}],
       "normalizer":{"type":"NFC"},
       "pre_tokenizer":{"type":"Sequence","pretokenizers":[{"type":"ByteLevel",
        "add_prefix_space":false,"trim_offsets":false,"use_regex":true}]},
       "post_processor":{"type":"ByteLevel","trim_offsets":false},
       "decoder":{"type":"ByteLevel","add_prefix_space":false},
       "model":{"merges":["a b"],"type":"BPE","dropout":0.1,"vocab":{"a":0,"b":1,"ab":2},
        "unk_token":null,"fuse_unk":true,"other":{"vocab":{}}},"last":"\\u00e9"}\
      """;

  private static GgufMetadata keys(String json) {
    return TokenizerMap.toGguf(files(TokenizerJson.FILE, json), 0, null);
  }

  private static String back(GgufMetadata keys) {
    return new String(
        Objects.requireNonNull(TokenizerMap.toSideFiles(keys, 0).get(TokenizerJson.FILE)),
        StandardCharsets.UTF_8);
  }

  @Test
  void theWholeFileComesBack() {
    assertThat(back(keys(RICH))).isEqualTo(RICH);
    String reordered =
        RICH.replace("\"merges\":[\"a b\"],", "")
            .replace("\"ab\":2},", "\"ab\":2},\"merges\":[\"a b\"],");
    assertThat(back(keys(reordered))).isEqualTo(reordered);
  }

  @Test
  void isSmallHoweverLargeTheVocabulary() {
    TokenizerFixtures.Builder builder = TokenizerFixtures.llama3(5000, 3);
    GgufMetadata keys = TokenizerMap.toGguf(files(TokenizerJson.FILE, builder.json()), 0, null);
    assertThat(keys.text(Keys.FRAME).orElseThrow().length()).isLessThan(2000);
    assertThat(JSON.readTree(back(keys))).isEqualTo(JSON.readTree(builder.json()));
    TokenizerFixtures.Builder pieces = TokenizerFixtures.llama2(500, 3);
    GgufMetadata pieceKeys =
        TokenizerMap.toGguf(
            files(
                TokenizerJson.FILE,
                pieces.json(),
                "config.json",
                "{\"bos_token_id\":1,\"eos_token_id\":2}"),
            0,
            null);
    // The three special tokens stand in the vocabulary before and after.
    assertThat(JSON.readTree(back(pieceKeys))).isEqualTo(JSON.readTree(pieces.json()));
  }

  /// A file without one of the two parts has no place for it: it is made anew.
  @Test
  void needsBothPlaces() {
    GgufMetadata keys = keys(RICH.replace("\"merges\":[\"a b\"],", ""));
    assertThat(keys.has(Keys.FRAME)).isFalse();
    assertThat(JSON.readTree(back(keys)).get("model").get("merges").isEmpty()).isTrue();
  }

  @Test
  void aNameThatOnlyTheCallerKnewComesBack() {
    String other = RICH.replace("\"trim_offsets\":false,\"use_regex\":true", "\"use_regex\":false");
    GgufMetadata named = TokenizerMap.toGguf(files(TokenizerJson.FILE, other), 0, "newest-model");
    assertThat(back(named)).isEqualTo(other);
    assertThatThrownBy(() -> back(named.toBuilder().remove(Keys.FRAME).build()))
        .isInstanceOf(MalformedFileException.class)
        .hasMessageContaining("newest-model");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "pre",
        "text",
        "type",
        "new",
        "begin",
        "family",
        "vocabulary",
        "merges",
        "incomplete",
        "id"
      })
  void keysWinWhereSomebodyChangedThem(String change) {
    GgufMetadata keys = keys(RICH);
    String frame = keys.text(Keys.FRAME).orElseThrow();
    GgufMetadata.Builder changed = keys.toBuilder();
    switch (change) {
      case "pre" -> changed.put(Keys.PRE, GgufValue.text("qwen2"));
      case "text" ->
          changed.put(
              Keys.TOKENS, GgufValue.texts(java.util.List.of("a", "b", "ab", "<|y|>", "<é>")));
      case "type" -> changed.put(Keys.TYPES, GgufValue.i32s(1, 1, 1, 4, 3));
      case "new" -> changed.put(Keys.TYPES, GgufValue.i32s(1, 1, 3, 3, 3));
      case "begin" ->
          changed
              .put(Keys.ADD_BEGIN, GgufValue.bool(true))
              .put("tokenizer.ggml.bos_token_id", GgufValue.u32(4));
      case "family" ->
          changed.put(
              Keys.FRAME,
              GgufValue.text(frame.replace("\"fuse_unk\"", "\"byte_fallback\":true,\"fuse_unk\"")));
      case "vocabulary" ->
          changed.put(
              Keys.FRAME,
              GgufValue.text(frame.replace("0.1,\"vocab\":{}", "0.1,\"vocab\":{\"a\":0}")));
      case "merges" -> changed.put(Keys.FRAME, GgufValue.text(RICH));
      case "incomplete" ->
          changed.put(Keys.FRAME, GgufValue.text(frame.replace("\"merges\":[],", "")));
      default -> changed.put(Keys.FRAME, GgufValue.text(frame.replace("\"id\":4", "\"id\":5")));
    }
    String back = back(changed.build());
    assertThat(back).doesNotContain("dropout\":0.1");
    TokenizerJson json = TokenizerJson.parse(back.getBytes(StandardCharsets.UTF_8));
    assertThat(json.preTokenizerName()).contains(change.equals("pre") ? "qwen2" : "gpt-2");
    assertThat(json.merges()).containsExactly("a b");
  }

  @Test
  void aBrokenOneIsRefused() {
    GgufMetadata keys = keys(RICH).toBuilder().put(Keys.FRAME, GgufValue.text("{")).build();
    assertThatThrownBy(() -> back(keys)).isInstanceOf(MalformedFileException.class);
    GgufMetadata mistyped = keys.toBuilder().put(Keys.FRAME, GgufValue.u32(1)).build();
    assertThatThrownBy(() -> back(mistyped)).isInstanceOf(MalformedFileException.class);
  }

  @Test
  void otherGgufFilesGetAFileMadeFromTheirKeys() {
    GgufMetadata keys = keys(RICH).toBuilder().remove(Keys.FRAME).build();
    SortedMap<String, byte[]> files = TokenizerMap.toSideFiles(keys, 0);
    GgufMetadata again = TokenizerMap.toGguf(files, 0, null);
    assertThat(again.toBuilder().remove(Keys.FRAME).build()).isEqualTo(keys);
  }
}

package org.bitnet4j.formats.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bitnet4j.formats.tokenizer.TokenizerFixtures.files;

import java.util.List;
import java.util.OptionalLong;
import java.util.SortedMap;
import org.bitnet4j.formats.gguf.GgufMetadata;
import org.bitnet4j.formats.gguf.GgufValue;
import org.bitnet4j.formats.tokenizer.StopTokens.Marker;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class StopTokensTest {
  private static final String TEMPLATE = "{{ m }}<|eot_id|>";

  private static SortedMap<String, byte[]> model(String config, String generation) {
    return files(
        TokenizerJson.FILE,
        TokenizerFixtures.llama3(0, 1).json(),
        "tokenizer_config.json",
        "{\"eos_token\":\"<|end_of_text|>\",\"chat_template\":\"" + TEMPLATE + "\"}",
        "config.json",
        config,
        "generation_config.json",
        generation);
  }

  /// BitNet b1.58 2B-4T as it is published: only the end of the text is declared.
  @Test
  void findsTheEndOfTurnThatNobodyDeclares() {
    StopTokens stops =
        StopTokens.of(model("{\"eos_token_id\":257}", "{\"eos_token_id\":257}")).orElseThrow();
    assertThat(stops.declared()).containsExactly(257);
    assertThat(stops.markers())
        .containsExactly(
            new Marker(257, "<|end_of_text|>", false), new Marker(258, "<|eot_id|>", true));
    assertThat(stops.missing()).containsExactly(new Marker(258, "<|eot_id|>", true));
    assertThat(stops.undeclared()).isEqualTo(stops.missing());
  }

  @Test
  void isContentWithADeclaredEndOfTurn() {
    StopTokens stops =
        StopTokens.of(model("{\"eos_token_id\":[257,258]}", "{\"eos_token_id\":-1}")).orElseThrow();
    assertThat(stops.declared()).containsExactly(257, 258);
    assertThat(stops.missing()).isEmpty();
    assertThat(StopTokens.of(model("{}", "{\"eos_token_id\":[258]}")).orElseThrow().declared())
        .containsExactly(257, 258);
  }

  @Test
  void readsTheKeysOfGguf() {
    GgufMetadata keys =
        GgufMetadata.builder()
            .put(Keys.TOKENS, GgufValue.texts(List.of("a", "<|endoftext|>", "<|im_end|>")))
            .put("tokenizer.ggml.eos_token_id", GgufValue.u32(1))
            .put("tokenizer.ggml.eot_token_id", GgufValue.u32(4_294_967_295L))
            .build();
    StopTokens stops = StopTokens.of(keys);
    assertThat(stops.declared()).containsExactly(1);
    assertThat(stops.missing()).containsExactly(new Marker(2, "<|im_end|>", false));
    assertThat(stops.all()).containsExactly(1, 2);
    GgufMetadata fixed =
        keys.toBuilder().put("tokenizer.ggml.eot_token_id", GgufValue.u32(2)).build();
    assertThat(StopTokens.of(fixed).missing()).isEmpty();
  }

  @Test
  void thereIsNoneWithoutTokenizer() {
    assertThat(StopTokens.of(files("config.json", "{\"eos_token_id\":2}"))).isEmpty();
    assertThat(StopTokens.of(GgufMetadata.builder().build()).missing()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        // further tokens; template; generation_config; wanted end of turn
        "'';'';{};258", // <|eot_id|> is one wherever it stands
        "<|im_end|>;'';{};258",
        "<|im_end|>;x<|im_end|>;{};260",
        "<|im_end|>;x<|im_end|><|eot_id|>;{};-1",
        "<|im_end|>;'';{\"eos_token_id\":[257,260]};260",
        "<|im_end|>;x<|eot_id|>;{\"eos_token_id\":[257,260]};260",
        "<|x|>;x<|eot_id|>;{\"eos_token_id\":[257,260]};258"
      })
  void choosesTheEndOfATurn(String token, String template, String generation, long wanted) {
    TokenizerFixtures.Builder builder = TokenizerFixtures.llama3(0, 1);
    if (!token.isEmpty()) {
      builder.extra.add(token);
    }
    GgufMetadata keys =
        TokenizerMap.toGguf(
            files(
                TokenizerJson.FILE,
                builder.json(),
                "tokenizer_config.json",
                "{\"eos_token\":\"<|end_of_text|>\",\"chat_template\":\"" + template + "\"}",
                "generation_config.json",
                generation),
            0,
            null);
    OptionalLong found = keys.integer("tokenizer.ggml.eot_token_id");
    assertThat(found.orElse(-1)).isEqualTo(wanted);
  }

  @Test
  void knowsThePlaceholderTemplate() {
    assertThat(
            ChatTemplates.isPlaceholder(
                "{{ 'Human: ' + message['content'] + '\\n\\nBITNETAssistant: ' + eos_token }}"))
        .isTrue();
    assertThat(ChatTemplates.isPlaceholder(ChatTemplates.ofBitnet2B4T())).isFalse();
    assertThat(ChatTemplates.ofBitnet2B4T()).contains("<|eot_id|>").contains("'Assistant: '");
  }
}

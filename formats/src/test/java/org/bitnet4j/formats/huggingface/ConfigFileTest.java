package org.bitnet4j.formats.huggingface;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.bitnet4j.quant.MalformedFileException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ConfigFileTest {
  private static final String FULL =
      """
      {
       "architectures": ["BitNetForCausalLM"], "model_type": "bitnet", "hidden_act": "relu2",
       "hidden_size": 2560, "intermediate_size": 6912, "num_hidden_layers": 30,
       "num_attention_heads": 20, "num_key_value_heads": 5, "vocab_size": 128256,
       "rms_norm_eps": 1e-05, "rope_theta": 500000.0, "tie_word_embeddings": true,
       "pad_token_id": null, "x": {"a": [1, 2.50, {"b": "\\u00e9"}], "c": "}"},
       "quantization_config": {"quant_method": "bitnet", "linear_class": "autobitlinear",
        "quantization_mode": "offline", "modules_to_not_convert": ["lm_head"], "use_rms_norm": true,
        "y": {"z": [1e-6]}},
       "last": 1.0
      }
      """;

  private static ConfigFile parse(String text) {
    return ConfigFile.parse("config.json", text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void readsTheFacts() {
    ModelConfig facts = parse(FULL).facts();
    assertThat(facts.architectures()).containsExactly("BitNetForCausalLM");
    assertThat(facts.modelType()).isEqualTo("bitnet");
    assertThat(facts.hiddenAct()).isEqualTo("relu2");
    assertThat(facts.hiddenSize()).hasValue(2560);
    assertThat(facts.layers()).hasValue(30);
    assertThat(facts.headDim()).hasValue(128);
    assertThat(facts.keyValueHeads()).hasValue(5);
    assertThat(facts.vocabSize()).hasValue(128256);
    assertThat(facts.rmsNormEps()).hasValue(1e-5);
    assertThat(facts.ropeTheta()).hasValue(500000);
    assertThat(facts.tieWordEmbeddings()).isTrue();
    QuantizationSettings settings = Objects.requireNonNull(facts.quantization());
    assertThat(settings.isPacked()).isTrue();
    assertThat(settings.linearClass()).isEqualTo("autobitlinear");
    assertThat(settings.modulesToNotConvert()).containsExactly("lm_head");
    assertThat(settings.others()).containsEntry("use_rms_norm", "true");
    assertThat(settings.others()).containsEntry("y", "{\"z\": [1e-6]}");
  }

  @ParameterizedTest
  @CsvSource({
    "model.layers.0.self_attn.q_proj.weight,2560",
    "model.layers.29.self_attn.k_proj.weight,640",
    "model.layers.0.self_attn.v_proj.weight,640",
    "model.layers.0.self_attn.o_proj.weight,2560",
    "model.layers.0.mlp.gate_proj.weight,6912",
    "model.layers.0.mlp.up_proj.weight,6912",
    "model.layers.0.mlp.down_proj.weight,2560",
    "model.layers.0.mlp.down_proj.weight_scale,-1",
    "model.embed_tokens.weight,-1",
    "weight,-1",
    "'',-1"
  })
  void knowsTheRowsOfProjections(String name, long rows) {
    OptionalLong wanted = rows < 0 ? OptionalLong.empty() : OptionalLong.of(rows);
    assertThat(parse(FULL).facts().rowsOf(name)).isEqualTo(wanted);
    assertThat(parse("{}").facts().rowsOf(name)).isEmpty();
  }

  @Test
  void derivesOnlyWhatIsCertain() {
    assertThat(parse("{\"hidden_size\":10,\"num_attention_heads\":0}").facts().headDim()).isEmpty();
    assertThat(parse("{\"hidden_size\":10,\"num_attention_heads\":3}").facts().headDim()).isEmpty();
    assertThat(parse("{\"head_dim\":7}").facts().headDim()).isEqualTo(OptionalInt.of(7));
    assertThat(parse("{\"num_attention_heads\":3}").facts().keyValueHeads()).hasValue(3);
    assertThat(parse("{\"quantization_config\":null}").facts().quantization()).isNull();
  }

  @Test
  void exchangesTheQuantizationAndKeepsEveryOtherByte() {
    String changed = new String(parse(FULL).withQuantization("{}"), StandardCharsets.UTF_8);
    int begin = FULL.indexOf("{\"quant_method\"");
    int end = FULL.indexOf(",\n \"last\"");
    assertThat(changed).isEqualTo(FULL.substring(0, begin) + "{}" + FULL.substring(end));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{}|{\"quantization_config\": Q}",
        "{ }|{\"quantization_config\": Q }",
        "{\"a\":1}|{\"a\":1,N \"quantization_config\": Q}",
        "{\"a\":\"é}\" }|{\"a\":\"é}\",N \"quantization_config\": Q }",
        "{\"a\":{\"b\":[]}}|{\"a\":{\"b\":[]},N \"quantization_config\": Q}",
        "{\"a\":true}|{\"a\":true,N \"quantization_config\": Q}",
        "{\"quantization_config\":null}|{\"quantization_config\":Q}",
        "{\"quantization_config\" : {\"a\":{}} , \"b\":2}|{\"quantization_config\" : Q , \"b\":2}"
      })
  void addsOrReplacesTheQuantization(String before, String after) {
    ConfigFile config = parse(before);
    assertThat(new String(config.withQuantization("Q"), StandardCharsets.UTF_8))
        .isEqualTo(after.replace('N', '\n'));
    String valid = new String(config.withQuantization("{\"x\":1}"), StandardCharsets.UTF_8);
    assertThat(Objects.requireNonNull(parse(valid).facts().quantization()).others())
        .isEqualTo(java.util.Map.of("x", "1"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{}|{}",
        "{ \"a\" : 1 }|{ \"a\" : 1 }",
        "{\"quantization_config\":{\"x\":[1]}}|{}",
        "{ \"quantization_config\" : null }|{  }",
        "{ \"quantization_config\":{} , \"b\": 2}|{ \"b\": 2}",
        "{\"a\":1 , \"quantization_config\":{}}|{\"a\":1}",
        "{\"a\":\"é\",\"quantization_config\":{\"y\":{}} , \"b\":2 }|{\"a\":\"é\" , \"b\":2 }",
        "{\"\\u0071uantization_config\":{},\"b\":{\"quantization_config\":1}}|"
            + "{\"b\":{\"quantization_config\":1}}"
      })
  void removesTheQuantization(String before, String after) {
    byte[] removed = parse(before).withoutQuantization();
    assertThat(new String(removed, StandardCharsets.UTF_8)).isEqualTo(after);
    ConfigFile again = ConfigFile.parse("config.json", removed);
    assertThat(again.facts().quantization()).isNull();
    assertThat(again.withoutQuantization()).isEqualTo(removed);
  }

  @Test
  void removesTheQuantizationAndKeepsEveryOtherByte() {
    String changed = new String(parse(FULL).withoutQuantization(), StandardCharsets.UTF_8);
    int begin = FULL.indexOf(",\n \"quantization_config\"");
    int end = FULL.indexOf(",\n \"last\"");
    assertThat(changed).isEqualTo(FULL.substring(0, begin) + FULL.substring(end));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{",
        "{}x",
        "{\"a\":1,\"a\":2}",
        "{\"a\":1,\"\\u0061\":2}",
        "{\"x\":{\"a\":1,\"a\":2}}",
        "{\"x\":[{\"a\":{\"b\":1,\"b\":1}}]}",
        "{\"x\":\"\\ud800\"}",
        "{\"x\":NaN}",
        "{\"hidden_size\":\"2560\"}",
        "{\"hidden_size\":-1}",
        "{\"hidden_size\":2560.0}",
        "{\"hidden_size\":2147483648}",
        "{\"hidden_size\":[]}",
        "{\"rope_theta\":\"1e4\"}",
        "{\"rope_theta\":1e999}",
        "{\"tie_word_embeddings\":1}",
        "{\"architectures\":\"Llama\"}",
        "{\"architectures\":[1]}",
        "{\"model_type\":1}",
        "{\"quantization_config\":\"bitnet\"}",
        "{\"quantization_config\":{\"quant_method\":1}}",
        "{\"quantization_config\":{\"linear_class\":{}}}",
        "{\"quantization_config\":{\"x\":1,\"x\":1}}",
        "{\"quantization_config\":{\"modules_to_not_convert\":\"lm_head\"}}"
      })
  void refusesWhatIsWrong(String text) {
    assertThatThrownBy(() -> parse(text))
        .isInstanceOfSatisfying(
            MalformedFileException.class,
            e -> assertThat(e.offset()).isBetween(0L, (long) text.length()));
  }

  @Test
  void everyCutAndChangedByteIsHandled() {
    byte[] good = FULL.strip().getBytes(StandardCharsets.UTF_8);
    for (int size = 0; size < good.length; size++) {
      byte[] cut = java.util.Arrays.copyOf(good, size);
      assertThatThrownBy(() -> ConfigFile.parse("config.json", cut))
          .isInstanceOf(MalformedFileException.class);
    }
    int refused = 0;
    for (int at = 0; at < good.length; at++) {
      for (int change : new int[] {good[at], good[at] ^ 0xFF, 0x01, 0x80}) {
        byte[] changed = good.clone();
        changed[at] ^= (byte) change;
        try {
          ConfigFile.parse("config.json", changed);
        } catch (MalformedFileException e) {
          refused++;
        }
      }
    }
    assertThat(refused).isGreaterThan(good.length);
  }
}

package org.bitnet4j.quant.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Globs and regular expressions over tensor names, compared with `java.util.regex`.
class NamePatternTest {
  private static final String[] ATOMS = {
    "a",
    "b",
    ".",
    "[ab]",
    "[^a]",
    "[a-c]",
    "\\.",
    "\\d",
    "\\w",
    "1",
    "(a|b)",
    "(?:ab|)",
    "(a*)",
    "[\\d.]",
    "[-a]",
    "[a-]",
    "\\-",
    "(a|ab)(c|bcd)",
    "(x{0})",
    "^",
    "$"
  };
  private static final String[] REPEATS = {
    "", "", "", "*", "+", "?", "*?", "+?", "{2}", "{1,3}", "{0,2}", "{2,}"
  };
  private static final String ALPHABET = "abc.1-x";

  @ParameterizedTest
  @CsvSource({
    "*, anything.at.all, true",
    "*, '', true",
    "lm_head, lm_head.weight, true",
    "lm_head, lm_head, true",
    "lm_head, model.lm_head.weight, false",
    "lm_head.weight, lm_head.weight, true",
    "lm_head.weight, lm_head, false",
    "*.q_proj, model.layers.0.self_attn.q_proj.weight, true",
    "*.q_proj, model.layers.0.self_attn.q_proj.weight_scale, false",
    "*.q_proj, q_proj, false",
    "*embed*, model.embed_tokens.weight, true",
    "*norm*, model.layers.3.input_layernorm.weight, true",
    "model.layers.?.mlp.*, model.layers.7.mlp.up_proj.weight, true",
    "model.layers.?.mlp.*, model.layers.17.mlp.up_proj.weight, false",
    "*a*b*a, xaxbxa, true",
    "*a*b*a, xaxbxb, false",
    "a[b], ab, false",
    "a[b], a[b], true",
    "a.b, axb, false",
    "re:.*mlp.*, model.layers.0.mlp.up_proj.weight, true",
    "re:mlp, model.layers.0.mlp.up_proj.weight, false",
    "re:model\\.layers\\.(0|1|2)\\..*, model.layers.2.x.weight, true",
    "re:model\\.layers\\.(0|1|2)\\..*, model.layers.3.x.weight, false",
    "re:^.*\\.[qkv]_proj$, a.k_proj.weight, true",
    "re:^.*\\.[qkv]_proj$, a.o_proj.weight, false",
    "'re:layer\\.\\d{1,2}', layer.12, true",
    "'re:layer\\.\\d{1,2}', layer.123, false",
    "re:, '', true",
    "re:😀+, 😀😀, true"
  })
  void matches(String pattern, String name, boolean expected) {
    assertThat(NamePattern.of(pattern).matches(name)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "re:(",
        "re:)",
        "re:(a",
        "re:a)",
        "re:[",
        "re:[a",
        "re:[]",
        "re:*",
        "re:+a",
        "re:a**",
        "re:a*+",
        "re:a++",
        "re:a?+",
        "re:a{2}{3}",
        "re:a{",
        "re:a{,2}",
        "re:a{3,2}",
        "re:a{1001}",
        "re:a{99999999999999999999}",
        "re:\\",
        "re:\\1",
        "re:(a)\\1",
        "re:\\b",
        "re:\\p{L}",
        "re:(?=a)",
        "re:(?!a)",
        "re:(?<=a)",
        "re:(?<n>a)",
        "re:(?i)a",
        "re:[b-a]",
        "re:[a&&b]",
        "re:[[a]]",
        "re:[\\D]",
        "re:((a{100}){100}){100}",
        "re:(((){1000}){1000}){1000}",
        "re:{2}",
        "re:a|*"
      })
  void whatNeedsBacktrackingOrIsNoPatternIsRefused(String pattern) {
    assertThatThrownBy(() -> NamePattern.of(pattern))
        .isInstanceOf(ConfigValidationException.class)
        .hasMessageContaining("pattern must be a regular expression");
  }

  @Test
  void lengthIsBounded() {
    NamePattern.of("a".repeat(NamePattern.MAX_LENGTH));
    for (String text : new String[] {"", "a".repeat(NamePattern.MAX_LENGTH + 1)}) {
      assertThatThrownBy(() -> NamePattern.of(text))
          .isInstanceOf(ConfigValidationException.class)
          .hasMessageContaining("a pattern of 1 to 256 characters");
    }
  }

  @Test
  void regularExpressionsAgreeWithTheJdkOnRandomPatternsAndTexts() {
    Random random = new Random(3);
    int matched = 0;
    for (int i = 0; i < 20_000; i++) {
      StringBuilder pattern = new StringBuilder();
      for (int part = random.nextInt(4); part >= 0; part--) {
        String repeat = REPEATS[random.nextInt(REPEATS.length)];
        pattern.append(ATOMS[random.nextInt(ATOMS.length)]).append(repeat);
        if (random.nextInt(6) == 0) {
          pattern.append('|');
        }
      }
      StringBuilder text = new StringBuilder();
      for (int length = random.nextInt(6); length > 0; length--) {
        text.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
      }
      boolean expected = Pattern.matches(pattern.toString(), text);
      matched += expected ? 1 : 0;
      assertThat(NamePattern.of("re:" + pattern).matches(text.toString()))
          .as("%s on %s", pattern, text)
          .isEqualTo(expected);
    }
    assertThat(matched).isGreaterThan(1000);
  }

  @Test
  void globsAgreeWithTheirRegularExpressions() {
    Random random = new Random(4);
    for (int i = 0; i < 20_000; i++) {
      String glob = word(random, "ab*?.", 7);
      String name = word(random, "ab.", 9);
      String regex = glob.replace(".", "\\.").replace("*", ".*").replace("?", ".");
      assertThat(NamePattern.of("x" + glob).matches("x" + name))
          .as("%s on %s", glob, name)
          .isEqualTo(Pattern.matches(regex, name));
    }
  }

  private static String word(Random random, String alphabet, int most) {
    StringBuilder word = new StringBuilder();
    for (int length = random.nextInt(most); length > 0; length--) {
      word.append(alphabet.charAt(random.nextInt(alphabet.length())));
    }
    return word.toString();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "re:(a*)*b",
        "re:(a|a)*b",
        "re:(a|aa)+b",
        "re:(.*)*(.*)*b",
        "re:((a?){500}){2}b",
        "re:(a+a+)+b",
        "*a*a*a*a*a*a*a*a*b"
      })
  void noPatternTakesExponentialTime(String pattern) {
    long start = System.nanoTime();
    assertThat(NamePattern.of(pattern).matches("a".repeat(2000))).isFalse();
    assertThat(System.nanoTime() - start).isLessThan(5_000_000_000L);
  }
}

package org.bitnet4j.models.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.bitnet4j.quant.MalformedFileException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TokenizerTest {
  static Stream<String> names() {
    return Fixtures.all().keySet().stream();
  }

  private static Tokenizer open(String name) {
    return Tokenizer.of(Objects.requireNonNull(Fixtures.all().get(name)));
  }

  @Test
  void bytesOfTheSmallModelAreItsTokens() {
    try (Tokenizer tokenizer = open("tiny-bitnet")) {
      assertThat(tokenizer.vocabularySize()).isEqualTo(260);
      assertThat(tokenizer.encode("é\0a")).containsExactly(256, 0xC3, 0xA9, 0, 'a');
      assertThat(tokenizer.encode("a", false, false)).containsExactly('a');
      assertThat(tokenizer.stopTokens()).containsExactly(258, 257);
      assertThat(tokenizer.beginToken()).hasValue(256);
      assertThat(tokenizer.endToken()).hasValue(258);
      assertThat(tokenizer.find("<|padding|>")).hasValue(259);
      assertThat(tokenizer.find("nothing")).isEmpty();
      assertThat(tokenizer.text(32)).isEqualTo("Ġ");
      assertThat(tokenizer.bytes(32)).containsExactly(' ');
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void decodingGivesTheTextBack(String name) {
    try (Tokenizer tokenizer = open(name)) {
      for (String text : List.of("", " ", "  x", "x", Fixtures.TEXT, "\n\n \n", "a\u0300\u0301")) {
        String composed = name.equals("qwen") ? text.replace("a\u0300", "à") : text;
        assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo(composed);
      }
    }
  }

  /// Merges by definition, word by word, against those of the library.
  @Test
  void mergesApplyInTheirOrder() {
    TrainedBpe bpe = Fixtures.byteLevel(250);
    try (Tokenizer tokenizer = open("qwen")) {
      for (String word : List.of(" France", " ternary", " values", " Ελληνικά", "日本語")) {
        List<String> spelt =
            Arrays.stream(tokenizer.encode(word)).mapToObj(tokenizer::text).toList();
        assertThat(spelt)
            .isEqualTo(bpe.encode(Fixtures.spelt(word.getBytes(StandardCharsets.UTF_8))));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void specialTokensInATextAreTextUnlessAsked(String name) {
    try (Tokenizer tokenizer = open(name)) {
      List<Integer> specials = new ArrayList<>();
      for (int id = 0; id < tokenizer.vocabularySize(); id++) {
        if (tokenizer.isSpecial(id)) {
          specials.add(id);
        }
      }
      assertThat(specials).hasSizeGreaterThanOrEqualTo(3);
      for (int special : specials) {
        String text = "x" + tokenizer.text(special) + "y";
        int[] plain = tokenizer.encode(text, false, false);
        assertThat(Arrays.stream(plain).filter(tokenizer::isSpecial)).isEmpty();
        assertThat(tokenizer.decode(plain)).isEqualTo(text);
        int[] parsed = tokenizer.encode(text, false, true);
        assertThat(Arrays.stream(parsed).filter(tokenizer::isSpecial)).containsExactly(special);
        assertThat(tokenizer.decode(parsed, true).replace(" ", "")).isEqualTo(text);
      }
    }
  }

  @Test
  void addedTokensThatAreTextAreFoundAlways() {
    try (Tokenizer tokenizer = open("qwen")) {
      int think = tokenizer.find("<think>").orElseThrow();
      assertThat(tokenizer.isSpecial(think)).isFalse();
      assertThat(tokenizer.encode("a<think>b", false, false)).contains(think);
      assertThat(tokenizer.decode(new int[] {think})).isEqualTo("<think>");
    }
  }

  @Test
  void tokensAroundATextAreThoseOfTheModel() {
    try (Tokenizer llama3 = open("llama3");
        Tokenizer qwen = open("qwen")) {
      assertThat(llama3.encode("x")[0]).isEqualTo(llama3.find("<|begin_of_text|>").orElseThrow());
      assertThat(llama3.encode("x", false, false)).hasSize(1);
      assertThat(qwen.encode("x")).hasSize(1);
    }
  }

  @Test
  void stopsAtWhatIsDeclaredAndAtMarkers() {
    try (Tokenizer llama3 = open("llama3");
        Tokenizer qwen = open("qwen")) {
      assertThat(llama3.stopTokens())
          .containsExactly(
              llama3.find("<|end_of_text|>").orElseThrow(),
              llama3.find("<|eot_id|>").orElseThrow());
      assertThat(qwen.stopTokens())
          .containsExactly(
              qwen.find("<|im_end|>").orElseThrow(), qwen.find("<|endoftext|>").orElseThrow());
    }
  }

  /// The files ask for 8 tokens at most and for half of the merges by chance.
  @Test
  void nothingIsCutAndNothingIsRandom() {
    try (Tokenizer tokenizer = open("llama3")) {
      int[] first = tokenizer.encode(Fixtures.TEXT);
      assertThat(first.length).isGreaterThan(100);
      for (int i = 0; i < 5; i++) {
        assertThat(tokenizer.encode(Fixtures.TEXT)).isEqualTo(first);
      }
    }
  }

  @Test
  void halvesOfPairsAreReplaced() {
    try (Tokenizer tokenizer = open("llama3")) {
      String half = "a\uD83Db\uDE00";
      assertThat(tokenizer.encode(half)).isEqualTo(tokenizer.encode("a\uFFFDb\uFFFD"));
      assertThat(tokenizer.decode(tokenizer.encode(half))).isEqualTo("a\uFFFDb\uFFFD");
    }
  }

  @Test
  void tokensOfFilesBesideTheTokenizerAreKnown() {
    SortedMap<String, byte[]> files = new TreeMap<>(Fixtures.qwen());
    int next;
    try (Tokenizer before = Tokenizer.of(files)) {
      next = before.vocabularySize() + 2;
    }
    files.put(
        "tokenizer_config.json",
        ("{\"eos_token\":\"<|im_end|>\",\"added_tokens_decoder\":{\""
                + next
                + "\":{\"content\":\"<|tool|>\",\"special\":true},\""
                + (next + 1)
                + "\":{\"content\":\"<note>\",\"special\":false}}}")
            .getBytes(StandardCharsets.UTF_8));
    try (Tokenizer tokenizer = Tokenizer.of(files)) {
      assertThat(tokenizer.encode("<|tool|>", false, true)).containsExactly(next);
      assertThat(tokenizer.encode("<|tool|>", false, false)).hasSizeGreaterThan(1);
      assertThat(tokenizer.encode("<note>", false, false)).containsExactly(next + 1);
      assertThat(tokenizer.decode(new int[] {next - 1, next + 1})).isEqualTo("<note>");
    }
  }

  @Test
  void brokenFilesAreRefused() {
    assertThatThrownBy(() -> Tokenizer.of(new TreeMap<>()))
        .isInstanceOf(MalformedFileException.class)
        .hasMessageContaining("tokenizer.json");
    SortedMap<String, byte[]> files = new TreeMap<>(Fixtures.llama3());
    byte[] good = Objects.requireNonNull(files.get("tokenizer.json"));
    for (int cut = 0; cut < good.length; cut += 1 + good.length / 50) {
      files.put("tokenizer.json", Arrays.copyOf(good, cut));
      assertThatThrownBy(() -> Tokenizer.of(files)).isInstanceOf(MalformedFileException.class);
    }
    String json = new String(good, StandardCharsets.UTF_8);
    for (String bad :
        List.of(
            json.replace("\\\\p{N}{1,3}", "(\\\\p{N}+)+$"),
            json.replace("\"BPE\"", "\"WordLevel\""),
            json.replace("\"id\":556", "\"id\":-556"))) {
      assertThat(bad).isNotEqualTo(json);
      files.put("tokenizer.json", bad.getBytes(StandardCharsets.UTF_8));
      assertThatThrownBy(() -> Tokenizer.of(files)).isInstanceOf(MalformedFileException.class);
    }
  }

  @Test
  void usesAfterClosingAreRefused() {
    Tokenizer tokenizer = open("gemma");
    tokenizer.close();
    tokenizer.close();
    assertThatIllegalStateException().isThrownBy(() -> tokenizer.encode("x"));
    assertThat(tokenizer.decode(new int[] {3 + 'x'})).isEqualTo("x");
  }

  @Test
  void textsOfAnyLengthAreBounded() {
    try (Tokenizer tokenizer = open("tiny-bitnet")) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> tokenizer.encode("a".repeat(Tokenizer.MAX_TEXT + 1)))
          .withMessageContaining("at most");
      assertThat(tokenizer.fewestTokens("a".repeat(1000))).isBetween(1, 1000);
    }
  }

  @Test
  void threadsShareATokenizer() throws InterruptedException, ExecutionException {
    try (Tokenizer tokenizer = open("llama3");
        ExecutorService threads = Executors.newFixedThreadPool(4)) {
      int[] expected = tokenizer.encode(Fixtures.TEXT);
      List<Future<int[]>> results = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        results.add(threads.submit(() -> tokenizer.encode(Fixtures.TEXT)));
      }
      for (Future<int[]> result : results) {
        assertThat(result.get()).isEqualTo(expected);
      }
    }
  }

  /// Twice the text, twice the tokens: no text is so bad that its length counts squared.
  @ParameterizedTest
  @ValueSource(strings = {"a", " ", "😀", "\n", "<", "aB1 .", "\u0301"})
  void hostileTextsGiveTokensInProportion(String unit) {
    for (String name : Fixtures.all().keySet()) {
      try (Tokenizer tokenizer = open(name)) {
        String text = unit.repeat(20_000 / unit.length());
        int once = tokenizer.encode(text, false, false).length;
        int twice = tokenizer.encode(text + text, false, false).length;
        assertThat(twice).isBetween(2 * once - 2, 2 * once + 2);
        assertThat(tokenizer.decode(tokenizer.encode(text, false, false))).hasSize(text.length());
      }
    }
  }

  @Tag("slow")
  @ParameterizedTest
  @ValueSource(strings = {"a", " ", "😀", "\n", "<", "aB1 .", "\u0301"})
  void aMebibyteTakesNoMoreThanItsShareOfTime(String unit) {
    int units = (1 << 20) / unit.getBytes(StandardCharsets.UTF_8).length;
    for (String name : Fixtures.all().keySet()) {
      try (Tokenizer tokenizer = open(name)) {
        long eighth = leastCpuNanos(tokenizer, unit.repeat(units / 8));
        long whole = leastCpuNanos(tokenizer, unit.repeat(units));
        // Eight times the text in eight times the time, with room for caches; squared, it were 64.
        assertThat((double) whole / eighth).as(name).isLessThan(24);
      }
    }
  }

  private static long leastCpuNanos(Tokenizer tokenizer, String text) {
    long best = Long.MAX_VALUE;
    for (int run = 0; run < 3; run++) {
      long begin = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
      tokenizer.encode(text, false, true);
      long end = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
      best = Math.min(best, end - begin);
    }
    return best;
  }

  @Test
  void randomTextsGoBothWays() {
    Random random = new Random(5);
    for (String name : List.of("llama3", "llama2", "gemma")) {
      try (Tokenizer tokenizer = open(name)) {
        for (int i = 0; i < 200; i++) {
          StringBuilder text = new StringBuilder();
          for (int c = random.nextInt(30); c > 0; c--) {
            int point =
                switch (random.nextInt(5)) {
                  case 0 -> ' ';
                  case 1 -> random.nextInt(128);
                  case 2 -> random.nextInt(0xD800);
                  case 3 -> 0xE000 + random.nextInt(0x2000);
                  default -> 0x10000 + random.nextInt(0x100000);
                };
            text.appendCodePoint(point);
          }
          assertThat(tokenizer.decode(tokenizer.encode(text.toString(), true, true)))
              .isEqualTo(text.toString());
        }
      }
    }
  }
}

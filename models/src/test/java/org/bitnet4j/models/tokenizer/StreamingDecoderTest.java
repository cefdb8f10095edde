package org.bitnet4j.models.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import java.util.SortedMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class StreamingDecoderTest {
  static Stream<String> names() {
    return Fixtures.all().keySet().stream();
  }

  private static int[] randomTokens(Random random, Tokenizer tokenizer) {
    return random.ints(random.nextInt(60), 0, tokenizer.vocabularySize()).toArray();
  }

  private static byte[] bytes(Tokenizer tokenizer, int[] tokens) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int token : tokens) {
      if (!tokenizer.isSpecial(token)) {
        bytes.writeBytes(tokenizer.bytes(token));
      }
    }
    return bytes.toByteArray();
  }

  /// All bytes at once by the JDK, which sees an encoded half of a surrogate pair as one fault and
  /// not as three: such bytes are replaced before.
  private static String decoded(byte[] bytes) {
    byte[] known = bytes.clone();
    for (int i = 0; i + 1 < known.length; i++) {
      if (known[i] == (byte) 0xED && (known[i + 1] & 0xE0) == 0xA0) {
        known[i] = (byte) 0xFF;
      }
    }
    return new String(known, StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @MethodSource("names")
  void piecesAreTheTextOfAllBytes(String name) {
    Random random = new Random(11);
    try (Tokenizer tokenizer = Tokenizer.of(Objects.requireNonNull(Fixtures.all().get(name)))) {
      for (int i = 0; i < 500; i++) {
        int[] tokens = randomTokens(random, tokenizer);
        StreamingDecoder decoder = tokenizer.decoder(false, false);
        StringBuilder text = new StringBuilder();
        for (int token : tokens) {
          String piece = decoder.add(token);
          assertThat(StandardCharsets.UTF_8.newEncoder().canEncode(piece)).isTrue();
          text.append(piece);
        }
        text.append(decoder.finish());
        assertThat(text.toString()).isEqualTo(decoded(bytes(tokenizer, tokens)));
        assertThat(decoder.isPending()).isFalse();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void piecesOfATextNeverHoldHalfACharacter(String name) {
    try (Tokenizer tokenizer = Tokenizer.of(Objects.requireNonNull(Fixtures.all().get(name)))) {
      int[] tokens = tokenizer.encode(Fixtures.TEXT);
      StreamingDecoder decoder = tokenizer.decoder(true, false);
      StringBuilder text = new StringBuilder();
      for (int token : tokens) {
        text.append(decoder.add(token));
        assertThat(Fixtures.TEXT).startsWith(text.toString());
      }
      assertThat(decoder.finish()).isEmpty();
      assertThat(text.toString()).isEqualTo(Fixtures.TEXT).isEqualTo(tokenizer.decode(tokens));
    }
  }

  /// The decoder of the library, which this one leaves out, on the file as it is.
  @ParameterizedTest
  @ValueSource(strings = {"tiny-bitnet", "llama3", "qwen"})
  void equalsTheLibraryForAnyTokens(String name) {
    SortedMap<String, byte[]> files = Objects.requireNonNull(Fixtures.all().get(name));
    TokenizersLibrary library = EngineLibrary.get();
    long handle =
        library.createTokenizerFromString(
            new String(
                Objects.requireNonNull(files.get("tokenizer.json")), StandardCharsets.UTF_8));
    Random random = new Random(12);
    try (Tokenizer tokenizer = Tokenizer.of(files)) {
      for (int i = 0; i < 500; i++) {
        int[] tokens = randomTokens(random, tokenizer);
        long[] numbers = Arrays.stream(tokens).asLongStream().toArray();
        assertThat(tokenizer.decode(tokens)).isEqualTo(library.decode(handle, numbers, true));
        assertThat(tokenizer.decode(tokens, true))
            .isEqualTo(library.decode(handle, numbers, false));
      }
    } finally {
      library.deleteTokenizer(handle);
    }
  }

  @Test
  void aContinuationKeepsItsSpace() {
    try (Tokenizer tokenizer = Tokenizer.of(Fixtures.llama2())) {
      int[] tokens = tokenizer.encode("of France", false, false);
      assertThat(tokenizer.decoder(true, false).add(tokens)).isEqualTo("of France");
      assertThat(tokenizer.decoder(false, false).add(tokens)).isEqualTo(" of France");
    }
  }

  @Test
  void whatNeverBecomesACharacterIsReplaced() {
    try (Tokenizer tokenizer = Tokenizer.of(Fixtures.tinyBitnet())) {
      StreamingDecoder decoder = tokenizer.decoder(true, false);
      assertThat(decoder.add(0xF0)).isEmpty();
      assertThat(decoder.add(0x9F)).isEmpty();
      assertThat(decoder.isPending()).isTrue();
      assertThat(decoder.add('x')).isEqualTo("\uFFFDx");
      assertThat(decoder.add(0xE2)).isEmpty();
      assertThat(decoder.finish()).isEqualTo("\uFFFD");
      assertThat(decoder.add('y')).isEqualTo("y");
      assertThat(decoder.add(257)).isEmpty();
      assertThatThrownBy(() -> decoder.add(260)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> decoder.add(-1)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThat(tokenizer.decode(new int[] {257, 'a'}, true)).isEqualTo("<|end_of_text|>a");
    }
  }
}

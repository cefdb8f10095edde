package org.bitnet4j.formats.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bitnet4j.formats.tokenizer.TokenizerFixtures.files;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import org.bitnet4j.formats.gguf.GgufArray;
import org.bitnet4j.formats.gguf.GgufMetadata;
import org.bitnet4j.quant.MalformedFileException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// tokenizer.model of SentencePiece: a file that its trainer wrote, and files made byte by byte.
final class SentencePieceModelTest {
  private static byte[] resource(String name) throws IOException {
    try (InputStream file =
        Objects.requireNonNull(SentencePieceModelTest.class.getResourceAsStream(name))) {
      return file.readAllBytes();
    }
  }

  /// Text, score and type of every piece, as the SentencePiece library lists them.
  @Test
  void readsWhatTheLibraryReads() throws IOException {
    GgufMetadata keys =
        TokenizerMap.toGguf(files(SentencePieceModel.FILE, resource("spm.model")), 0, null);
    List<String> wanted = new String(resource("spm.tsv"), StandardCharsets.UTF_8).lines().toList();
    List<String> tokens = keys.texts(Keys.TOKENS);
    GgufArray scores = keys.array(Keys.SCORES).orElseThrow();
    GgufArray types = keys.array(Keys.TYPES).orElseThrow();
    assertThat(tokens).hasSameSizeAs(wanted);
    for (int id = 0; id < wanted.size(); id++) {
      String[] columns = wanted.get(id).split("\t", -1);
      assertThat(tokens.get(id)).isEqualTo(columns[0]);
      assertThat(scores.floatingPoint(id)).isEqualTo(Double.parseDouble(columns[1]));
      // The library does not tell symbols of the user from others.
      assertThat(types.integer(id))
          .isEqualTo(columns[0].equals("<sep>") ? 4 : Long.parseLong(columns[2]));
    }
    assertThat(keys.text(Keys.MODEL)).contains("llama");
    assertThat(keys.has(Keys.MERGES)).isFalse();
    assertThat(keys.truth(Keys.ADD_SPACE)).contains(true);
    assertThat(keys.truth(Keys.ADD_BEGIN)).contains(true);
    assertThat(keys.integer("tokenizer.ggml.unknown_token_id")).hasValue(0);
    assertThat(keys.integer("tokenizer.ggml.bos_token_id")).hasValue(1);
    assertThat(keys.integer("tokenizer.ggml.eos_token_id")).hasValue(2);
    TokenizerJson json =
        TokenizerJson.parse(
            Objects.requireNonNull(TokenizerMap.toSideFiles(keys, 0).get(TokenizerJson.FILE)));
    assertThat(json.byteFallback()).isTrue();
    assertThat(json.merges()).contains("▁ t", "o n");
  }

  /// As 1bitLLM's models come: two tokens more than the SentencePiece model has.
  @Test
  void addsTokensBehindThePieces() throws IOException {
    SortedMap<String, byte[]> files =
        files(
            SentencePieceModel.FILE,
            resource("spm.model"),
            "tokenizer_config.json",
            "{\"add_bos_token\":true,\"add_eos_token\":false,\"pad_token\":\"<pad>\","
                + "\"added_tokens_decoder\":{\"0\":{\"content\":\"<unk>\",\"special\":true},"
                + "\"1\":{\"content\":\"<s>\",\"special\":true},"
                + "\"480\":{\"content\":\"<pad>\",\"special\":true}}}",
            "added_tokens.json",
            "{\"<pad>\":480,\"<more>\":481}");
    GgufMetadata keys = TokenizerMap.toGguf(files, 484, null);
    assertThat(keys.texts(Keys.TOKENS).subList(480, 484))
        .containsExactly("<pad>", "<more>", "[PAD482]", "[PAD483]");
    GgufArray types = keys.array(Keys.TYPES).orElseThrow();
    GgufArray scores = keys.array(Keys.SCORES).orElseThrow();
    assertThat(types.integer(0)).isEqualTo(2);
    assertThat(List.of(types.integer(480), types.integer(481), types.integer(482)))
        .containsExactly(3L, 4L, 5L);
    assertThat(scores.floatingPoint(481)).isEqualTo(-1000);
    assertThat(scores.floatingPoint(483)).isEqualTo(-10000);
    assertThat(keys.integer("tokenizer.ggml.padding_token_id")).hasValue(480);
    assertThat(keys.truth(Keys.ADD_END)).contains(false);
    assertThat(StopTokens.of(files).orElseThrow().declared()).containsExactly(2);
    assertThatThrownBy(() -> TokenizerMap.toGguf(files, 480, null))
        .isInstanceOf(MalformedFileException.class)
        .hasMessageStartingWith("tokenizer.model")
        .hasMessageContaining("below vocab_size 480");
  }

  @Test
  void tokenizerJsonComesFirst() throws IOException {
    GgufMetadata keys =
        TokenizerMap.toGguf(
            files(
                SentencePieceModel.FILE,
                resource("spm.model"),
                TokenizerJson.FILE,
                TokenizerFixtures.llama3(0, 1).json()),
            0,
            null);
    assertThat(keys.text(Keys.MODEL)).contains("gpt2");
  }

  /// A message of fields; a field is its tag and its bytes.
  private static byte[] message(byte[]... fields) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] field : fields) {
      out.writeBytes(field);
    }
    return out.toByteArray();
  }

  private static byte[] bytes(int field, byte[] value) {
    return message(new byte[] {(byte) (field << 3 | 2), (byte) value.length}, value);
  }

  private static byte[] number(int field, int value) {
    return new byte[] {(byte) (field << 3), (byte) value};
  }

  private static byte[] real(int field, float value) {
    return message(
        new byte[] {(byte) (field << 3 | 5)},
        ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(value).array());
  }

  private static byte[] piece(String text, float score, int type) {
    return bytes(
        1,
        message(bytes(1, text.getBytes(StandardCharsets.UTF_8)), real(2, score), number(3, type)));
  }

  private static final byte[] TRAINER = bytes(2, number(3, 2));
  private static final byte[] NORMALIZER = bytes(3, message(number(3, 0), number(4, 0)));

  private static byte[] small() {
    return message(
        piece("<unk>", 0, 2),
        piece("▁", -1, 1),
        piece("a", -2, 1),
        piece("▁a", -0.5f, 1),
        piece("<0x0A>", 0, 6),
        TRAINER,
        NORMALIZER,
        bytes(4, new byte[3]),
        number(5, 7),
        message(new byte[] {6 << 3 | 1}, new byte[8]));
  }

  private static void parse(byte[] model) {
    TokenizerMap.toSideFiles(
        TokenizerMap.toGguf(files(SentencePieceModel.FILE, model), 0, null), 0);
  }

  @Test
  void readsASmallFile() {
    SentencePieceModel model = SentencePieceModel.parse(small());
    assertThat(model.pieces().sequencedKeySet()).containsExactly("<unk>", "▁", "a", "▁a", "<0x0A>");
    assertThat(model.scores().toArray()).containsExactly(0, -1, -2, -0.5f, 0);
    assertThat(model.types())
        .containsExactly(
            TokenType.UNKNOWN,
            TokenType.NORMAL,
            TokenType.NORMAL,
            TokenType.NORMAL,
            TokenType.BYTE);
    assertThat(model.spacePrefix()).isFalse();
    parse(small());
  }

  @ParameterizedTest
  @CsvSource({
    "empty,pieces",
    "unigram,model_type",
    "untold,model_type",
    "rules,precompiled_charsmap",
    "spaces,remove_extra_whitespaces",
    "unescaped,escape_whitespaces",
    "same,piece 1",
    "nothing,piece 0",
    "nan,score",
    "type,type",
    "type0,type",
    "wire,wire type",
    "group,wire type",
    "field0,field number",
    "utf8,valid UTF-8",
    "long,within its message",
    "varint,64 bits",
  })
  void refusesOtherModels(String fault, String field) {
    byte[] good = piece("a", 0, 1);
    byte[] model =
        switch (fault) {
          case "empty" -> message(TRAINER, NORMALIZER);
          case "unigram" -> message(good, bytes(2, number(3, 1)), NORMALIZER);
          case "untold" -> message(good, NORMALIZER);
          case "rules" -> message(good, TRAINER, NORMALIZER, bytes(3, bytes(2, new byte[5])));
          case "spaces" -> message(good, TRAINER, bytes(3, number(4, 1)));
          case "unescaped" -> message(good, TRAINER, NORMALIZER, bytes(3, number(5, 0)));
          case "same" -> message(good, good);
          case "nothing" -> message(piece("", 0, 1));
          case "nan" -> message(piece("a", Float.NaN, 1));
          case "type" -> message(piece("a", 0, 7));
          case "type0" -> message(piece("a", 0, 0));
          case "wire" -> message(number(1, 1));
          case "group" -> new byte[] {9 << 3 | 3};
          case "field0" -> new byte[] {2, 0};
          case "utf8" -> message(bytes(1, bytes(1, new byte[] {(byte) 0xFF})));
          case "long" -> new byte[] {10, 5, 0};
          default -> message(new byte[] {5 << 3}, new byte[0], repeat((byte) 0xFF, 11));
        };
    assertThatThrownBy(() -> parse(model))
        .isInstanceOf(MalformedFileException.class)
        .hasMessageStartingWith("tokenizer.model")
        .hasMessageContaining(field);
  }

  private static byte[] repeat(byte value, int count) {
    byte[] bytes = new byte[count];
    Arrays.fill(bytes, value);
    return bytes;
  }

  @Test
  void everyCutAndChangedByteGivesATokenizerOrATypedRefusal() {
    byte[] good = small();
    int refused = 0;
    for (int at = 0; at < good.length; at++) {
      for (int change : new int[] {good[at], good[at] ^ 0xFF, 0x01, 0x80}) {
        byte[] changed = good.clone();
        changed[at] ^= (byte) change;
        refused += isRefused(changed) ? 1 : 0;
      }
      refused += isRefused(Arrays.copyOf(good, at)) ? 1 : 0;
    }
    assertThat(refused).isGreaterThan(2 * good.length);
  }

  private static boolean isRefused(byte[] model) {
    try {
      parse(model);
      return false;
    } catch (MalformedFileException e) {
      assertThat(e.offset()).isLessThanOrEqualTo(model.length);
      return true;
    }
  }
}

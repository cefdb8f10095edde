package org.bitnet4j.quant.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import org.bitnet4j.quant.Granularity;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TernaryTensor;
import org.bitnet4j.quant.Workers;
import org.bitnet4j.quant.packing.MalformedPackingException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// TL1 and TL2 against bytes that are made here place by place, and whose SHA-256 is that of what
/// bitnet.cpp's converter makes of the same trits.
class LookupTableLayoutTest {
  private static byte[] trits(int count) {
    byte[] trits = new byte[count];
    for (int i = 0; i < count; i++) {
      int scrambled = i * (int) 2654435761L;
      trits[i] = (byte) ((scrambled >>> 16) % 3 - 1);
    }
    return trits;
  }

  private static int pair(byte[] trits, int i) {
    return 3 * trits[i] + trits[i + 1] + 4;
  }

  /// Where the pair of a row and column goes: twice its byte, plus 1 for the low nibble.
  private static int placeInTl1(int row, int column, int columns, int bm, int bk, int strip) {
    int by = 256 / strip;
    int pair = column / 2;
    int inTile = pair % (bk / 2);
    int inStep = inTile % (by / 2);
    int place = row / bm;
    place = place * (columns / bk) + pair / (bk / 2);
    place = place * (bm / strip) + row % bm / strip;
    place = place * (bk / by) + inTile / (by / 2);
    place = place * (strip / 16) + row % strip / 16;
    place = place * (by / 4) + inStep / 2;
    place = place * 16 + row % 16;
    return 2 * place + inStep % 2;
  }

  private static byte[] tl1(byte[] trits, int rows, int columns, int bm, int bk, int strip) {
    byte[] codes = new byte[rows * columns / 4];
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column += 2) {
        int place = placeInTl1(row, column, columns, bm, bk, strip);
        int nibble = pair(trits, row * columns + column);
        codes[place / 2] |= (byte) (nibble << (place % 2 == 0 ? 4 : 0));
      }
    }
    return codes;
  }

  /// A row within its 32, the second and third eight exchanged.
  private static int exchanged(int row) {
    int eight = row % 32 / 8;
    return (eight == 1 ? 2 : eight == 2 ? 1 : eight) * 8 + row % 8;
  }

  /// Where a number goes that is the `n`th of its row, two to a byte and `perTile` to a tile: twice
  /// its byte, plus 1 for the low nibble.
  private static int placeInTl2(int row, int n, int perRow, int bm, int perTile) {
    int place = row / bm;
    place = place * (perRow / perTile) + n / perTile;
    place = place * (bm / 32) + row % bm / 32;
    place = place * (perTile / 2) + n % perTile / 2;
    place = place * 32 + exchanged(row);
    return 2 * place + n % 2;
  }

  private static byte[] tl2(byte[] trits, int rows, int columns, int bm, int bk) {
    int tripled = columns - columns % bk;
    int signsAt = rows * tripled / 6;
    int pairsAt = signsAt + rows * tripled / 24;
    byte[] codes = new byte[(columns - 256) * rows / 3 * 5 / 8 + 256 * rows / 4];
    for (int row = 0; row < rows; row++) {
      for (int n = 0; n < tripled / 3; n++) {
        int i = row * columns + 3 * n;
        int number = 9 * trits[i] + 3 * trits[i + 1] + trits[i + 2];
        int place = placeInTl2(row, n, tripled / 3, bm, bk / 3);
        codes[place / 2] |= (byte) (Math.abs(number) << (place % 2 == 0 ? 4 : 0));
        if (number < 0) {
          int word = row / bm;
          word = word * (tripled / bk) + n / (bk / 3);
          word = word * (bm / 32) + row % bm / 32;
          word = word * (bk / 24) + n % (bk / 3) / 8;
          word = word * 16 + row % 16;
          int bit = 15 - (n % 8 * 2 + row % 32 / 16);
          codes[signsAt + 2 * word + bit / 8] |= (byte) (1 << (bit % 8));
        }
      }
      for (int n = 0; n < (columns - tripled) / 2; n++) {
        int place = placeInTl2(row, n, (columns - tripled) / 2, bm, 16);
        int nibble = pair(trits, row * columns + tripled + 2 * n);
        codes[pairsAt + place / 2] |= (byte) (nibble << (place % 2 == 0 ? 4 : 0));
      }
    }
    return codes;
  }

  private static byte[] withMultiplier(TernaryLayout layout, TensorShape shape, byte[] codes) {
    byte[] stored = Arrays.copyOf(codes, (int) layout.bytes(shape));
    MemorySegment.ofArray(stored).set(ValueLayout.JAVA_FLOAT_UNALIGNED, stored.length - 32, 0.375f);
    Arrays.fill(stored, stored.length - 28, stored.length, (byte) 0xEE);
    return stored;
  }

  private static void check(
      String name, int rows, int columns, byte[] codes, byte[] trits, String sha) {
    assertThat(sha256(codes)).isEqualTo(sha);
    TernaryLayout layout = TernaryLayout.find(name).orElseThrow();
    TensorShape shape = TensorShape.of(rows, columns);
    assertThat(layout.readable(shape)).isTrue();
    byte[] stored = withMultiplier(layout, shape, codes);
    try (Workers workers = Workers.of(2);
        TernaryTensor tensor = layout.decode("t", shape, MemorySegment.ofArray(stored), workers)) {
      assertThat(LayoutSamples.trits(tensor)).isEqualTo(trits);
      assertThat(tensor.scales().multiplier(0)).isEqualTo(0.375f);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1536, 1536, 128, 64, 64, 8df2f9b6b384f4f553b6272e3d3ec8f97171c2e4e99de9b936b024ea5dbd383e",
    "4096, 1536, 256, 128, 32, a713e0a42fb54f0bdefdec04b01a12aff28d90d7dc4681ac9b12320b5bcd3b70"
  })
  void tl1IsRead(int rows, int columns, int bm, int bk, int strip, String sha) {
    byte[] trits = trits(rows * columns);
    check("TL1", rows, columns, tl1(trits, rows, columns, bm, bk, strip), trits, sha);
  }

  /// Without pairs, with one tile of pairs, and with two.
  @ParameterizedTest
  @CsvSource({
    "1536, 1536, 128, 192, e8d798a76d28c29b4bc0ecca8582f1025810d52d12f0fbb9d800c829dca4cb3e",
    "3200, 3200, 320, 96, 8b279e4c50f1991b88ae2530cb00baa2a61eae31488b96f50981c717c162af4a",
    "1024, 4096, 256, 96, b664889c5cdd5c6379dda36d63d64a0f06ff2406bf56c2f29c8f5edfb78c3a78"
  })
  void tl2IsRead(int rows, int columns, int bm, int bk, String sha) {
    byte[] trits = trits(rows * columns);
    check("TL2", rows, columns, tl2(trits, rows, columns, bm, bk), trits, sha);
  }

  @ParameterizedTest
  @CsvSource({
    "TL1, 14336, 4096",
    "TL1, 2560, 6912",
    "TL1, 0, 1536",
    "TL2, 2560, 2560",
    "TL2, 1, 256"
  })
  void shapesOfUnknownTilesAreRefused(String name, int rows, int columns) {
    TernaryLayout layout = TernaryLayout.find(name).orElseThrow();
    TensorShape shape = TensorShape.of(rows, columns);
    assertThat(layout.readable(shape)).isFalse();
    try (Workers workers = Workers.of(1)) {
      assertThatIllegalArgumentException()
          .isThrownBy(
              () -> layout.decode("t", shape, MemorySegment.ofArray(new byte[64]), workers).close())
          .withMessageContaining("tiles are known from bitnet.cpp's public models, got [" + shape);
    }
  }

  @ParameterizedTest
  @CsvSource({"TL1, 589856", "TL2, 507936"})
  void nothingIsWritten(String name, int bytes) {
    TernaryLayout layout = TernaryLayout.find(name).orElseThrow();
    TensorShape shape = TensorShape.of(1536, 1536);
    assertThat(layout.bytes(shape)).isEqualTo(bytes);
    assertThat(layout.refusal(shape)).isPresent();
    try (Workers workers = Workers.of(1);
        TernaryTensor tensor =
            TernaryTensor.allocate("x", shape, new Granularity.PerTensor(), false)) {
      assertThatExceptionOfType(InvalidTensorException.class)
          .isThrownBy(() -> layout.encode(tensor, MemorySegment.ofArray(new byte[bytes]), workers))
          .withMessageContaining("Choose I2_S");
    }
  }

  @Test
  void sizesThatNoFileHasAreRefused() {
    TernaryLayout layout = TernaryLayout.find("TL2").orElseThrow();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> layout.bytes(TensorShape.of(10, 255)))
        .withMessageContaining("at least 256, got [255]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> layout.bytes(TensorShape.of(1L << 40, 1 << 21)))
        .withMessageContaining("at most 2^60");
  }

  @Test
  void bytesThatStandForNoTritsAreRefused() {
    TensorShape shape = TensorShape.of(1536, 1536);
    byte[] trits = trits(1536 * 1536);
    byte[] one = tl1(trits, 1536, 1536, 128, 64, 64);
    refuse("TL1", shape, one, 70_001, 0x90);
    refuse("TL1", shape, one, 589_823, 0x0F);
    refuse("TL1", shape, one, 589_824 + 3, 0x7F, 0x80); // the multiplier becomes infinite
    byte[] two = tl2(trits, 1536, 1536, 128, 192);
    refuse("TL2", shape, two, 0, 0xE0);
    refuse("TL2", shape, two, 100_000, 0x0E);
    refuse("TL2", shape, two, 507_903, 0x01); // padding
    // A sign where the triple is zero: all signs set, some triple is zero.
    byte[] signs = two.clone();
    Arrays.fill(signs, 1536 * 1536 / 6, 1536 * 1536 / 6 + 1536 * 1536 / 24, (byte) 0xFF);
    assertThatExceptionOfType(MalformedPackingException.class)
        .isThrownBy(() -> decode("TL2", shape, signs))
        .withMessageContaining("no sign where a triple is zero");
  }

  private static void refuse(String name, TensorShape shape, byte[] codes, int at, int... values) {
    TernaryLayout layout = TernaryLayout.find(name).orElseThrow();
    byte[] stored = withMultiplier(layout, shape, codes);
    for (int i = 0; i < values.length; i++) {
      stored[at - i] = (byte) values[i];
    }
    long wanted = values.length == 1 ? at : at - 3;
    assertThatExceptionOfType(MalformedPackingException.class)
        .isThrownBy(() -> decode(name, shape, stored))
        .satisfies(e -> assertThat(e.offset()).isEqualTo(wanted));
  }

  private static void decode(String name, TensorShape shape, byte[] codes) {
    TernaryLayout layout = TernaryLayout.find(name).orElseThrow();
    byte[] stored =
        codes.length == layout.bytes(shape) ? codes : withMultiplier(layout, shape, codes);
    try (Workers workers = Workers.of(1)) {
      layout.decode("t", shape, MemorySegment.ofArray(stored), workers).close();
    }
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}

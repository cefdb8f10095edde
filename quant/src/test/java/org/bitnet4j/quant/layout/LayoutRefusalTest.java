package org.bitnet4j.quant.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.bitnet4j.quant.ElementType;
import org.bitnet4j.quant.Granularity;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TernaryTensor;
import org.bitnet4j.quant.Workers;
import org.bitnet4j.quant.layout.LayoutSamples.Structure;
import org.bitnet4j.quant.packing.MalformedPackingException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// What layouts refuse, and where they say it stands.
class LayoutRefusalTest {
  private final Workers workers = Workers.of(2);

  @AfterEach
  void close() {
    workers.close();
  }

  static List<TernaryLayout> layouts() {
    return LayoutSamples.blockLayouts();
  }

  private byte[] encode(TernaryLayout layout, int rows, int columns) {
    byte[] trits = LayoutSamples.trits(Structure.DENSE, rows * columns, 1);
    try (TernaryTensor tensor = LayoutSamples.tensor(trits, rows, columns, 0.25f)) {
      byte[] stored = new byte[(int) layout.bytes(tensor.shape())];
      layout.encode(tensor, MemorySegment.ofArray(stored), workers);
      return stored;
    }
  }

  private void decode(TernaryLayout layout, TensorShape shape, byte[] stored) {
    layout.decode("t", shape, MemorySegment.ofArray(stored), workers).close();
  }

  /// Every byte of codes set to 0xFF, which is four codes 3, or no base-3 byte (that of 242 is 0xFF
  /// where five digits are used, so 0xFE there).
  @ParameterizedTest
  @MethodSource("layouts")
  void badCodesAreRefusedWithTheirByte(TernaryLayout layout) {
    TensorShape shape = TensorShape.of(8, 512);
    byte[] stored = encode(layout, 8, 512);
    boolean base3 = !CodeCensus.canCount(layout);
    List<Long> refused = new ArrayList<>();
    for (int at = 0; at < stored.length; at++) {
      byte sound = stored[at];
      stored[at] = (byte) (base3 ? 0x01 : 0xC0 | sound);
      try {
        decode(layout, shape, stored);
      } catch (MalformedPackingException e) {
        assertThat(e.offset()).isEqualTo(at);
        assertThat(e).hasMessageContaining("at byte " + at).hasMessageContaining("must be");
        refused.add(e.offset());
      }
      stored[at] = sound;
    }
    int multipliers = (int) (layout.granularity().groups(shape) * layout.scaleType().bytes());
    int tail = layout.name().startsWith("I2_S") ? 28 : 0;
    // A multiplier may have any finite bytes; all bytes of codes must have been refused.
    assertThat(refused).hasSizeGreaterThanOrEqualTo(stored.length - multipliers - tail);
  }

  @ParameterizedTest
  @MethodSource("layouts")
  void ofManyBadBytesTheFirstIsNamedForAnyNumberOfThreads(TernaryLayout layout) {
    TensorShape shape = TensorShape.of(64, 4096);
    byte[] stored = encode(layout, 64, 4096);
    int from = stored.length / 2;
    // Skip multipliers: find a byte that decoding refuses.
    while (true) {
      byte sound = stored[from];
      stored[from] = (byte) (CodeCensus.canCount(layout) ? 0xFF : 0x01);
      try {
        decode(layout, shape, stored);
      } catch (MalformedPackingException e) {
        if (e.field().startsWith("code")) {
          break;
        }
      }
      stored[from] = sound;
      from++;
    }
    int first = from;
    int length = stored.length - (layout.name().startsWith("I2_S") ? 32 : 0);
    for (int at = first + 1; at < length; at += 331) {
      if (CodeCensus.canCount(layout)) {
        stored[at] |= (byte) 0x80; // a finite number whatever it is part of
        stored[at] |= (byte) 0x40;
      }
    }
    for (int threads : new int[] {1, 2, 5}) {
      try (Workers some = Workers.of(threads)) {
        assertThatExceptionOfType(MalformedPackingException.class)
            .isThrownBy(
                () -> layout.decode("t", shape, MemorySegment.ofArray(stored), some).close())
            .satisfies(e -> assertThat(e.offset()).isLessThanOrEqualTo(first + 2));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("layouts")
  void multipliersMustBeFinite(TernaryLayout layout) {
    TensorShape shape = TensorShape.of(4, 256);
    byte[] stored = encode(layout, 4, 256);
    boolean half = layout.scaleType() == ElementType.F16;
    BlockGrid grid = ((BlockLayout) layout).grid(shape, MemorySegment.ofArray(stored));
    long last = layout.granularity().groups(shape) - 1;
    int at = (int) grid.scaleAt(last);
    int[] bad = half ? new int[] {0x7C00, 0xFC00, 0x7E00} : new int[] {0x7F80_0000, 0xFFC0_0001};
    for (int bits : bad) {
      byte[] broken = stored.clone();
      for (int i = 0; i < layout.scaleType().bytes(); i++) {
        broken[at + i] = (byte) (bits >> (8 * i));
      }
      assertThatExceptionOfType(MalformedPackingException.class)
          .isThrownBy(() -> decode(layout, shape, broken))
          .withMessageContaining("multiplier of group " + last)
          .satisfies(e -> assertThat(e.offset()).isEqualTo(at));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "I2_S, 32, 8640, 'columns must be a multiple of 128, got [8640]', true",
    "I2_S, 3, 100, 'columns must be a multiple of 128, got [100]', false",
    "I2_S_ARM, 3, 100, 'columns must be a multiple of 64, got [100]', false",
    "I2_S_4ROW, 6, 128, 'rows must be a multiple of 4, got [6]', false",
    "TQ1_0, 2, 8640, 'columns must be a multiple of 256, got [8640]', false",
    "TQ2_0, 256, 5460, 'columns must be a multiple of 256, got [5460]', false",
    "Q2_0, 64, 5460, 'columns must be a multiple of 64, got [5460]', false",
    "PQ2_0, 1, 64, 'columns must be a multiple of 128, got [64]', false",
    "IQ2_BN, 1, 65, 'columns must be a multiple of 64, got [65]', false",
    "IQ2_BN_R4, 5, 64, 'rows must be a multiple of 4, got [5]', false",
    "IQ2_BN, 0, 64, 'elements must be at least 1, got [0]', false",
    "I2_S, 128, 0, 'elements must be at least 1, got [0]', false"
  })
  void shapesThatDoNotFitAreRefused(
      String name, int rows, int columns, String refusal, boolean readable) {
    TernaryLayout layout = TernaryLayout.find(name).orElseThrow();
    TensorShape shape = TensorShape.of(rows, columns);
    assertThat(layout.refusal(shape)).contains(refusal);
    assertThat(layout.readable(shape)).isEqualTo(readable);
    try (TernaryTensor tensor =
        TernaryTensor.allocate("x", shape, new Granularity.PerTensor(), false)) {
      assertThatExceptionOfType(InvalidTensorException.class)
          .isThrownBy(() -> layout.encode(tensor, MemorySegment.ofArray(new byte[0]), workers))
          .withMessageContaining(refusal)
          .withMessageContaining(name);
    }
    if (!readable) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> layout.bytes(shape))
          .withMessageContaining(refusal);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> decode(layout, shape, new byte[0]))
          .withMessageContaining(refusal);
    }
  }

  @ParameterizedTest
  @CsvSource({"Q2_0, 64", "TQ1_0, 256", "I2_S, 128", "IQ2_BN_R4, 64"})
  void wideTensorsFit(String name, int multiple) {
    TernaryLayout layout = TernaryLayout.find(name).orElseThrow();
    assertThat(layout.refusal(TensorShape.of(4, 135L * multiple))).isEmpty();
    assertThat(layout.readable(TensorShape.of(2, 2, 135L * multiple))).isTrue();
  }

  @ParameterizedTest
  @MethodSource("layouts")
  void anotherNumberOfBytesIsRefused(TernaryLayout layout) {
    TensorShape shape = TensorShape.of(4, 256);
    int bytes = (int) layout.bytes(shape);
    for (int wrong : new int[] {0, bytes - 1, bytes + 1}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> decode(layout, shape, new byte[wrong]))
          .withMessageContaining("must be " + bytes + ", got [" + wrong + "]");
    }
  }

  @ParameterizedTest
  @MethodSource("layouts")
  void offsetsAndCodesThatAreNoTritsAreRefused(TernaryLayout layout) {
    TensorShape shape = TensorShape.of(4, 512);
    MemorySegment target = MemorySegment.ofArray(new byte[(int) layout.bytes(shape)]);
    try (TernaryTensor tensor =
        TernaryTensor.allocate("x", shape, new Granularity.PerTensor(), true)) {
      assertThatExceptionOfType(InvalidTensorException.class)
          .isThrownBy(() -> layout.encode(tensor, target, workers))
          .withMessageContaining("multipliers alone, got [offsets]");
    }
    try (TernaryTensor tensor =
        TernaryTensor.allocate("x", shape, new Granularity.PerTensor(), false)) {
      tensor.codes().set(java.lang.foreign.ValueLayout.JAVA_BYTE, 128 + 5, (byte) 0b01_11_01_01);
      assertThatExceptionOfType(InvalidTensorException.class)
          .isThrownBy(() -> layout.encode(tensor, target, workers))
          .withMessageContaining("code 3")
          .satisfies(e -> assertThat(e.index()).isEqualTo(512 + 22));
    }
  }

  @Test
  void aBadCodeOfALaterRowAndChunkHasItsIndex() {
    TensorShape shape = TensorShape.of(8, 33_024);
    for (TernaryLayout layout : layouts()) {
      MemorySegment target = MemorySegment.ofArray(new byte[(int) layout.bytes(shape)]);
      try (TernaryTensor tensor =
          TernaryTensor.allocate("x", shape, new Granularity.PerTensor(), false)) {
        tensor
            .codes()
            .set(java.lang.foreign.ValueLayout.JAVA_BYTE, 6 * 8256 + 8250, (byte) 0b01_01_01_11);
        assertThatExceptionOfType(InvalidTensorException.class)
            .isThrownBy(() -> layout.encode(tensor, target, workers))
            .satisfies(e -> assertThat(e.index()).as(layout.name()).isEqualTo(6 * 33_024 + 33_000));
      }
    }
  }
}

package org.bitnet4j.quant.packing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.bitnet4j.quant.TernaryTensor;
import org.bitnet4j.quant.config.TernaryPackingStrategy;
import org.bitnet4j.quant.packing.TritSamples.Settings;
import org.bitnet4j.quant.packing.TritSamples.Structure;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Damaged payloads: always found with checksums, never an untyped failure without.
@Tag("kernels")
class PackedIntegrityTest {
  @ParameterizedTest
  @EnumSource(TernaryPackingStrategy.class)
  void everyDamagedByteIsFound(TernaryPackingStrategy strategy) {
    for (Settings settings :
        new Settings[] {Settings.of(strategy), Settings.of(strategy).kernelLayout().deflated(9)}) {
      byte[] trits = TritSamples.trits(Structure.ZERO_RUNS, 3 * 190, 4);
      try (TernaryTensor tensor = TritSamples.tensor(trits, 3, 190);
          PackedTensor packed = settings.packer().pack(tensor)) {
        TernaryPacker packer = settings.packer();
        assertThat(mutations(packed, () -> packer.verify(packed))).isZero();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(TernaryPackingStrategy.class)
  void uncheckedDamageGivesTritsOrATypedError(TernaryPackingStrategy strategy) {
    for (Settings settings :
        new Settings[] {
          Settings.of(strategy).unchecked(),
          Settings.of(strategy).kernelLayout().deflated(9).unchecked()
        }) {
      byte[] trits = TritSamples.trits(Structure.ZERO_RUNS, 3 * 190, 4);
      try (TernaryTensor tensor = TritSamples.tensor(trits, 3, 190);
          PackedTensor packed = settings.packer().pack(tensor)) {
        assertThat(packed.blocks()).allMatch(block -> block.crc32c() == 0);
        TernaryPacker packer = settings.packer();
        // Another valid byte goes unnoticed without a checksum; that is what checksums are for.
        assertThat(mutations(packed, () -> packer.unpackTernary(packed).close())).isPositive();
      }
    }
  }

  /// Replaces every byte by 00, FF, ^01, ^80 and each single-bit flip; counts what goes unnoticed.
  private static int mutations(PackedTensor packed, Runnable reading) {
    int unnoticed = 0;
    for (long at = 0; at < packed.payload().byteSize(); at++) {
      byte good = packed.payload().get(ValueLayout.JAVA_BYTE, at);
      int[] damaged = new int[12];
      damaged[0] = 0;
      damaged[1] = 0xFF;
      damaged[2] = good ^ 0x01;
      damaged[3] = good ^ 0x80;
      for (int bit = 0; bit < 8; bit++) {
        damaged[4 + bit] = good ^ 1 << bit;
      }
      for (int value : damaged) {
        if ((byte) value == good) {
          continue;
        }
        packed.payload().set(ValueLayout.JAVA_BYTE, at, (byte) value);
        try {
          reading.run();
          unnoticed++;
        } catch (MalformedPackingException e) {
          assertThat(e.block()).isNotNegative();
          assertThat(e.offset()).isNotNegative();
        }
      }
      packed.payload().set(ValueLayout.JAVA_BYTE, at, good);
    }
    reading.run();
    return unnoticed;
  }

  @Test
  void inflatingIsStrictAndBounded() {
    byte[] encoded = new byte[5000];
    byte[] stored = DeflateStage.deflate(encoded, 6);
    assertThat(stored).isNotNull().hasSizeLessThan(100);
    byte[] stream = java.util.Objects.requireNonNull(stored);
    assertThat(DeflateStage.inflate(stream, 5000)).isEqualTo(encoded);
    assertThat(DeflateStage.inflate(stream, 9000)).isEqualTo(encoded);
    assertRefused(stream, 4999, "more than 4999 bytes");
    assertRefused(Arrays.copyOf(stream, stream.length + 1), 5000, "1 bytes after its end");
    for (int length = 0; length < stream.length; length++) {
      assertRefused(Arrays.copyOf(stream, length), 5000, "DEFLATE stream");
    }
    // A stored-type block of 3 bytes: valid, but longer than what it holds.
    assertRefused(
        new byte[] {1, 3, 0, (byte) 0xFC, (byte) 0xFF, 1, 1, 1}, 5000, "3 bytes inflated from 8");
  }

  private static void assertRefused(byte[] stream, int maxLength, String message) {
    assertThatThrownBy(() -> DeflateStage.inflate(stream, maxLength))
        .isInstanceOf(MalformedPackingException.class)
        .hasMessageContaining(message);
  }

  @Test
  void denseEncodingsAreDeflatedFast() {
    assertThat(DeflateStage.effectiveLevel(9, 100, 100)).isEqualTo(1);
    assertThat(DeflateStage.effectiveLevel(0, 100, 100)).isZero();
    assertThat(DeflateStage.effectiveLevel(9, 50, 100)).isEqualTo(9);
  }
}

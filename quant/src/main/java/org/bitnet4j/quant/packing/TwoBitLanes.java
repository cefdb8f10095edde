package org.bitnet4j.quant.packing;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.bitnet4j.quant.config.SimdConfig;

/// Two-bit codes in canonical order, the order of `TernaryTensor`: element i in bits 2(i mod 4) of
/// byte i / 4, unused lanes of the last byte a zero trit.
final class TwoBitLanes {
  private TwoBitLanes() {}

  /// The lanes that a configuration allows.
  ///
  /// @param simd instructions to use
  static TwoBitLanes of(SimdConfig simd) {
    return new TwoBitLanes();
  }

  /// Packs trits.
  ///
  /// @param trits holds `count` trits from `offset` on
  /// @param offset first trit
  /// @param count how many
  /// @param codes receives ⌈count / 4⌉ bytes from `codeOffset` on
  /// @param codeOffset first byte
  void pack(byte[] trits, int offset, int count, MemorySegment codes, long codeOffset) {
    for (int i = 0; i < count; i += 4) {
      int packed = 0;
      for (int lane = 0; lane < 4; lane++) {
        int code = i + lane < count ? trits[offset + i + lane] + 1 : 1;
        packed |= code << (2 * lane);
      }
      codes.set(ValueLayout.JAVA_BYTE, codeOffset + i / 4, (byte) packed);
    }
  }

  /// Unpacks trits.
  ///
  /// @param codes holds ⌈count / 4⌉ bytes from `codeOffset` on
  /// @param codeOffset first byte
  /// @param count how many trits
  /// @param trits receives `count` trits from `offset` on
  /// @param offset first trit
  void unpack(MemorySegment codes, long codeOffset, int count, byte[] trits, int offset) {
    for (int i = 0; i < count; i++) {
      int packed = codes.get(ValueLayout.JAVA_BYTE, codeOffset + i / 4);
      trits[offset + i] = (byte) (((packed >> (2 * (i & 3))) & 3) - 1);
    }
  }
}

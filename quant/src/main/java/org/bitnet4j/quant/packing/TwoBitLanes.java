package org.bitnet4j.quant.packing;

import java.lang.foreign.MemorySegment;
import org.bitnet4j.quant.config.SimdConfig;
import org.bitnet4j.quant.kernels.TernaryKernels;

/// Two-bit codes in canonical order, the order of `TernaryTensor`: element i in bits 2(i mod 4) of
/// byte i / 4, unused lanes of the last byte a zero trit.
final class TwoBitLanes {
  private final TernaryKernels kernels;

  private TwoBitLanes(TernaryKernels kernels) {
    this.kernels = kernels;
  }

  /// The lanes that a configuration allows.
  ///
  /// @param simd instructions to use
  static TwoBitLanes of(SimdConfig simd) {
    return new TwoBitLanes(TernaryKernels.of(simd));
  }

  /// Packs trits.
  ///
  /// @param trits holds `count` trits from `offset` on
  /// @param offset first trit
  /// @param count how many
  /// @param codes receives ⌈count / 4⌉ bytes from `codeOffset` on
  /// @param codeOffset first byte
  void pack(byte[] trits, int offset, int count, MemorySegment codes, long codeOffset) {
    kernels.packTwoBit(trits, offset, count, codes, codeOffset);
  }

  /// Unpacks trits.
  ///
  /// @param codes holds ⌈count / 4⌉ bytes from `codeOffset` on
  /// @param codeOffset first byte
  /// @param count how many trits
  /// @param trits receives `count` trits from `offset` on
  /// @param offset first trit
  void unpack(MemorySegment codes, long codeOffset, int count, byte[] trits, int offset) {
    kernels.unpackTwoBit(codes, codeOffset, count, trits, offset);
  }
}

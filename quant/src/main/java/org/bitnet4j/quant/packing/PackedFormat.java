package org.bitnet4j.quant.packing;

import org.bitnet4j.quant.config.TernaryPackingStrategy;

/// What a packed tensor holds, and how it was asked to be packed.
public sealed interface PackedFormat {
  /// Trits.
  ///
  /// @param strategy codec of every block, or HYBRID for a choice per block
  /// @param layout order inside the bytes of two-bit and base-3 blocks
  record Trits(TernaryPackingStrategy strategy, PackedLayout layout) implements PackedFormat {
    /// Refuses the kernel layout for a strategy whose bytes hold one weight each or none.
    public Trits {
      if (layout != Codecs.layout(strategy, layout == PackedLayout.KERNEL)) {
        throw new IllegalArgumentException(
            "layout of " + strategy + " must be CANONICAL, got [" + layout + "]");
      }
    }
  }

  /// Integer codes at their own width.
  ///
  /// @param bits 2, 4 or 8
  /// @param unsigned whether codes are unsigned with a zero point
  record Integers(int bits, boolean unsigned) implements PackedFormat {
    /// Refuses a width that no integer tensor has.
    public Integers {
      if (bits != 2 && bits != 4 && bits != 8) {
        throw new IllegalArgumentException("bits must be 2, 4 or 8, got [" + bits + "]");
      }
    }
  }
}

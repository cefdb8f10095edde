package org.bitnet4j.quant.kernels;

import jdk.incubator.vector.VectorShape;

/// Asks the Vector API for its width; loaded only where its module is.
final class VectorWidthProbe {
  private VectorWidthProbe() {}

  /// Bits of the widest vectors that all element types share.
  static int preferredBits() {
    return VectorShape.preferredShape().vectorBitSize();
  }
}

package org.bitnet4j.models.forward;

import org.bitnet4j.quant.kernels.ElementKernels;

/// Replaces vectors by what their absmax int8 codes stand for. An instance is used by one thread.
final class AbsmaxRounding {
  private final ElementKernels elements;
  private byte[] codes = {};

  AbsmaxRounding(ElementKernels elements) {
    this.elements = elements;
  }

  /// Rounds one vector in place.
  ///
  /// @param name whose vector it is, for a refusal
  void round(String name, float[] x, int offset, int count) {
    if (codes.length < count) {
      codes = new byte[count];
    }
    float multiplier = elements.quantizeAbsmax(x, offset, count, codes, 0);
    if (Float.isNaN(multiplier)) {
      int at = elements.firstNonFinite(x, offset, count);
      throw ResidualStage.notFinite(name, at, x[offset + at]);
    }
    for (int i = 0; i < count; i++) {
      x[offset + i] = codes[i] * multiplier;
    }
  }
}

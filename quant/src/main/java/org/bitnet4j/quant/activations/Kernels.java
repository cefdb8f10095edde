package org.bitnet4j.quant.activations;

import org.bitnet4j.quant.config.SimdConfig;
import org.bitnet4j.quant.kernels.TernaryKernels;

/// The kernels that activations are measured and encoded with: the best of this machine, whose bits
/// are those of every other path.
final class Kernels {
  static final TernaryKernels BEST = TernaryKernels.of(SimdConfig.defaults());

  private Kernels() {}
}

package org.bitnet4j.quant.kernels;

import org.bitnet4j.quant.config.SimdConfig;

/// Chooses the path: the configuration's wish, the machine's offer, the operator's override.
final class KernelSelection {
  private KernelSelection() {}

  /// The kernels for a machine.
  static TernaryKernels select(SimdConfig config, Host host) {
    KernelPlan plan =
        new KernelPlan(
            KernelPlan.Path.SCALAR,
            0,
            config.enabled() ? "the only path on " + host.describe() : "simd.enabled is false",
            config.vectorizedOps(),
            config.minSimdSize(),
            config.chunkSize(),
            config.enablePrefetch() ? config.prefetchDistance() : 0,
            4);
    return new PlannedTernaryKernels(plan, ScalarLoops.INSTANCE);
  }
}

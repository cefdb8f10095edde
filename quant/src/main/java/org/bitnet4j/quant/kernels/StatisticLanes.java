package org.bitnet4j.quant.kernels;

import java.util.Arrays;

/// The sixteen double lanes in which every path accumulates a statistic, element i in lane i mod
/// 16, and the one tree in which they are combined.
final class StatisticLanes {
  /// Number of lanes.
  static final int COUNT = 16;

  /// A statistic of a short row would otherwise spend its time on allocation.
  private static final ThreadLocal<double[]> LANES =
      ThreadLocal.withInitial(() -> new double[COUNT]);

  private StatisticLanes() {}

  /// This thread's lanes, at zero. Valid until the next call on the same thread.
  static double[] zeroed() {
    double[] lanes = LANES.get();
    Arrays.fill(lanes, 0);
    return lanes;
  }

  /// The lanes' sum, halved until one is left: lane k plus lane k + 8, then + 4, + 2, + 1.
  static double total(double[] lanes) {
    for (int half = COUNT / 2; half > 0; half /= 2) {
      for (int k = 0; k < half; k++) {
        lanes[k] += lanes[k + half];
      }
    }
    return lanes[0];
  }
}

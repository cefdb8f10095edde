package org.bitnet4j.quant.kernels;

import java.time.Duration;
import org.bitnet4j.quant.Granularity;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TernaryTensor;
import org.bitnet4j.quant.Workers;
import org.bitnet4j.quant.kernels.KernelPlan.Path;

/// Small products, repeated until they are compiled: before that a product of vectors is some
/// thousand times slower, each vector being an object.
final class ProductWarmUp {
  private static final int ROWS = 128;
  private static final int COLUMNS = 768;

  /// Fast products that are evidence of compiled code, beyond one lucky measurement.
  private static final int EVIDENCE = 10;

  /// Weights times tokens per nanosecond that only compiled code reaches.
  private static final double VECTOR_SPEED = 1;

  private static final double SCALAR_SPEED = 0.15;

  private ProductWarmUp() {}

  /// See [TernaryKernels#warmUp].
  static boolean run(TernaryKernels kernels, KernelTeam team, Duration atMost) {
    long deadline = System.nanoTime() + atMost.toNanos();
    try (Workers workers = Workers.of(1);
        TernaryTensor tensor =
            TernaryTensor.allocate(
                "warm-up", TensorShape.of(ROWS, COLUMNS), new Granularity.PerTensor(), false);
        TernaryMatrix matrix = kernels.pack(tensor, workers)) {
      boolean one = repeat(kernels, team, matrix, 1, deadline);
      boolean many = repeat(kernels, team, matrix, TableLoops.TOKENS_AT_ONCE, deadline);
      return one && many;
    }
  }

  private static boolean repeat(
      TernaryKernels kernels, KernelTeam team, TernaryMatrix matrix, int tokens, long deadline) {
    byte[] activations = new byte[tokens * COLUMNS];
    for (int i = 0; i < activations.length; i++) {
      activations[i] = (byte) i;
    }
    float[] multipliers = new float[tokens];
    float[] out = new float[tokens * ROWS];
    Path path = kernels.plan().pathFor(KernelPlan.Work.PRODUCT, COLUMNS);
    double speed = path == Path.VECTOR ? VECTOR_SPEED : SCALAR_SPEED;
    double fastNanos = (double) ROWS * COLUMNS * tokens / speed;
    int fast = 0;
    try (ProductInput input = kernels.input(COLUMNS, tokens)) {
      long start = System.nanoTime();
      while (fast < EVIDENCE && start < deadline) {
        input.load(activations, 0, tokens, multipliers, 0);
        kernels.multiply(matrix, input, null, out, 0, ROWS, team);
        long end = System.nanoTime();
        if (end - start <= fastNanos) {
          fast++;
        }
        start = end;
      }
    }
    return fast == EVIDENCE;
  }
}

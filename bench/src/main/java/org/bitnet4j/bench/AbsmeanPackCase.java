package org.bitnet4j.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.bitnet4j.quant.kernels.TernaryKernels;

/// BitNet b1.58 (arXiv 2402.17764) of a float32 tensor: γ = max(mean |w|, 1e-5), then two-bit codes
/// of clip(rint(w · 1/γ), −1, 1).
final class AbsmeanPackCase implements BenchmarkCase {
  private static final double LEAST_SCALE = 1e-5;

  private final String path;
  private final TernaryKernels kernels;
  private final float[] weights;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment codes;

  AbsmeanPackCase(String path, float[] weights) {
    this.path = path;
    this.kernels = BenchmarkInputs.kernels(path);
    this.weights = weights;
    this.codes = arena.allocate(Math.ceilDiv(weights.length, 4), 64);
  }

  @Override
  public String name() {
    return BenchmarkInputs.label(path);
  }

  @Override
  public double amount() {
    return 4.0 * weights.length;
  }

  @Override
  public String unit() {
    return "GB/s of float32";
  }

  @Override
  public long run() {
    int count = weights.length;
    float scale = (float) Math.max(kernels.absSum(weights, 0, count) / count, LEAST_SCALE);
    kernels.packRounding(weights, 0, count, 1 / scale, codes, 0);
    return Float.floatToRawIntBits(scale);
  }

  @Override
  public void check() {
    float scale = Float.intBitsToFloat((int) run());
    double sum = 0;
    for (float weight : weights) {
      sum += Math.abs(weight);
    }
    float expected = (float) Math.max(sum / weights.length, LEAST_SCALE);
    if (!(Math.abs(scale - expected) <= Math.ulp(expected))) { // NaN is wrong too
      throw BenchmarkInputs.wrong("scale", 0, expected, scale);
    }
    for (int i = 0; i < weights.length; i++) {
      int trit = (int) Math.max(-1, Math.min(1, Math.rint(weights[i] * (1 / scale))));
      int found = ((codes.get(ValueLayout.JAVA_BYTE, i / 4) >> (2 * (i % 4))) & 3) - 1;
      if (trit != found) {
        throw BenchmarkInputs.wrong("trit", i, trit, found);
      }
    }
  }

  @Override
  public void close() {
    arena.close();
  }
}

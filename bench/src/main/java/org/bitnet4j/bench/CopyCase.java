package org.bitnet4j.bench;

import java.util.Arrays;

/// A plain copy of float32: what the machine's memory gives at this moment, to judge all else by.
final class CopyCase implements BenchmarkCase {
  private final float[] source;
  private final float[] target;

  CopyCase(float[] source) {
    this.source = source;
    this.target = new float[source.length];
  }

  @Override
  public String name() {
    return "plain copy";
  }

  @Override
  public double amount() {
    return 4.0 * source.length;
  }

  @Override
  public String unit() {
    return "GB/s of float32";
  }

  @Override
  public long run() {
    System.arraycopy(source, 0, target, 0, source.length);
    return Float.floatToRawIntBits(target[source.length - 1]);
  }

  @Override
  public void check() {
    run();
    int at = Arrays.mismatch(source, target);
    if (at >= 0) {
      throw BenchmarkInputs.wrong("copy", at, source[at], target[at]);
    }
  }
}

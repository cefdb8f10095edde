package org.bitnet4j.bench;

import org.bitnet4j.quant.kernels.AttentionCache;
import org.bitnet4j.quant.kernels.CacheFormat;
import org.bitnet4j.quant.kernels.ElementKernels;

/// Scores of four queries that share a head against cached keys, and the sums of cached values by
/// them, one thread.
final class AttentionCase implements BenchmarkCase {
  private static final int QUERIES = 4;
  private static final int HEAD = 128;
  private static final float SCALE = 0.088388346f; // 1/√128

  private final String path;
  private final int positions;
  private final ElementKernels kernels;
  private final AttentionCache cache;
  private final float[] queries = BenchmarkInputs.weights(QUERIES * HEAD);
  private final float[] scores;
  private final float[] out = new float[QUERIES * HEAD];

  AttentionCase(String path, CacheFormat format, int positions) {
    this.path = path;
    this.positions = positions;
    this.kernels = BenchmarkInputs.elements(path);
    this.cache = AttentionCache.allocate("cache", format, 1, HEAD, positions);
    this.scores = new float[QUERIES * positions];
    float[] rows = BenchmarkInputs.weights((positions + 1) * HEAD);
    for (int position = 0; position < positions; position++) {
      cache.store(position, rows, position * HEAD, rows, (position + 1) * HEAD);
    }
  }

  @Override
  public String name() {
    return BenchmarkInputs.label(path);
  }

  /// Bytes of keys and values, which are read once for all queries.
  @Override
  public double amount() {
    return 2.0 * positions * HEAD * cache.format().bytes();
  }

  @Override
  public String unit() {
    return "GB/s of cache";
  }

  @Override
  public long run() {
    attend(kernels);
    return Float.floatToRawIntBits(out[0]);
  }

  private void attend(ElementKernels by) {
    by.scores(queries, 0, QUERIES, cache, 0, 0, positions, SCALE, scores, 0, positions);
    by.weightedSum(scores, 0, positions, QUERIES, cache, 0, 0, positions, out, 0);
  }

  /// Bits must be those of the scalar reference.
  @Override
  public void check() {
    run();
    float[] foundScores = scores.clone();
    float[] found = out.clone();
    attend(BenchmarkInputs.elements("scalar"));
    BenchmarkInputs.requireSameBits("score", scores, foundScores);
    BenchmarkInputs.requireSameBits("weighted sum", out, found);
  }

  @Override
  public void close() {
    cache.close();
  }
}

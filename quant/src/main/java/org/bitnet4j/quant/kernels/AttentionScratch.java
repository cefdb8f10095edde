package org.bitnet4j.quant.kernels;

/// What a thread needs for attention in vectors: decoded elements of sixteen positions and some
/// lanes.
final class AttentionScratch {
  /// Queries that are taken at once.
  static final int QUERIES = 4;

  private static final ThreadLocal<AttentionScratch> OF_THREAD =
      ThreadLocal.withInitial(AttentionScratch::new);

  /// Sixteen scores, or sixteen weights, of each query.
  final float[] lanes = new float[QUERIES * AttentionCache.BLOCK];

  private float[] elements = {};

  private AttentionScratch() {}

  static AttentionScratch ofThread() {
    return OF_THREAD.get();
  }

  /// Room for the elements of sixteen positions.
  float[] elements(int headSize) {
    if (elements.length < AttentionCache.BLOCK * headSize) {
      elements = new float[AttentionCache.BLOCK * headSize];
    }
    return elements;
  }
}

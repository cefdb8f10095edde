package org.bitnet4j.quant.kernels;

import static org.bitnet4j.quant.kernels.AttentionCache.BLOCK;
import static org.bitnet4j.quant.kernels.AttentionCache.FLOAT;
import static org.bitnet4j.quant.kernels.AttentionCache.SHORT;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The reference: every sum as its formula, written for reading.
final class ScalarAttentionLoops implements AttentionLoops {
  static final ScalarAttentionLoops INSTANCE = new ScalarAttentionLoops();

  private ScalarAttentionLoops() {}

  @Override
  public void scores(
      float[] queries,
      int queryOffset,
      int queryCount,
      AttentionCache cache,
      int head,
      int from,
      int count,
      float scale,
      float[] scores,
      int scoreOffset,
      int scoreStride) {
    int size = cache.headSize();
    for (int query = 0; query < queryCount; query++) {
      for (int j = 0; j < count; j++) {
        long at = cache.keyAt(head, from + j);
        float sum = 0;
        for (int d = 0; d < size; d++) {
          float key = element(cache.format(), cache.keys(), at, (long) d * BLOCK);
          sum = Math.fma(queries[queryOffset + query * size + d], key, sum);
        }
        float keyScale = scale(cache, cache.keyScales(), head, from + j);
        scores[scoreOffset + query * scoreStride + j] = sum * keyScale * scale;
      }
    }
  }

  @Override
  public void weightedSum(
      float[] probabilities,
      int offset,
      int stride,
      int queryCount,
      AttentionCache cache,
      int head,
      int from,
      int count,
      float[] out,
      int outOffset) {
    int size = cache.headSize();
    for (int query = 0; query < queryCount; query++) {
      for (int d = 0; d < size; d++) {
        float sum = 0;
        for (int j = 0; j < count; j++) {
          float valueScale = scale(cache, cache.valueScales(), head, from + j);
          float weight = probabilities[offset + query * stride + j] * valueScale;
          long at = cache.valueAt(head, from + j);
          sum = Math.fma(weight, element(cache.format(), cache.values(), at, d), sum);
        }
        out[outOffset + query * size + d] = sum;
      }
    }
  }

  private static float element(CacheFormat format, MemorySegment memory, long at, long index) {
    return switch (format) {
      case FLOAT32 -> memory.get(FLOAT, at + index * Float.BYTES);
      case FLOAT16 -> Float.float16ToFloat(memory.get(SHORT, at + index * Short.BYTES));
      case INT8 -> memory.get(ValueLayout.JAVA_BYTE, at + index);
    };
  }

  /// The scale of a position's key or value; 1 where the format has none.
  private static float scale(AttentionCache cache, MemorySegment scales, int head, int position) {
    return switch (cache.format()) {
      case FLOAT32, FLOAT16 -> 1;
      case INT8 -> scales.get(FLOAT, cache.scaleAt(head, position));
    };
  }
}

package org.bitnet4j.quant.kernels;

import static org.bitnet4j.quant.kernels.AttentionCache.BLOCK;
import static org.bitnet4j.quant.kernels.AttentionCache.FLOAT;
import static org.bitnet4j.quant.kernels.AttentionScratch.QUERIES;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// The loops of attention in vectors of 512 bits; 256 and 128 are derived from this file as those
/// of [VectorLoops512] are, and its rule on carried variables holds here too.
///
/// Keys and values of sixteen positions are decoded into the nearest cache, then multiplied with up
/// to four queries at a time. A lane is a position of keys, or an element of values.
final class VectorAttentionLoops512 implements AttentionLoops {
  static final VectorAttentionLoops512 INSTANCE = new VectorAttentionLoops512();

  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_512;
  private static final Class<? extends FloatVector> VECTOR =
      FLOATS.vectorType().asSubclass(FloatVector.class);
  private static final int L = FLOATS.length();

  private VectorAttentionLoops512() {}

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
    AttentionScratch scratch = AttentionScratch.ofThread();
    float[] keys = scratch.elements(size);
    float[] lanes = scratch.lanes;
    int end = from + count;
    for (int block = from - from % BLOCK; block < end; block += BLOCK) {
      decode(cache.format(), cache.keys(), cache.keyAt(head, block), BLOCK * size, keys);
      int low = Math.max(from, block);
      int high = Math.min(end, block + BLOCK);
      for (int query = 0; query < queryCount; query += QUERIES) {
        int together = Math.min(QUERIES, queryCount - query);
        int a = queryOffset + query * size;
        if (together == QUERIES) {
          for (int part = 0; part < BLOCK; part += L) {
            fourQueries(keys, part, queries, a, size, lanes);
          }
        } else {
          for (int i = 0; i < together; i++) {
            for (int part = 0; part < BLOCK; part += L) {
              oneQuery(keys, part, queries, a + i * size, size, lanes, i * BLOCK + part);
            }
          }
        }
        for (int i = 0; i < together; i++) {
          int at = scoreOffset + (query + i) * scoreStride - from;
          for (int position = low; position < high; position++) {
            float sum = lanes[i * BLOCK + position - block];
            scores[at + position] = sum * keyScale(cache, head, position) * scale;
          }
        }
      }
    }
  }

  /// The scale of a position's key; 1 where the format has none.
  private static float keyScale(AttentionCache cache, int head, int position) {
    return switch (cache.format()) {
      case FLOAT32, FLOAT16 -> 1;
      case INT8 -> cache.keyScales().get(FLOAT, cache.scaleAt(head, position));
    };
  }

  private static void decode(
      CacheFormat format, MemorySegment memory, long at, int count, float[] out) {
    VectorDenseLoops512 loops = VectorDenseLoops512.INSTANCE;
    switch (format) {
      case FLOAT32 -> loops.decode(DenseFormat.FLOAT32, memory, at, count, out, 0);
      case FLOAT16 -> loops.decode(DenseFormat.FLOAT16, memory, at, count, out, 0);
      case INT8 -> VectorDenseLoops512.bytes(memory, at, count, out);
    }
  }

  private static void fourQueries(
      float[] keys, int part, float[] queries, int a, int size, float[] lanes) {
    FloatVector zero = FloatVector.zero(FLOATS);
    FloatVector s0 = zero;
    FloatVector s1 = zero;
    FloatVector s2 = zero;
    FloatVector s3 = zero;
    int b = a + size;
    int c = b + size;
    int e = c + size;
    for (int d = 0; d < size; d++) {
      FloatVector key = FloatVector.fromArray(FLOATS, keys, d * BLOCK + part);
      s0 = key.fma(FloatVector.broadcast(FLOATS, queries[a + d]), s0);
      s1 = key.fma(FloatVector.broadcast(FLOATS, queries[b + d]), s1);
      s2 = key.fma(FloatVector.broadcast(FLOATS, queries[c + d]), s2);
      s3 = key.fma(FloatVector.broadcast(FLOATS, queries[e + d]), s3);
    }
    VECTOR.cast(s0).intoArray(lanes, part);
    VECTOR.cast(s1).intoArray(lanes, BLOCK + part);
    VECTOR.cast(s2).intoArray(lanes, 2 * BLOCK + part);
    VECTOR.cast(s3).intoArray(lanes, 3 * BLOCK + part);
  }

  private static void oneQuery(
      float[] keys, int part, float[] queries, int a, int size, float[] lanes, int at) {
    FloatVector sum = FloatVector.zero(FLOATS);
    for (int d = 0; d < size; d++) {
      FloatVector key = FloatVector.fromArray(FLOATS, keys, d * BLOCK + part);
      sum = key.fma(FloatVector.broadcast(FLOATS, queries[a + d]), sum);
    }
    VECTOR.cast(sum).intoArray(lanes, at);
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
    Arrays.fill(out, outOffset, outOffset + queryCount * size, 0);
    AttentionScratch scratch = AttentionScratch.ofThread();
    float[] values = scratch.elements(size);
    float[] lanes = scratch.lanes;
    for (int first = 0; first < count; first += BLOCK) {
      int positions = Math.min(BLOCK, count - first);
      long at = cache.valueAt(head, from + first);
      decode(cache.format(), cache.values(), at, positions * size, values);
      for (int query = 0; query < queryCount; query += QUERIES) {
        int together = Math.min(QUERIES, queryCount - query);
        for (int i = 0; i < together; i++) {
          int p = offset + (query + i) * stride + first;
          for (int j = 0; j < positions; j++) {
            lanes[i * BLOCK + j] = probabilities[p + j] * valueScale(cache, head, from + first + j);
          }
        }
        int to = outOffset + query * size;
        if (together == QUERIES) {
          fourSums(values, lanes, positions, size, out, to);
        } else {
          for (int i = 0; i < together; i++) {
            oneSum(values, lanes, i * BLOCK, positions, size, out, to + i * size);
          }
        }
      }
    }
  }

  /// The scale of a position's value; 1 where the format has none.
  private static float valueScale(AttentionCache cache, int head, int position) {
    return switch (cache.format()) {
      case FLOAT32, FLOAT16 -> 1;
      case INT8 -> cache.valueScales().get(FLOAT, cache.scaleAt(head, position));
    };
  }

  private static void fourSums(
      float[] values, float[] weights, int positions, int size, float[] out, int to) {
    int d = 0;
    for (; d <= size - L; d += L) {
      int a = to + d;
      FloatVector s0 = FloatVector.fromArray(FLOATS, out, a);
      FloatVector s1 = FloatVector.fromArray(FLOATS, out, a + size);
      FloatVector s2 = FloatVector.fromArray(FLOATS, out, a + 2 * size);
      FloatVector s3 = FloatVector.fromArray(FLOATS, out, a + 3 * size);
      for (int j = 0; j < positions; j++) {
        FloatVector value = FloatVector.fromArray(FLOATS, values, j * size + d);
        s0 = value.fma(FloatVector.broadcast(FLOATS, weights[j]), s0);
        s1 = value.fma(FloatVector.broadcast(FLOATS, weights[BLOCK + j]), s1);
        s2 = value.fma(FloatVector.broadcast(FLOATS, weights[2 * BLOCK + j]), s2);
        s3 = value.fma(FloatVector.broadcast(FLOATS, weights[3 * BLOCK + j]), s3);
      }
      VECTOR.cast(s0).intoArray(out, a);
      VECTOR.cast(s1).intoArray(out, a + size);
      VECTOR.cast(s2).intoArray(out, a + 2 * size);
      VECTOR.cast(s3).intoArray(out, a + 3 * size);
    }
    for (int query = 0; query < QUERIES; query++) {
      addRest(values, weights, query * BLOCK, positions, size, d, out, to + query * size);
    }
  }

  private static void oneSum(
      float[] values, float[] weights, int w, int positions, int size, float[] out, int to) {
    int d = 0;
    for (; d <= size - L; d += L) {
      FloatVector sum = FloatVector.fromArray(FLOATS, out, to + d);
      for (int j = 0; j < positions; j++) {
        FloatVector value = FloatVector.fromArray(FLOATS, values, j * size + d);
        sum = value.fma(FloatVector.broadcast(FLOATS, weights[w + j]), sum);
      }
      VECTOR.cast(sum).intoArray(out, to + d);
    }
    addRest(values, weights, w, positions, size, d, out, to);
  }

  /// The elements behind the last whole vector.
  private static void addRest(
      float[] values, float[] weights, int w, int positions, int size, int d, float[] out, int to) {
    for (; d < size; d++) {
      for (int j = 0; j < positions; j++) {
        out[to + d] = Math.fma(weights[w + j], values[j * size + d], out[to + d]);
      }
    }
  }
}

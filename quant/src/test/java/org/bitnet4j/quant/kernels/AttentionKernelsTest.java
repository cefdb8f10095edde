package org.bitnet4j.quant.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.bitnet4j.quant.InvalidTensorException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Attention over a cache, against loops over what the cache stores.
@Tag("kernels")
class AttentionKernelsTest {
  private static final float UNTOUCHED = -7.25f;
  private static final int HEADS = 3;

  private final ElementKernels kernels = ElementKernels.of(ElementDifferentialTest.everyLength());

  /// A cache and what it should hold: keys and values \[position, head, element\].
  private static final class Filled implements AutoCloseable {
    private final AttentionCache cache;
    private final int size;
    private final float[] keys;
    private final float[] values;

    Filled(CacheFormat format, int size, int positions) {
      this.size = size;
      cache = AttentionCache.allocate("blk.0.attn", format, HEADS, size, positions);
      int row = HEADS * size;
      keys = KernelInputs.GAUSSIAN.values(size, positions * row);
      values = KernelInputs.TIES.values(positions, positions * row);
      for (int position = 0; position < positions; position++) {
        cache.store(position, keys, position * row, values, position * row);
      }
      if (format == CacheFormat.FLOAT16) {
        for (int i = 0; i < keys.length; i++) {
          keys[i] = Float.float16ToFloat(Float.floatToFloat16(keys[i]));
          values[i] = Float.float16ToFloat(Float.floatToFloat16(values[i]));
        }
      }
    }

    /// The element and the scale of a key or a value.
    float element(float[] from, int head, int position, int d) {
      float x = from[(position * HEADS + head) * size + d];
      return cache.format() == CacheFormat.INT8
          ? (float) Math.rint(x * (127 / most(from, head, position)))
          : x;
    }

    float scale(float[] from, int head, int position) {
      return cache.format() == CacheFormat.INT8 ? most(from, head, position) / 127 : 1;
    }

    private float most(float[] from, int head, int position) {
      float most = 0;
      for (int d = 0; d < size; d++) {
        most = Math.max(most, Math.abs(from[(position * HEADS + head) * size + d]));
      }
      return most;
    }

    @Override
    public void close() {
      cache.close();
    }
  }

  @ParameterizedTest
  @EnumSource
  void scoresHaveTheDefinitionsBits(CacheFormat format) {
    for (int size : new int[] {1, 7, 16, 64, 100}) {
      try (Filled filled = new Filled(format, size, 70)) {
        for (int count : new int[] {0, 1, 15, 16, 17, 33, 50}) {
          for (int queryCount : new int[] {1, 3, 4, 9}) {
            assertScores(filled, count % 20, count, queryCount, count % HEADS);
          }
        }
      }
    }
  }

  private void assertScores(Filled filled, int from, int count, int queryCount, int head) {
    int size = filled.size;
    float scale = (float) (1 / Math.sqrt(size));
    float[] queries = KernelInputs.GAUSSIAN.values(count, 2 + queryCount * size);
    int stride = count + 3;
    float[] actual = new float[queryCount * stride + 5];
    Arrays.fill(actual, UNTOUCHED);
    float[] expected = actual.clone();
    for (int query = 0; query < queryCount; query++) {
      for (int j = 0; j < count; j++) {
        float sum = 0;
        for (int d = 0; d < size; d++) {
          float key = filled.element(filled.keys, head, from + j, d);
          sum = Math.fma(queries[2 + query * size + d], key, sum);
        }
        float keyScale = filled.scale(filled.keys, head, from + j);
        expected[1 + query * stride + j] = sum * keyScale * scale;
      }
    }
    kernels.scores(
        queries, 2, queryCount, filled.cache, head, from, count, scale, actual, 1, stride);
    assertThat(actual).as("%s, %s from %s", filled.cache, count, from).isEqualTo(expected);
  }

  @ParameterizedTest
  @EnumSource
  void weightedSumsHaveTheDefinitionsBits(CacheFormat format) {
    for (int size : new int[] {1, 7, 16, 64, 100}) {
      try (Filled filled = new Filled(format, size, 70)) {
        for (int count : new int[] {0, 1, 15, 16, 17, 33, 50}) {
          for (int queryCount : new int[] {1, 3, 4, 9}) {
            assertSums(filled, count % 20, count, queryCount, count % HEADS);
          }
        }
      }
    }
  }

  private void assertSums(Filled filled, int from, int count, int queryCount, int head) {
    int size = filled.size;
    int stride = count + 3;
    float[] weights = KernelInputs.GAUSSIAN.values(count, 2 + queryCount * stride);
    float[] actual = new float[queryCount * size + 5];
    Arrays.fill(actual, UNTOUCHED);
    float[] expected = actual.clone();
    for (int query = 0; query < queryCount; query++) {
      for (int d = 0; d < size; d++) {
        float sum = 0;
        for (int j = 0; j < count; j++) {
          float weight =
              weights[2 + query * stride + j] * filled.scale(filled.values, head, from + j);
          sum = Math.fma(weight, filled.element(filled.values, head, from + j, d), sum);
        }
        expected[1 + query * size + d] = sum;
      }
    }
    kernels.weightedSum(weights, 2, stride, queryCount, filled.cache, head, from, count, actual, 1);
    assertThat(actual).as("%s, %s from %s", filled.cache, count, from).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(ints = {64, 128, 256})
  void headsOfModelsHaveTheDefinitionsBits(int size) {
    for (CacheFormat format : CacheFormat.values()) {
      try (Filled filled = new Filled(format, size, 100)) {
        assertScores(filled, 0, 100, 4, 1);
        assertSums(filled, 0, 100, 4, 1);
        assertScores(filled, 3, 90, 2, 2);
        assertSums(filled, 3, 90, 2, 2);
      }
    }
  }

  @Test
  void aPositionIsStoredOverWhatWasThere() {
    for (CacheFormat format : CacheFormat.values()) {
      try (AttentionCache cache = AttentionCache.allocate("a", format, 1, 4, 3)) {
        float[] key = {1, 0, 0, 0};
        cache.store(2, new float[] {9, 9, 9, 9}, 0, new float[] {8, 8, 8, 8}, 0);
        cache.store(2, key, 0, key, 0);
        float[] out = new float[4];
        kernels.weightedSum(new float[] {1, 1, 1}, 0, 3, 1, cache, 0, 0, 3, out, 0);
        assertThat(out).containsExactly(1, 0, 0, 0);
        float[] scores = new float[3];
        kernels.scores(key, 0, 1, cache, 0, 0, 3, 1, scores, 0, 3);
        assertThat(scores).containsExactly(0, 0, 1);
      }
    }
  }

  @Test
  void whatTheFormatCannotHoldIsRefusedAndNothingStored() {
    try (AttentionCache cache = AttentionCache.allocate("blk.7", CacheFormat.FLOAT16, 1, 2, 1)) {
      float[] good = {1, 2};
      float[] large = {3, 65_505};
      float[] bad = {Float.NaN, 3};
      assertThatThrownBy(() -> cache.store(0, good, 0, large, 0))
          .isInstanceOf(InvalidTensorException.class)
          .hasMessageContaining("blk.7 value at index 1");
      assertThatThrownBy(() -> cache.store(0, bad, 0, good, 0))
          .isInstanceOf(InvalidTensorException.class)
          .hasMessageContaining("blk.7 key at index 0");
      float[] out = {5, 5};
      kernels.weightedSum(new float[] {1}, 0, 1, 1, cache, 0, 0, 1, out, 0);
      assertThat(out).containsExactly(0, 0);
    }
  }

  @Test
  void rangesOutsideAreRefused() {
    try (AttentionCache cache = AttentionCache.allocate("a", CacheFormat.INT8, 2, 4, 8)) {
      float[] x = new float[8];
      assertThatThrownBy(() -> cache.store(8, x, 0, x, 0))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> cache.store(0, x, 1, x, 0))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> kernels.scores(x, 0, 1, cache, 2, 0, 8, 1, x, 0, 8))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> kernels.scores(x, 0, 1, cache, 0, 1, 8, 1, x, 0, 8))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> kernels.scores(x, 0, 3, cache, 0, 0, 1, 1, x, 0, 1))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> kernels.weightedSum(x, 0, 7, 1, cache, 0, 0, 8, x, 0))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> AttentionCache.allocate("a", CacheFormat.INT8, 0, 4, 8))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("heads");
  }
}

package org.bitnet4j.models.forward;

import java.util.ArrayList;
import java.util.List;
import org.bitnet4j.models.architecture.ModelShape;
import org.bitnet4j.models.weights.LayerWeights;
import org.bitnet4j.quant.kernels.AttentionCache;
import org.bitnet4j.quant.kernels.CacheFormat;

/// Keys and values of all layers for the tokens of one session, in memory of a fixed size.
final class KvCache implements AutoCloseable {
  private final List<AttentionCache> layers = new ArrayList<>();
  private final int capacity;
  private int length;

  KvCache(ModelShape shape, List<LayerWeights> weights, CacheFormat format, int capacity) {
    this.capacity = capacity;
    try {
      for (LayerWeights layer : weights) {
        layers.add(
            AttentionCache.allocate(
                layer.name() + ".self_attn",
                format,
                shape.keyValueHeads(),
                shape.headDim(),
                capacity));
      }
    } catch (RuntimeException | OutOfMemoryError e) {
      close();
      throw e;
    }
  }

  AttentionCache layer(int number) {
    return layers.get(number);
  }

  /// Tokens at most.
  int capacity() {
    return capacity;
  }

  /// Tokens whose keys and values are held.
  int length() {
    return length;
  }

  void setLength(int tokens) {
    length = tokens;
  }

  long byteSize() {
    return layers.stream().mapToLong(AttentionCache::byteSize).sum();
  }

  @Override
  public void close() {
    layers.forEach(AttentionCache::close);
    layers.clear();
  }
}

package org.bitnet4j.quant.activations;

import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Quantized activations by content of their input, least recently used first out, within a byte
/// bound. The hash only finds candidates: a hit is verified against a copy of the input, bit by bit
/// but for NaN, which never enters. Safe for many threads.
final class ActivationCache {
  /// Map entry, key and result objects, array headers: generously counted.
  private static final long OVERHEAD_BYTES = 256;

  private final long maxBytes;
  private final AtomicLong bypasses = new AtomicLong();
  private final Map<Key, QuantizedActivations> entries = new LinkedHashMap<>(16, 0.75f, true);
  private long bytes;
  private long hits;
  private long misses;
  private long evictions;

  ActivationCache(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /// The result for an input, if it is held; counts a hit or a miss.
  synchronized Optional<QuantizedActivations> find(Key key) {
    QuantizedActivations found = entries.get(key);
    if (found == null) {
      misses++;
    } else {
      hits++;
    }
    return Optional.ofNullable(found);
  }

  /// Holds a result, unless it alone exceeds the bound.
  synchronized void store(Key key, QuantizedActivations result) {
    long size = size(key, result);
    if (size > maxBytes || entries.containsKey(key)) {
      return;
    }
    Iterator<Map.Entry<Key, QuantizedActivations>> eldestFirst = entries.entrySet().iterator();
    while (bytes + size > maxBytes) {
      Map.Entry<Key, QuantizedActivations> eldest = eldestFirst.next();
      bytes -= size(eldest.getKey(), eldest.getValue());
      eldestFirst.remove();
      evictions++;
    }
    entries.put(key.owned(), result);
    bytes += size;
  }

  /// Counts a call that may not be cached.
  void bypass() {
    bypasses.incrementAndGet();
  }

  synchronized CacheStatistics statistics() {
    return new CacheStatistics(
        hits, misses, bypasses.get(), evictions, entries.size(), bytes, maxBytes);
  }

  private static long size(Key key, QuantizedActivations result) {
    return 4L * key.values.length + result.byteSize() + OVERHEAD_BYTES;
  }

  /// An input: its values, shape and, where frozen ranges of a layer decide too, that layer.
  static final class Key {
    private static final long PRIME = 0x9E3779B97F4A7C15L;

    private final @Nullable String layer;
    private final int columns;
    private final float[] values;
    private final int hash;

    private Key(@Nullable String layer, int columns, float[] values, int hash) {
      this.layer = layer;
      this.columns = columns;
      this.values = values;
      this.hash = hash;
    }

    /// A key over the caller's array, to look up with.
    static Key of(@Nullable String layer, int columns, float[] values) {
      long hash = columns + PRIME * (layer == null ? 1 : layer.hashCode());
      for (float value : values) {
        hash = (hash ^ Float.floatToRawIntBits(value)) * PRIME;
        hash ^= hash >>> 32;
      }
      return new Key(layer, columns, values, (int) (hash ^ hash >>> 32));
    }

    /// The same key over a copy of the values, to keep.
    Key owned() {
      return new Key(layer, columns, values.clone(), hash);
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Key key
          && hash == key.hash
          && columns == key.columns
          && Objects.equals(layer, key.layer)
          && Arrays.equals(values, key.values);
    }

    @Override
    public int hashCode() {
      return hash;
    }
  }
}

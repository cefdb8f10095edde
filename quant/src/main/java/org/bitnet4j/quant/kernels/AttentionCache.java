package org.bitnet4j.quant.kernels;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Objects;
import org.bitnet4j.quant.InvalidTensorException;

/// The keys and values of one attention layer at positions 0..capacity−1, in owned memory off the
/// heap, for [ElementKernels#scores] and [ElementKernels#weightedSum].
///
/// Values lie row by row. Keys lie in blocks of sixteen positions, element by element, so that
/// sixteen scores are the sixteen lanes of a vector and none is summed across lanes. What a
/// position holds before it is stored is zero.
///
/// Storing and reading must not overlap in time; any number of threads may read.
public final class AttentionCache implements AutoCloseable {
  /// Positions of a block of keys.
  static final int BLOCK = 16;

  static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final int CACHE_LINE = 64;

  /// Loops may load that much behind the last element.
  private static final int SLACK = 64;

  private static final float FLOAT16_MOST = 65_504f;

  private final String name;
  private final CacheFormat format;
  private final int heads;
  private final int headSize;
  private final int capacity;
  private final int blocks;
  private final Arena arena;
  private final MemorySegment keys;
  private final MemorySegment values;
  private final MemorySegment keyScales;
  private final MemorySegment valueScales;

  @SuppressWarnings("MustBeClosedChecker") // the cache owns the arena: close() closes it
  private AttentionCache(String name, CacheFormat format, int heads, int headSize, int capacity) {
    this.name = name;
    this.format = format;
    this.heads = heads;
    this.headSize = headSize;
    this.capacity = capacity;
    this.blocks = Math.ceilDiv(capacity, BLOCK);
    this.arena = Arena.ofShared();
    long perHead = Math.multiplyExact((long) blocks * BLOCK, (long) headSize * format.bytes());
    long bytes = Math.addExact(Math.multiplyExact(heads, perHead), SLACK);
    long scaleBytes =
        switch (format) {
          case FLOAT32, FLOAT16 -> 0;
          case INT8 -> (long) heads * blocks * BLOCK * Float.BYTES;
        };
    this.keys = arena.allocate(bytes, CACHE_LINE);
    this.values = arena.allocate(bytes, CACHE_LINE);
    this.keyScales = arena.allocate(scaleBytes, CACHE_LINE);
    this.valueScales = arena.allocate(scaleBytes, CACHE_LINE);
  }

  /// A cache with room for a number of positions.
  ///
  /// @param name whose keys and values they are, as in `blk.3.attn`; named in refusals
  /// @param format how elements are stored
  /// @param heads number of key/value heads
  /// @param headSize elements of a head
  /// @param capacity number of positions
  public static AttentionCache allocate(
      String name, CacheFormat format, int heads, int headSize, int capacity) {
    requirePositive("heads", heads);
    requirePositive("the head size", headSize);
    requirePositive("the capacity", capacity);
    return new AttentionCache(name, format, heads, headSize, capacity);
  }

  private static void requirePositive(String what, int found) {
    if (found < 1) {
      throw new IllegalArgumentException(what + " must be at least 1, got [" + found + "].");
    }
  }

  /// How elements are stored.
  public CacheFormat format() {
    return format;
  }

  /// Number of key/value heads.
  public int heads() {
    return heads;
  }

  /// Elements of a head.
  public int headSize() {
    return headSize;
  }

  /// Number of positions.
  public int capacity() {
    return capacity;
  }

  /// Bytes of memory that the cache owns.
  public long byteSize() {
    return keys.byteSize() + values.byteSize() + keyScales.byteSize() + valueScales.byteSize();
  }

  /// Stores the key and the value of a position, over what was there.
  ///
  /// @param position the position
  /// @param key holds the key, `heads · headSize` elements
  /// @param keyOffset index of its first element
  /// @param value holds the value, as many
  /// @param valueOffset index of its first element
  /// @throws InvalidTensorException for an element that is NaN, infinite, or too large for the
  ///   format; its index is the one within the key or the value, and nothing is stored
  public void store(int position, float[] key, int keyOffset, float[] value, int valueOffset) {
    Objects.checkIndex(position, capacity);
    Objects.checkFromIndexSize(keyOffset, heads * headSize, key.length);
    Objects.checkFromIndexSize(valueOffset, heads * headSize, value.length);
    requireFit("key", key, keyOffset);
    requireFit("value", value, valueOffset);
    for (int head = 0; head < heads; head++) {
      long scaleAt = scaleAt(head, position);
      store(
          key, keyOffset + head * headSize, keys, keyAt(head, position), BLOCK, keyScales, scaleAt);
      store(
          value,
          valueOffset + head * headSize,
          values,
          valueAt(head, position),
          1,
          valueScales,
          scaleAt);
    }
  }

  private void requireFit(String what, float[] x, int offset) {
    float most = format == CacheFormat.FLOAT16 ? FLOAT16_MOST : Float.MAX_VALUE;
    for (int i = 0; i < heads * headSize; i++) {
      if (!(Math.abs(x[offset + i]) <= most)) {
        throw new InvalidTensorException(
            name + " " + what,
            i,
            "every element must be a number that " + format + " can hold",
            Float.toString(x[offset + i]),
            "Look for an overflow in the layers before, or use a FLOAT32 cache.");
      }
    }
  }

  /// Stores one head's elements, `step` elements apart.
  private void store(
      float[] x,
      int offset,
      MemorySegment to,
      long at,
      int step,
      MemorySegment scales,
      long scaleAt) {
    switch (format) {
      case FLOAT32 -> {
        for (int d = 0; d < headSize; d++) {
          to.set(FLOAT, at + (long) d * step * Float.BYTES, x[offset + d]);
        }
      }
      case FLOAT16 -> {
        for (int d = 0; d < headSize; d++) {
          to.set(SHORT, at + (long) d * step * Short.BYTES, Float.floatToFloat16(x[offset + d]));
        }
      }
      case INT8 -> {
        float most = 0;
        for (int d = 0; d < headSize; d++) {
          most = Math.max(most, Math.abs(x[offset + d]));
        }
        float inverse = RowScale.inverseOf(most);
        for (int d = 0; d < headSize; d++) {
          to.set(
              ValueLayout.JAVA_BYTE, at + (long) d * step, RowScale.code(x[offset + d], inverse));
        }
        scales.set(FLOAT, scaleAt, RowScale.scaleOf(most));
      }
    }
  }

  @Override
  public void close() {
    arena.close();
  }

  @Override
  public String toString() {
    return "AttentionCache["
        + name
        + ", "
        + heads
        + " heads of "
        + headSize
        + ", "
        + capacity
        + " positions, "
        + format
        + "]";
  }

  MemorySegment keys() {
    return keys;
  }

  MemorySegment values() {
    return values;
  }

  /// Scales of keys by head and position; only with [CacheFormat#INT8].
  MemorySegment keyScales() {
    return keyScales;
  }

  /// Scales of values by head and position; only with [CacheFormat#INT8].
  MemorySegment valueScales() {
    return valueScales;
  }

  /// Offset of the first element of a position's key; the next ones are [#BLOCK] elements apart.
  long keyAt(int head, int position) {
    long element = ((long) head * blocks + position / BLOCK) * BLOCK * headSize + position % BLOCK;
    return element * format.bytes();
  }

  /// Offset of the first element of a position's value.
  long valueAt(int head, int position) {
    return ((long) head * blocks * BLOCK + position) * headSize * format.bytes();
  }

  /// Offset of a position's scale.
  long scaleAt(int head, int position) {
    return ((long) head * blocks * BLOCK + position) * Float.BYTES;
  }
}

package org.bitnet4j.quant.activations;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;

/// A uniform sample of at most `capacity` rows: each sample number has a fixed pseudo-random
/// priority, and those of smallest priority stay. So it is the same sample whatever order, thread
/// or part the rows came in (bottom-k sampling).
final class SampleReservoir {
  private final int capacity;
  private final long seed;
  private final TreeMap<Long, Sample> byPriority = new TreeMap<>();

  SampleReservoir(int capacity, long seed) {
    this.capacity = capacity;
    this.seed = seed;
  }

  /// The priority of a sample number: one-to-one for a given seed, so there are no ties
  /// (SplitMix64's finalizer over a seeded start).
  static long priority(long seed, long number) {
    return mix(number + mix(seed + 0x9E3779B97F4A7C15L));
  }

  private static long mix(long x) {
    long z = (x ^ (x >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /// Whether a sample would stay if it were added now.
  boolean wants(long number) {
    return byPriority.size() < capacity || priority(seed, number) < byPriority.lastKey();
  }

  /// Adds a sample if it is wanted; only then are its values copied.
  ///
  /// @return false where a sample of this number is held already
  boolean add(long number, float[] values, int offset, int count) {
    long priority = priority(seed, number);
    if (byPriority.containsKey(priority)) {
      return false;
    }
    if (wants(number)) {
      byPriority.put(
          priority, new Sample(number, Arrays.copyOfRange(values, offset, offset + count)));
      if (byPriority.size() > capacity) {
        byPriority.pollLastEntry();
      }
    }
    return true;
  }

  /// The samples held, by number.
  List<Sample> samples() {
    List<Sample> samples = new ArrayList<>(byPriority.values());
    samples.sort(Comparator.comparingLong(Sample::number));
    return samples;
  }

  /// One row.
  static final class Sample {
    private final long number;
    private final float[] values;

    Sample(long number, float[] values) {
      this.number = number;
      this.values = values;
    }

    long number() {
      return number;
    }

    float[] values() {
      return values;
    }
  }
}

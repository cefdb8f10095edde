package org.bitnet4j.models.sampling;

/// The generator SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators,
/// OOPSLA 2014), written out so that a seed means the same on every JDK.
final class SplitMix64 {
  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;
  private static final double UNIT = 0x1p-53;

  private long state;

  SplitMix64(long seed) {
    this.state = seed;
  }

  /// The next 64 random bits.
  long next() {
    state += GOLDEN_GAMMA;
    long z = state;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /// The next number in [0, 1), a multiple of 2^−53.
  double nextUnit() {
    return (next() >>> 11) * UNIT;
  }
}

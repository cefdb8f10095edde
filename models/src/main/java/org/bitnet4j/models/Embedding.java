package org.bitnet4j.models;

import java.util.Arrays;

/// What a text means as a vector of length 1. Immutable.
public final class Embedding {
  private static final float INT8 = 127;

  private final float[] values;

  private Embedding(float[] values) {
    this.values = values;
  }

  /// The vector of length 1 in the direction of another.
  ///
  /// @param vector not zero; sums run in doubles, from the first value on
  /// @throws IllegalArgumentException for the zero vector, or one that is not finite
  public static Embedding normalized(float[] vector) {
    double sum = 0;
    for (float value : vector) {
      sum += (double) value * value;
    }
    if (!(sum > 0) || sum == Double.POSITIVE_INFINITY) {
      throw new IllegalArgumentException(
          "a vector must be finite and not zero to have a direction, got [length² " + sum + "].");
    }
    double factor = 1 / Math.sqrt(sum);
    float[] unit = new float[vector.length];
    for (int i = 0; i < unit.length; i++) {
      unit[i] = (float) (vector[i] * factor);
    }
    return new Embedding(unit);
  }

  /// Number of values.
  public int dimensions() {
    return values.length;
  }

  /// The values, a copy.
  public float[] values() {
    return values.clone();
  }

  /// The first dimensions alone, at length 1 again: models trained for it (Matryoshka
  /// representations, arXiv 2205.13147) lose little.
  ///
  /// @param dimensions how many, in \[1, [#dimensions]\]
  public Embedding truncated(int dimensions) {
    if (dimensions < 1 || dimensions > values.length) {
      throw new IllegalArgumentException(
          "dimensions must be in [1, " + values.length + "], got [" + dimensions + "].");
    }
    return dimensions == values.length ? this : normalized(Arrays.copyOf(values, dimensions));
  }

  /// Each value as a signed byte: value / [#int8Scale], to the nearest, half to even.
  public byte[] int8() {
    float multiplier = 1 / int8Scale();
    byte[] codes = new byte[values.length];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (byte) Math.clamp((long) Math.rint(values[i] * multiplier), -127, 127);
    }
    return codes;
  }

  /// What a step of [#int8] stands for: the largest magnitude over 127.
  public float int8Scale() {
    float most = 0;
    for (float value : values) {
      most = Math.max(most, Math.abs(value));
    }
    return most / INT8;
  }

  /// Each value as a bit, 1 for a positive one, eight to a byte, the first in the highest bit; the
  /// last byte is filled up with 0.
  public byte[] binary() {
    byte[] bits = new byte[(values.length + 7) / 8];
    for (int i = 0; i < values.length; i++) {
      if (values[i] > 0) {
        bits[i / 8] |= (byte) (0x80 >> (i % 8));
      }
    }
    return bits;
  }

  /// The cosine of the angle to another embedding, in \[−1, 1\] up to rounding.
  ///
  /// @param other of as many dimensions
  public double cosine(Embedding other) {
    if (other.values.length != values.length) {
      throw new IllegalArgumentException(
          "embeddings must have as many dimensions, got ["
              + values.length
              + " and "
              + other.values.length
              + "].");
    }
    double sum = 0;
    for (int i = 0; i < values.length; i++) {
      sum += (double) values[i] * other.values[i];
    }
    return sum;
  }
}

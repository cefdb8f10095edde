package org.bitnet4j.models;

import java.util.Arrays;
import java.util.HexFormat;

/// A text as a vector of length 1: the closer two texts, the larger the product of their vectors.
public final class Embedding {
  private final float[] values;
  private final int tokens;

  private Embedding(float[] values, int tokens) {
    this.values = values;
    this.tokens = tokens;
  }

  /// The first values of a hidden state, brought to length 1. A state of zeros stays one.
  static Embedding of(float[] hidden, int dimensions, int tokens) {
    double squares = 0;
    for (int i = 0; i < dimensions; i++) {
      squares += (double) hidden[i] * hidden[i];
    }
    float[] values = Arrays.copyOf(hidden, dimensions);
    double factor = squares == 0 ? 0 : 1 / Math.sqrt(squares);
    for (int i = 0; i < dimensions; i++) {
      values[i] = (float) (values[i] * factor);
    }
    return new Embedding(values, tokens);
  }

  /// How many values it has.
  public int dimensions() {
    return values.length;
  }

  /// Tokens that the text had, those around it included.
  public int tokens() {
    return tokens;
  }

  /// The values.
  public float[] toFloats() {
    return values.clone();
  }

  /// The same in fewer dimensions, again of length 1: models trained for it (Matryoshka, arXiv
  /// 2205.13147) keep most of the meaning in the first values.
  ///
  /// @param count how many values stay, in \[1, dimensions()\]
  public Embedding truncated(int count) {
    if (count < 1 || count > values.length) {
      throw new IllegalArgumentException(
          "dimensions must be in [1, " + values.length + "], got [" + count + "].");
    }
    return of(values, count, tokens);
  }

  /// Codes rint(127 · x / max|x|), half to even: a quarter of the memory. The products of such
  /// vectors, divided by their lengths, are close to those of the floats.
  public byte[] toInt8() {
    float largest = 0;
    for (float value : values) {
      largest = Math.max(largest, Math.abs(value));
    }
    byte[] codes = new byte[values.length];
    for (int i = 0; i < values.length && largest > 0; i++) {
      codes[i] = (byte) Math.rint(127.0 * values[i] / largest);
    }
    return codes;
  }

  /// The signs, a bit each, 1 for positive, the first in the highest bit of the first byte (as
  /// `ubinary` of sentence-transformers): to be compared by the number of bits that differ.
  public byte[] toBinary() {
    byte[] bits = new byte[Math.ceilDiv(values.length, 8)];
    for (int i = 0; i < values.length; i++) {
      if (values[i] > 0) {
        bits[i / 8] |= (byte) (0b1000_0000 >>> (i % 8));
      }
    }
    return bits;
  }

  /// Cosine of the angle to another embedding, the sum in double in order.
  ///
  /// @param other of as many dimensions
  public double similarity(Embedding other) {
    if (other.values.length != values.length) {
      throw new IllegalArgumentException(
          "dimensions must be " + values.length + ", got [" + other.values.length + "].");
    }
    double sum = 0;
    for (int i = 0; i < values.length; i++) {
      sum += (double) values[i] * other.values[i];
    }
    return sum;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Embedding e && tokens == e.tokens && Arrays.equals(values, e.values);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(values);
  }

  @Override
  public String toString() {
    return "Embedding["
        + values.length
        + " dimensions, "
        + tokens
        + " tokens, signs "
        + HexFormat.of().formatHex(toBinary(), 0, Math.min(4, toBinary().length))
        + "…]";
  }
}

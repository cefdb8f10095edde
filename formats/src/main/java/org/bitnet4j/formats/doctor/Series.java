package org.bitnet4j.formats.doctor;

import java.util.Arrays;

/// A row of numbers that does not change.
final class Series {
  private final double[] values;

  private Series(double[] values) {
    this.values = values;
  }

  static Series of(int[] counts) {
    return new Series(Arrays.stream(counts).asDoubleStream().toArray());
  }

  static Series of(double[] values) {
    return new Series(values.clone());
  }

  static Series of(float[] values) {
    double[] wide = new double[values.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = values[i];
    }
    return new Series(wide);
  }

  int size() {
    return values.length;
  }

  double get(int index) {
    return values[index];
  }

  double[] toArray() {
    return values.clone();
  }
}

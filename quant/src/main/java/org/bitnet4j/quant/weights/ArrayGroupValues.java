package org.bitnet4j.quant.weights;

import java.util.Arrays;
import org.bitnet4j.quant.kernels.TernaryKernels;

/// Group values in an array, reloaded for every group: rows, groups and blocks fit in memory.
final class ArrayGroupValues implements GroupValues {
  private final TernaryKernels kernels;
  private final float[] values;
  private int count;
  private boolean sorted;
  private double magnitudeSum = Double.NaN;

  /// Room for groups of up to `capacity` values.
  ArrayGroupValues(TernaryKernels kernels, int capacity) {
    this.kernels = kernels;
    this.values = new float[capacity];
  }

  /// Takes the values inside a range; those outside are outliers.
  ArrayGroupValues load(float[] source, int offset, int length, ValueRange included) {
    if (included.isAll()) {
      System.arraycopy(source, offset, values, 0, length);
      count = length;
    } else {
      count = included.copyInside(source, offset, length, values);
    }
    sorted = false;
    magnitudeSum = Double.NaN;
    return this;
  }

  @Override
  public long count() {
    return count;
  }

  /// Σ|w|, always over the order in which the values came.
  double magnitudeSum() {
    if (Double.isNaN(magnitudeSum)) {
      magnitudeSum = kernels.absSum(values, 0, count);
    }
    return magnitudeSum;
  }

  @Override
  public double meanMagnitude() {
    return count == 0 ? 0 : magnitudeSum() / count;
  }

  @Override
  public double medianMagnitude() {
    if (count == 0) {
      return 0;
    }
    sortMagnitudes();
    return ((double) values[(count - 1) / 2] + values[count / 2]) / 2;
  }

  @Override
  public Selection above(float threshold) {
    double sum = 0;
    long selected = 0;
    for (int i = 0; i < count; i++) {
      float magnitude = Math.abs(values[i]);
      if (magnitude > threshold) {
        sum += magnitude;
        selected++;
      }
    }
    return new Selection(sum, selected);
  }

  @Override
  public float optimalThreshold() {
    sortMagnitudes();
    double sum = 0;
    double best = 0;
    int bestStart = count;
    for (int i = count - 1; i >= 0; i--) {
      sum += values[i];
      double explained = sum * sum / (count - i);
      if (explained > best) {
        best = explained;
        bestStart = i;
      }
    }
    // Equal magnitudes stand together: A²/B is convex along such a run, so its best end is a run's
    // end
    // and the value before the start is strictly smaller.
    return bestStart == 0 ? 0f : values[bestStart - 1];
  }

  @Override
  public float minimum() {
    float minimum = 0;
    for (int i = 0; i < count; i++) {
      minimum = Math.min(minimum, values[i]);
    }
    return minimum;
  }

  @Override
  public float maximum() {
    float maximum = 0;
    for (int i = 0; i < count; i++) {
      maximum = Math.max(maximum, values[i]);
    }
    return maximum;
  }

  /// Replaces the values by their magnitudes in ascending order: only ternary rules sort, and they
  /// ask for magnitudes alone.
  private void sortMagnitudes() {
    if (sorted) {
      return;
    }
    magnitudeSum();
    for (int i = 0; i < count; i++) {
      values[i] = Math.abs(values[i]);
    }
    Arrays.sort(values, 0, count);
    sorted = true;
  }
}

package org.bitnet4j.quant.training;

import org.bitnet4j.quant.Granularity;
import org.bitnet4j.quant.IntegerTensor;
import org.bitnet4j.quant.TernaryTensor;

/// Quantizers written for reading, to look through in tests.
final class NaiveQuantizations {
  private NaiveQuantizations() {}

  /// Absmean trits (arXiv 2402.17764) of the values clamped to ±limit, per scale group.
  static Quantization absmean(Granularity granularity, float limit) {
    return weights -> {
      int rows = Math.toIntExact(weights.shape().rows());
      int columns = weights.shape().columns();
      float[] w = new float[rows * columns];
      weights.readRows(0, rows, w, 0);
      int groups = Math.toIntExact(granularity.groups(weights.shape()));
      double[] sums = new double[groups];
      int[] sizes = new int[groups];
      for (int i = 0; i < w.length; i++) {
        int group = (int) granularity.groupOf(i / columns, i % columns, columns);
        sums[group] += Math.abs(Math.clamp(w[i], -limit, limit));
        sizes[group]++;
      }
      TernaryTensor tensor =
          TernaryTensor.allocate(weights.name(), weights.shape(), granularity, false);
      byte[] trits = new byte[w.length];
      for (int i = 0; i < w.length; i++) {
        int group = (int) granularity.groupOf(i / columns, i % columns, columns);
        float gamma = Math.max((float) (sums[group] / sizes[group]), 1e-5f);
        tensor.scales().setMultiplier(group, gamma);
        trits[i] = (byte) Math.clamp(Math.rint(w[i] * (1 / gamma)), -1, 1);
      }
      for (int row = 0; row < rows; row++) {
        tensor.writeRow(row, trits, row * columns);
      }
      return new Quantization.Result(
          tensor, (group, weight) -> weight >= -limit && weight <= limit);
    };
  }

  /// Unsigned codes with a zero point and an offset of 1, one scale per row.
  static Quantization asymmetric(int bits) {
    return weights -> {
      int rows = Math.toIntExact(weights.shape().rows());
      int columns = weights.shape().columns();
      float[] w = new float[rows * columns];
      weights.readRows(0, rows, w, 0);
      IntegerTensor tensor =
          IntegerTensor.allocate(
              weights.name(), weights.shape(), bits, new Granularity.PerRow(), true, true);
      int zeroPoint = 1 << (bits - 1);
      for (int i = 0; i < w.length; i++) {
        int row = i / columns;
        tensor.scales().setMultiplier(row, 0.25f);
        tensor.scales().setOffset(row, 1);
        tensor.setZeroPoint(row, zeroPoint);
        long code =
            Math.clamp((long) Math.rint((w[i] - 1) / 0.25f) + zeroPoint, 0, (1 << bits) - 1);
        tensor.codes().set(java.lang.foreign.ValueLayout.JAVA_BYTE, i, (byte) code);
      }
      return new Quantization.Result(tensor, Quantization.ClipRange.ALL);
    };
  }
}

package org.bitnet4j.quant.weights;

import org.bitnet4j.quant.config.WeightQuantizationConfig;
import org.bitnet4j.quant.kernels.TernaryKernels;

/// Mean and standard deviation of the weights of a scale group, prepared so far.
interface Moments {
  /// Mean of the prepared values.
  double mean(Preparation preparation);

  /// √(Σ(w − mean)²/n) of the prepared values.
  double deviation(Preparation preparation, double mean);

  /// Decides, in this order, where to clamp, which mean to take away, and what is an outlier.
  default Preparation prepare(WeightQuantizationConfig config) {
    Preparation preparation = Preparation.NONE;
    Double clip = config.base().clipThreshold();
    if (clip != null) {
      ValueRange range = range(preparation, clip);
      preparation = new Preparation(range, 0f, ValueRange.ALL);
    }
    if (config.normalizeWeights()) {
      preparation = preparation.withMean((float) mean(preparation));
    }
    Double outlier = config.outlierThreshold();
    if (outlier != null) {
      preparation = preparation.withIncluded(range(preparation, outlier));
    }
    return preparation;
  }

  private ValueRange range(Preparation preparation, double width) {
    double mean = mean(preparation);
    return ValueRange.around(mean, deviation(preparation, mean), width);
  }

  /// Moments of values in an array, which stay as they are.
  final class OfArray implements Moments {
    private final TernaryKernels kernels;
    private final float[] scratch;
    private float[] values = {};
    private int offset;
    private int count;

    OfArray(TernaryKernels kernels, int capacity) {
      this.kernels = kernels;
      this.scratch = new float[capacity];
    }

    /// Points at the values of another group.
    OfArray of(float[] source, int start, int length) {
      values = source;
      offset = start;
      count = length;
      return this;
    }

    private void prepared(Preparation preparation) {
      System.arraycopy(values, offset, scratch, 0, count);
      preparation.apply(scratch, 0, count);
    }

    @Override
    public double mean(Preparation preparation) {
      prepared(preparation);
      return kernels.sum(scratch, 0, count) / count;
    }

    @Override
    public double deviation(Preparation preparation, double mean) {
      prepared(preparation);
      return Math.sqrt(kernels.squaredDeviationSum(scratch, 0, count, mean) / count);
    }
  }

  /// Moments of a streamed tensor: a pass each.
  record OfTensor(TensorScan scan) implements Moments {
    @Override
    public double mean(Preparation preparation) {
      return sum(preparation, chunk -> scan.kernels().sum(chunk.values(), 0, chunk.count()))
          / scan.source().shape().elements();
    }

    @Override
    public double deviation(Preparation preparation, double mean) {
      double sum =
          sum(
              preparation,
              chunk -> scan.kernels().squaredDeviationSum(chunk.values(), 0, chunk.count(), mean));
      return Math.sqrt(sum / scan.source().shape().elements());
    }

    private double sum(
        Preparation preparation, java.util.function.ToDoubleFunction<TensorScan.Chunk> function) {
      double sum = 0;
      for (double part :
          scan.run(() ->
              (TensorScan.Task<Double>)
                  chunk -> {
                    preparation.apply(chunk.values(), 0, chunk.count());
                    return function.applyAsDouble(chunk);
                  })) {
        sum += part;
      }
      return sum;
    }
  }
}

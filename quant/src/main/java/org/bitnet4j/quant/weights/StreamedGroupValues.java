package org.bitnet4j.quant.weights;

import java.util.List;
import java.util.function.Function;

/// The values of a whole tensor, never all in memory: every question is one or a few passes over
/// its rows. Sums are made per chunk and added in chunk order.
final class StreamedGroupValues implements GroupValues {
  private final TensorScan scan;
  private final Preparation preparation;
  private final long outliers;
  private final double magnitudeSum;

  /// Makes the first pass, which counts and sums.
  StreamedGroupValues(TensorScan scan, Preparation preparation) {
    this.scan = scan;
    this.preparation = preparation;
    long outside = 0;
    double sum = 0;
    for (Summary summary : scan.run(this::summaries)) {
      outside += summary.outliers;
      sum += summary.magnitudeSum;
    }
    this.outliers = outside;
    this.magnitudeSum = sum;
  }

  private record Summary(long outliers, double magnitudeSum) {}

  private TensorScan.Task<Summary> summaries() {
    ArrayGroupValues values = new ArrayGroupValues(scan.kernels(), scan.chunkCapacity());
    return chunk -> {
      load(values, chunk);
      return new Summary(chunk.count() - values.count(), values.magnitudeSum());
    };
  }

  private ArrayGroupValues load(ArrayGroupValues values, TensorScan.Chunk chunk) {
    preparation.apply(chunk.values(), 0, chunk.count());
    return values.load(chunk.values(), 0, chunk.count(), preparation.included());
  }

  /// Values left out of all statistics.
  long outliers() {
    return outliers;
  }

  @Override
  public long count() {
    return scan.source().shape().elements() - outliers;
  }

  @Override
  public double meanMagnitude() {
    return count() == 0 ? 0 : magnitudeSum / count();
  }

  @Override
  public float minimum() {
    float minimum = 0;
    for (float part : perChunk(GroupValues::minimum)) {
      minimum = Math.min(minimum, part);
    }
    return minimum;
  }

  @Override
  public float maximum() {
    float maximum = 0;
    for (float part : perChunk(GroupValues::maximum)) {
      maximum = Math.max(maximum, part);
    }
    return maximum;
  }

  @Override
  public Selection above(float threshold) {
    double sum = 0;
    long count = 0;
    for (Selection part : perChunk(values -> values.above(threshold))) {
      sum += part.sum();
      count += part.count();
    }
    return new Selection(sum, count);
  }

  @Override
  public double medianMagnitude() {
    return count() == 0 ? 0 : MagnitudeHistogram.of(scan, preparation).median();
  }

  @Override
  public float optimalThreshold() {
    return count() == 0 ? 0f : MagnitudeHistogram.of(scan, preparation).optimalThreshold();
  }

  /// One pass: a function of the prepared values of each chunk, in chunk order.
  private <A> List<A> perChunk(Function<GroupValues, A> function) {
    return scan.run(() -> {
      ArrayGroupValues values = new ArrayGroupValues(scan.kernels(), scan.chunkCapacity());
      return chunk -> function.apply(load(values, chunk));
    });
  }
}

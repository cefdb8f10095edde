package org.bitnet4j.quant.activations;

import java.util.Optional;
import org.bitnet4j.quant.Printable;
import org.jspecify.annotations.Nullable;

/// What one layer remembers between calls: the running range, the steps of the warm-up and, once
/// STATIC has frozen it, the frozen range. One call is one atomic step.
final class LayerState {
  private final String layer;
  private final DecisionLog log;
  private final RunningRange running;
  private final int warmup;
  private final boolean freezing;
  private long steps;
  private long rows;
  private long clipped;
  private int scales;
  private @Nullable LayerCalibration frozen;

  LayerState(
      String layer, DecisionLog log, int window, double decay, int warmup, boolean freezing) {
    this.layer = layer;
    this.log = log;
    this.running = new RunningRange(freezing ? Math.min(window, warmup) : window, decay);
    this.warmup = warmup;
    this.freezing = freezing;
  }

  /// The frozen ranges, if they are frozen.
  synchronized Optional<LayerCalibration> frozen() {
    return Optional.ofNullable(frozen);
  }

  /// Takes a step and gives the ranges that it uses.
  ///
  /// @param batchRanges ranges of this call's values
  /// @param batchRows rows of this call
  /// @param columns columns of this call
  /// @param batchClipped values of this call that were clipped
  synchronized float[] step(float[] batchRanges, int batchRows, int columns, long batchClipped) {
    LayerCalibration ready = frozen;
    if (ready != null) { // another thread took the last step of the warm-up meanwhile
      return ready.ranges();
    }
    if (steps > 0 && scales != batchRanges.length) {
      throw new CalibrationException(
          layer,
          "features must be as many as in the calls before, " + scales,
          Integer.toString(batchRanges.length),
          "Give each layer its own name.");
    }
    scales = batchRanges.length;
    running.add(batchRanges);
    steps++;
    rows += batchRows;
    clipped += batchClipped;
    if (steps == warmup) {
      endWarmup(columns);
    }
    return steps <= warmup ? batchRanges : running.mean();
  }

  private void endWarmup(int columns) {
    float[] mean = running.mean();
    if (freezing) {
      frozen = new LayerCalibration(columns, rows, clipped, mean);
    }
    log.decided(() ->
        "layer "
            + Printable.line(layer)
            + ": warm-up ended after "
            + warmup
            + " steps, running range "
            + (mean.length == 1 ? mean[0] : mean.length + " features")
            + (freezing ? " frozen" : " goes on"));
  }
}

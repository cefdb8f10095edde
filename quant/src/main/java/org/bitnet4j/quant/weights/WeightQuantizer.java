package org.bitnet4j.quant.weights;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import org.bitnet4j.quant.Granularity;
import org.bitnet4j.quant.Printable;
import org.bitnet4j.quant.TensorSource;
import org.bitnet4j.quant.Workers;
import org.bitnet4j.quant.config.WeightQuantizationConfig;
import org.bitnet4j.quant.kernels.TernaryKernels;

/// Quantizes weight matrices exactly as a [WeightQuantizationConfig] says.
///
/// For each scale group (tensor, row or `groupSize` inputs): weights beyond mean ± clipThreshold·σ
/// are clamped; with `normalizeWeights` the mean μ is taken away and kept; weights beyond
/// outlierThreshold·σ are left out of the statistics; the method gives the threshold, of the group
/// or of each block of `blockSize` inputs; the scale rule gives the multiplier. Results have the
/// same bits for any number of threads and any vector width. An all-zero group gives scale 0 and
/// zero trits.
///
/// Instances are immutable and may be shared by threads.
public final class WeightQuantizer {
  private static final Logger LOGGER = System.getLogger(WeightQuantizer.class.getName());

  private final WeightQuantizationConfig config;
  private final GridRule rule;
  private final TernaryKernels kernels;

  private WeightQuantizer(WeightQuantizationConfig config) {
    this.config = config;
    this.rule = new GridRule(config);
    this.kernels = TernaryKernels.of(config.packing().simd());
  }

  /// A quantizer for a valid configuration.
  ///
  /// @param config what to do
  /// @throws org.bitnet4j.quant.config.ConfigValidationException where the configuration has errors
  public static WeightQuantizer of(WeightQuantizationConfig config) {
    // VALIDATE
    return new WeightQuantizer(config);
  }

  /// What one scale covers under this configuration.
  public Granularity granularity() {
    Integer groupSize = config.groupSize();
    if (groupSize != null) {
      return new Granularity.PerGroup(groupSize);
    }
    return config.base().perChannel() ? new Granularity.PerRow() : new Granularity.PerTensor();
  }

  /// Quantizes on the calling thread.
  ///
  /// @param source the weights, [outputs, inputs]
  /// @throws org.bitnet4j.quant.InvalidTensorException for NaN or infinite weights
  public QuantizedWeights quantize(TensorSource source) {
    try (Workers workers = Workers.of(1)) {
      return quantize(source, workers);
    }
  }

  /// Quantizes on several threads; the result does not depend on how many.
  ///
  /// @param source the weights, [outputs, inputs]
  /// @param workers threads to use
  /// @throws org.bitnet4j.quant.InvalidTensorException for NaN or infinite weights
  public QuantizedWeights quantize(TensorSource source, Workers workers) {
    Granularity granularity = granularity();
    TensorWriter writer = TensorWriter.allocate(source, rule, granularity, config, kernels);
    try {
      Counts counts = fill(source, workers, granularity, writer);
      log(source, granularity, counts);
      return new QuantizedWeights(
          writer.tensor(), counts.clipped(), counts.outliers(), writer.clip());
    } catch (RuntimeException | Error e) {
      writer.tensor().close();
      throw e;
    }
  }

  private Counts fill(
      TensorSource source, Workers workers, Granularity granularity, TensorWriter writer) {
    if (source.shape().elements() == 0) {
      return Counts.ZERO;
    }
    TensorScan scan = new TensorScan(source, workers, kernels);
    return switch (granularity) {
      case Granularity.PerTensor() -> new TensorwideQuantization(config, rule, scan, writer).run();
      case Granularity.PerRow() ->
          new RowwiseQuantization(config, rule, scan, writer, source.shape().columns()).run();
      case Granularity.PerGroup(int size) ->
          new RowwiseQuantization(
                  config, rule, scan, writer, Math.min(size, source.shape().columns()))
              .run();
    };
  }

  private void log(TensorSource source, Granularity granularity, Counts counts) {
    LOGGER.log(
        config.base().verbose() ? Level.INFO : Level.DEBUG,
        () ->
            "quantized "
                + Printable.line(source.name())
                + " "
                + source.shape()
                + ": "
                + config.base().precision()
                + ", "
                + config.ternaryMethod()
                + ", "
                + config.scaleRule()
                + ", "
                + granularity
                + ", "
                + counts.clipped()
                + " clipped, "
                + counts.outliers()
                + " outliers, kernels "
                + kernels.plan().describe());
  }
}

package org.bitnet4j.formats.quantize;

import org.bitnet4j.formats.checkpoint.CheckpointTensor;
import org.bitnet4j.formats.output.StoredTensor;
import org.bitnet4j.formats.report.TensorReport;
import org.bitnet4j.quant.IntegerTensor;
import org.bitnet4j.quant.TensorHash;
import org.bitnet4j.quant.TensorSource;
import org.bitnet4j.quant.TernaryTensor;
import org.bitnet4j.quant.Workers;
import org.bitnet4j.quant.config.PackingConfig;
import org.bitnet4j.quant.config.QuantizationPrecision;
import org.bitnet4j.quant.config.WeightQuantizationConfig;
import org.bitnet4j.quant.layout.ScaleRounding;
import org.bitnet4j.quant.metrics.SizeStatistics;
import org.bitnet4j.quant.metrics.TritStatistics;
import org.bitnet4j.quant.packing.PackedTensor;
import org.bitnet4j.quant.packing.TernaryPacker;
import org.bitnet4j.quant.weights.QuantizedWeights;
import org.bitnet4j.quant.weights.WeightQuantizer;
import org.jspecify.annotations.Nullable;

/// One weight matrix on its way: quantized, measured, packed.
final class TensorQuantization implements AutoCloseable {
  private final WeightQuantizationConfig config;
  private final TensorSource source;
  private final QuantizedWeights weights;
  private final TensorMeasurement measurement;
  private final @Nullable TensorHash hash;
  private final long start;

  private TensorQuantization(
      WeightQuantizationConfig config, TensorSource source, Workers workers, long start) {
    this.config = config;
    this.source = source;
    this.start = start;
    this.weights = WeightQuantizer.of(config).quantize(source, workers);
    this.measurement = TensorMeasurement.of(source, weights.tensor(), workers);
    this.hash = weights.tensor() instanceof TernaryTensor ternary ? TensorHash.of(ternary) : null;
  }

  static TensorQuantization of(
      TensorSource source, WeightQuantizationConfig config, Workers workers) {
    return new TensorQuantization(config, source, workers, System.nanoTime());
  }

  QuantizedWeights weights() {
    return weights;
  }

  @Nullable TensorHash hash() {
    return hash;
  }

  /// The stored form, as the configuration's packing says.
  ///
  /// @param threads threads of the run: parallel packing uses as many unless it names its own
  ///   number
  PackedTensor pack(int threads) {
    PackingConfig packing = config.packing();
    TernaryPacker packer =
        TernaryPacker.of(
            packing.parallelPacking() && packing.numThreads() == null
                ? packing.withParallelPacking(threads)
                : packing);
    return switch (weights.tensor()) {
      case TernaryTensor ternary -> packer.pack(ternary);
      case IntegerTensor integers -> packer.pack(integers);
    };
  }

  /// The row of the report.
  ///
  /// @param stored what the tensor has become
  /// @param originalBytes what it took before
  TensorReport report(StoredTensor stored, long originalBytes) {
    QuantizationPrecision precision = config.base().precision();
    return new TensorReport(
        source.name(),
        source.shape(),
        precision == QuantizationPrecision.TERNARY_1_58
            ? precision + " " + config.ternaryMethod() + " " + config.scaleRule()
            : precision + " " + config.base().strategy(),
        granularity(config),
        stored.type(),
        new SizeStatistics(source.shape().elements(), originalBytes, stored.bytes()),
        measurement.error(),
        weights.tensor() instanceof TernaryTensor ternary ? TritStatistics.of(ternary) : null,
        weights.clipped(),
        weights.outliers(),
        (System.nanoTime() - start) / 1e9,
        measurement.weights(),
        hash,
        stored.rounding());
  }

  /// The row of a tensor that stayed as it was.
  static TensorReport kept(CheckpointTensor tensor, StoredTensor stored, double seconds) {
    return new TensorReport(
        tensor.name(),
        tensor.shape(),
        stored.type(),
        "",
        "",
        new SizeStatistics(tensor.shape().elements(), tensor.bytes(), stored.bytes()),
        null,
        null,
        0,
        0,
        seconds,
        null,
        null,
        ScaleRounding.EXACT);
  }

  private static String granularity(WeightQuantizationConfig config) {
    String scales =
        config.groupSize() != null
            ? "per group of " + config.groupSize()
            : config.base().perChannel() ? "per row" : "per tensor";
    return config.blockSize() == null
        ? scales
        : scales + ", thresholds per block of " + config.blockSize();
  }

  @Override
  public void close() {
    weights.close();
  }
}

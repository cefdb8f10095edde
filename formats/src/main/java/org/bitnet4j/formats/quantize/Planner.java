package org.bitnet4j.formats.quantize;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.bitnet4j.formats.checkpoint.Checkpoint;
import org.bitnet4j.formats.checkpoint.CheckpointTensor;
import org.bitnet4j.formats.output.ModelFormat;
import org.bitnet4j.formats.output.Outputs;
import org.bitnet4j.formats.output.StoredTensor;
import org.bitnet4j.formats.report.TensorReport;
import org.bitnet4j.quant.ElementType;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TensorSource;
import org.bitnet4j.quant.Workers;
import org.bitnet4j.quant.config.WeightQuantizationConfig;
import org.bitnet4j.quant.layout.ScaleRounding;
import org.bitnet4j.quant.packing.PackedTensor;

/// Estimates a run by doing it on a sample: up to 64 rows of each tensor, evenly spread.
final class Planner {
  private static final int SAMPLE_ROWS = 64;

  /// Chunk buffers of a thread, a few copies of 64 Ki floats.
  private static final long BUFFERS_PER_THREAD = 1 << 20;

  private Planner() {}

  static QuantizationPlan plan(
      Checkpoint checkpoint, List<TensorDecision> decisions, ModelFormat format, Workers workers) {
    List<QuantizationPlan.Tensor> tensors = new ArrayList<>();
    long original = 0;
    long stored = 0;
    long peak = 0;
    double seconds = 0;
    for (TensorDecision decision : decisions) {
      CheckpointTensor tensor = decision.tensor();
      original += tensor.bytes();
      WeightQuantizationConfig config = decision.config();
      if (config == null || tensor.shape().elements() == 0) {
        stored += tensor.bytes();
        tensors.add(row(tensor, "keep", tensor.bytes(), null));
        continue;
      }
      Estimate estimate = estimate(checkpoint.floats(tensor), config, format, workers);
      stored += estimate.storedBytes;
      seconds += estimate.seconds;
      peak = Math.max(peak, codeBytes(tensor.shape(), config) + estimate.storedBytes);
      tensors.add(row(tensor, estimate.report.method(), estimate.storedBytes, estimate.report));
    }
    return new QuantizationPlan(
        format,
        tensors,
        original,
        stored,
        seconds,
        peak + workers.threads() * BUFFERS_PER_THREAD,
        workers.threads());
  }

  private static QuantizationPlan.Tensor row(
      CheckpointTensor tensor,
      String action,
      long storedBytes,
      @org.jspecify.annotations.Nullable TensorReport report) {
    return new QuantizationPlan.Tensor(
        tensor.name(),
        tensor.type(),
        tensor.shape(),
        action,
        tensor.bytes(),
        storedBytes,
        report == null ? null : report.error());
  }

  private record Estimate(TensorReport report, long storedBytes, double seconds) {}

  private static Estimate estimate(
      TensorSource source, WeightQuantizationConfig config, ModelFormat format, Workers workers) {
    TensorSource sample = sample(source);
    double share = (double) sample.shape().elements() / source.shape().elements();
    long start = System.nanoTime();
    try (TensorQuantization quantization = TensorQuantization.of(sample, config, workers)) {
      long storedBytes;
      OptionalLong known = Outputs.ternaryBytes(format, source.shape());
      if (known.isPresent()) {
        storedBytes = known.getAsLong();
      } else {
        try (PackedTensor packed = quantization.pack(workers.threads())) {
          storedBytes = (long) (packed.totalBytes() / share);
        }
      }
      TensorReport report = quantization.report(new StoredTensor("", 0, ScaleRounding.EXACT), 0);
      return new Estimate(report, storedBytes, (System.nanoTime() - start) / 1e9 / share);
    }
  }

  private static long codeBytes(TensorShape shape, WeightQuantizationConfig config) {
    return switch (config.base().precision()) {
      case ONE_BIT, TERNARY_1_58 -> Math.ceilDiv(shape.elements(), 4L);
      case TWO_BIT, FOUR_BIT, EIGHT_BIT -> shape.elements();
    };
  }

  /// Some rows of a tensor, evenly spread, read when they are asked for.
  private static TensorSource sample(TensorSource source) {
    long rows = source.shape().rows();
    int count = (int) Math.min(SAMPLE_ROWS, rows);
    TensorShape shape = TensorShape.of(count, source.shape().columns());
    return new TensorSource() {
      @Override
      public String name() {
        return source.name();
      }

      @Override
      public TensorShape shape() {
        return shape;
      }

      @Override
      public ElementType elementType() {
        return source.elementType();
      }

      @Override
      public void readRows(long firstRow, int rowCount, float[] target, int offset) {
        for (int r = 0; r < rowCount; r++) {
          source.readRows((firstRow + r) * rows / count, 1, target, offset + r * shape.columns());
        }
      }
    };
  }
}

package org.bitnet4j.formats.report;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.bitnet4j.quant.TensorHash;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.layout.ScaleRounding;
import org.bitnet4j.quant.metrics.ErrorStatistics;
import org.bitnet4j.quant.metrics.Histogram;
import org.bitnet4j.quant.metrics.SizeStatistics;
import org.bitnet4j.quant.metrics.TritStatistics;

/// Reports of models that were never trained: seeded weights, really quantized with absmean.
final class SampleReports {
  private static final String[] KINDS = {
    "self_attn.q_proj",
    "self_attn.k_proj",
    "self_attn.v_proj",
    "self_attn.o_proj",
    "mlp.gate_proj",
    "mlp.up_proj",
    "mlp.down_proj"
  };

  private SampleReports() {}

  /// A decoder of some layers with embeddings, norms and seven matrices per layer.
  static QuantizationReport decoder(int layers, int samples) {
    SplittableRandom random = new SplittableRandom(42);
    List<TensorReport> tensors = new ArrayList<>();
    tensors.add(kept("model.embed_tokens.weight", TensorShape.of(32000, 2560)));
    for (int layer = 0; layer < layers; layer++) {
      String prefix = "model.layers." + layer + ".";
      tensors.add(kept(prefix + "input_layernorm.weight", TensorShape.of(2560)));
      for (int kind = 0; kind < KINDS.length; kind++) {
        double tail = kind == 6 ? 0.5 : kind == 1 && layer < 3 ? 0.9 : 0.1 * random.nextDouble();
        double shift = kind == 4 ? 0.1 : 0;
        tensors.add(
            quantized(prefix + KINDS[kind] + ".weight", kind, tail, shift, samples, random));
      }
    }
    return report("BitNet sample 2B", tensors);
  }

  static QuantizationReport report(String title, List<TensorReport> tensors) {
    SizeStatistics total = new SizeStatistics(0, 5000, 5000);
    double seconds = 0;
    for (TensorReport tensor : tensors) {
      total = total.plus(tensor.size());
      seconds += tensor.seconds();
    }
    return new QuantizationReport(
        title,
        "bitnet4j 0.1.0",
        "models/sample-2b/model.safetensors",
        """
        {
          "preset": "bitnet",
          "ignore": ["lm_head", "*embed*", "*norm*"],
          "rules": [{"targets": ["*.down_proj"], "groupSize": 128}]
        }\
        """,
        total,
        seconds,
        tensors);
  }

  static TensorReport kept(String name, TensorShape shape) {
    long bytes = 2 * shape.elements();
    SizeStatistics size = new SizeStatistics(shape.elements(), bytes, bytes);
    return new TensorReport(
        name,
        shape,
        "BF16, kept",
        "",
        "",
        size,
        null,
        null,
        0,
        0,
        0.002,
        null,
        null,
        ScaleRounding.EXACT);
  }

  /// Weights with heavier tails the larger `tail`, absmean over all of them.
  static TensorReport quantized(
      String name, int kind, double tail, double shift, int samples, SplittableRandom random) {
    float[] w = new float[samples];
    double sum = 0;
    for (int i = 0; i < samples; i++) {
      double heavy = random.nextDouble() < tail * 0.1 ? 1 + 4 * random.nextDouble() : 1;
      w[i] = (float) (0.02 * (heavy * random.nextGaussian() + shift));
      sum += Math.abs(w[i]);
    }
    float gamma = (float) Math.max(sum / samples, 1e-5);
    float[] dequantized = new float[samples];
    long[] counts = new long[3];
    for (int i = 0; i < samples; i++) {
      int trit = (int) Math.clamp(Math.rint(w[i] / gamma), -1, 1);
      counts[trit + 1]++;
      dequantized[i] = gamma * trit;
    }
    ErrorStatistics error = new ErrorStatistics();
    error.add(w, 0, dequantized, 0, samples);
    Histogram histogram = new Histogram(4 * gamma, 61);
    histogram.add(w, 0, samples);
    TensorShape shape = TensorShape.of(kind == 6 ? 2560 : 6912, kind == 6 ? 6912 : 2560);
    long elements = shape.elements();
    String hash = Long.toHexString(random.nextLong() | Long.MIN_VALUE).repeat(4);
    return new TensorReport(
        name,
        shape,
        "TERNARY_1_58 MEAN_THRESHOLD",
        kind == 6 ? "per group of 128" : "per tensor",
        "BIT_PACKED_2BIT",
        new SizeStatistics(elements, elements * 2, elements / 4 + 4),
        error.metrics(),
        new TritStatistics(counts[0], counts[1], counts[2]),
        0,
        (long) (elements * tail / 1000),
        0.05 + 0.1 * random.nextDouble(),
        WeightHistogram.of(histogram, gamma / 2.0, (double) gamma),
        new TensorHash(hash, hash),
        ScaleRounding.EXACT);
  }
}

package org.bitnet4j.formats.quantize;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bitnet4j.formats.checkpoint.Checkpoint;
import org.bitnet4j.quant.TensorHash;
import org.bitnet4j.quant.TensorSource;
import org.bitnet4j.quant.TernaryTensor;
import org.bitnet4j.quant.Workers;
import org.bitnet4j.quant.config.PackingConfig;
import org.bitnet4j.quant.config.Recipe;
import org.bitnet4j.quant.config.ScaleRule;
import org.bitnet4j.quant.config.TernaryMethod;
import org.bitnet4j.quant.config.TernaryPackingStrategy;
import org.bitnet4j.quant.config.WeightQuantizationConfig;
import org.bitnet4j.quant.metrics.ErrorMetrics;
import org.bitnet4j.quant.metrics.ErrorStatistics;
import org.bitnet4j.quant.metrics.TensorComparison;
import org.bitnet4j.quant.metrics.TritStatistics;
import org.bitnet4j.quant.packing.PackedTensor;
import org.bitnet4j.quant.packing.TernaryPacker;
import org.bitnet4j.quant.weights.QuantizedWeights;
import org.bitnet4j.quant.weights.WeightQuantizer;

/// One quantization method on a whole checkpoint, with every packing strategy: what a researcher
/// compares before choosing.
///
/// @param method name of the method, for people
/// @param error error over all quantized weights
/// @param zeroShare zero trits over all of them
/// @param bytesPerWeight stored bytes (payload, block table, scales) over weights: one entry for
///   each strategy without DEFLATE, and [#DEFLATED]
/// @param verified whether every packed tensor came back with the trit hash it went in with
public record MethodComparison(
    String method,
    ErrorMetrics error,
    double zeroShare,
    Map<String, Double> bytesPerWeight,
    boolean verified) {

  /// Key of HYBRID with DEFLATE.
  public static final String DEFLATED = "HYBRID_DEFLATE";

  /// Bytes per weight under one key.
  ///
  /// @param packing name of a strategy, or [#DEFLATED]
  public double bytesPerWeight(String packing) {
    Double bytes = bytesPerWeight.get(packing);
    if (bytes == null) {
      throw new IllegalArgumentException("packing must be measured, got [" + packing + "]");
    }
    return bytes;
  }

  /// Compares methods on the weights that the default recipe quantizes.
  ///
  /// @param checkpoint float weights
  /// @param workers threads to use
  public static List<MethodComparison> of(Checkpoint checkpoint, Workers workers) {
    List<TensorSource> weights =
        TensorDecision.of(checkpoint, Recipe.bitnet()).stream()
            .filter(decision -> decision.config() != null)
            .map(decision -> checkpoint.floats(decision.tensor()))
            .toList();
    List<MethodComparison> comparisons = new ArrayList<>();
    methods().forEach((name, config) -> comparisons.add(compare(name, config, weights, workers)));
    return comparisons;
  }

  private static Map<String, WeightQuantizationConfig> methods() {
    WeightQuantizationConfig bitnet = WeightQuantizationConfig.bitnet();
    WeightQuantizationConfig fitted = bitnet.toBuilder().scaleRule(ScaleRule.LEAST_SQUARES).build();
    Map<String, WeightQuantizationConfig> methods = new LinkedHashMap<>();
    methods.put("mean, absmean (b1.58)", bitnet);
    methods.put("mean, least squares", fitted);
    methods.put("median", fitted.toBuilder().ternaryMethod(TernaryMethod.MEDIAN_THRESHOLD).build());
    methods.put(
        "adaptive", fitted.toBuilder().ternaryMethod(TernaryMethod.ADAPTIVE_THRESHOLD).build());
    WeightQuantizationConfig optimal =
        fitted.toBuilder().ternaryMethod(TernaryMethod.OPTIMAL_THRESHOLD).build();
    methods.put("optimal", optimal);
    methods.put("optimal, groups of 64", optimal.toBuilder().groupSize(64).build());
    return methods;
  }

  private static MethodComparison compare(
      String method, WeightQuantizationConfig config, List<TensorSource> weights, Workers workers) {
    ErrorStatistics error = new ErrorStatistics();
    TritStatistics trits = TritStatistics.NONE;
    Map<String, Long> bytes = new LinkedHashMap<>();
    boolean verified = true;
    WeightQuantizer quantizer = WeightQuantizer.of(config);
    for (TensorSource source : weights) {
      try (QuantizedWeights quantized = quantizer.quantize(source, workers)) {
        TernaryTensor tensor = (TernaryTensor) quantized.tensor();
        TensorComparison.addRows(source, tensor, 0, source.shape().rows(), error);
        trits = trits.plus(TritStatistics.of(tensor));
        TensorHash hash = TensorHash.of(tensor);
        for (Map.Entry<String, PackingConfig> packing : packings().entrySet()) {
          TernaryPacker packer = TernaryPacker.of(packing.getValue());
          try (PackedTensor packed = packer.pack(tensor);
              TernaryTensor unpacked = packer.unpackTernary(packed)) {
            bytes.merge(packing.getKey(), packed.totalBytes(), Long::sum);
            verified &= hash.equals(TensorHash.of(unpacked));
          }
        }
      }
    }
    Map<String, Double> perWeight = new LinkedHashMap<>();
    long count = trits.count();
    bytes.forEach((name, sum) -> perWeight.put(name, (double) sum / count));
    return new MethodComparison(method, error.metrics(), trits.zeroShare(), perWeight, verified);
  }

  private static Map<String, PackingConfig> packings() {
    Map<String, PackingConfig> packings = new LinkedHashMap<>();
    for (TernaryPackingStrategy strategy : TernaryPackingStrategy.values()) {
      packings.put(
          strategy.name(),
          PackingConfig.bitnet().toBuilder().strategy(strategy).enableCompression(false).build());
    }
    packings.put(DEFLATED, PackingConfig.bitnet());
    return packings;
  }
}

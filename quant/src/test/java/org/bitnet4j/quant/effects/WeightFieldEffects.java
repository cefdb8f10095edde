package org.bitnet4j.quant.effects;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.bitnet4j.quant.EffectProbe;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TensorSource;
import org.bitnet4j.quant.config.QuantizationConfig;
import org.bitnet4j.quant.config.QuantizationConfigBuilder;
import org.bitnet4j.quant.config.QuantizationPrecision;
import org.bitnet4j.quant.config.QuantizationStrategy;
import org.bitnet4j.quant.config.ScaleRule;
import org.bitnet4j.quant.config.TernaryMethod;
import org.bitnet4j.quant.config.WeightQuantizationConfig;
import org.bitnet4j.quant.config.WeightQuantizationConfigBuilder;
import org.bitnet4j.quant.weights.QuantizedWeights;
import org.bitnet4j.quant.weights.WeightQuantizer;

/// What each field that a weight quantizer reads changes.
final class WeightFieldEffects {
  private static final TensorSource WEIGHTS = weights();

  private WeightFieldEffects() {}

  static Map<String, EffectProbe<WeightQuantizationConfig>> probes() {
    Map<String, EffectProbe<WeightQuantizationConfig>> probes = new LinkedHashMap<>();
    probes.put(
        "QuantizationConfig.precision", base(b -> b.precision(QuantizationPrecision.ONE_BIT)));
    probes.put(
        "QuantizationConfig.strategy",
        base(
            b -> b.precision(QuantizationPrecision.EIGHT_BIT),
            b -> b.strategy(QuantizationStrategy.ASYMMETRIC)));
    probes.put("QuantizationConfig.perChannel", base(b -> b.perChannel(true)));
    probes.put("QuantizationConfig.clipThreshold", base(b -> b.clipThreshold(1.5)));
    EffectProbe<WeightQuantizationConfig> verbose = base(b -> b.verbose(true));
    probes.put(
        "QuantizationConfig.verbose",
        new EffectProbe<>(verbose.base(), verbose.flipped(), WeightFieldEffects::logged));
    probes.put("WeightQuantizationConfig.groupSize", weight(b -> b.groupSize(16)));
    probes.put("WeightQuantizationConfig.normalizeWeights", weight(b -> b.normalizeWeights(true)));
    probes.put("WeightQuantizationConfig.outlierThreshold", weight(b -> b.outlierThreshold(2.0)));
    probes.put("WeightQuantizationConfig.blockSize", weight(b -> b.blockSize(8)));
    probes.put(
        "WeightQuantizationConfig.ternaryMethod",
        weight(b -> b.ternaryMethod(TernaryMethod.OPTIMAL_THRESHOLD)));
    probes.put(
        "WeightQuantizationConfig.customThresholdFactor",
        weight(b -> b.customThresholdFactor(0.8)));
    probes.put("WeightQuantizationConfig.scaleRule", weight(b -> b.scaleRule(ScaleRule.ABSMEAN)));
    return probes;
  }

  private static EffectProbe<WeightQuantizationConfig> weight(
      UnaryOperator<WeightQuantizationConfigBuilder> flip) {
    return new EffectProbe<>(
        WeightQuantizationConfig.defaults(),
        flip.apply(WeightQuantizationConfig.defaults().toBuilder()).build(),
        WeightFieldEffects::values);
  }

  private static EffectProbe<WeightQuantizationConfig> base(
      UnaryOperator<QuantizationConfigBuilder> flip) {
    return base(b -> b, flip);
  }

  private static EffectProbe<WeightQuantizationConfig> base(
      UnaryOperator<QuantizationConfigBuilder> start,
      UnaryOperator<QuantizationConfigBuilder> flip) {
    QuantizationConfig first = start.apply(QuantizationConfig.builder()).build();
    QuantizationConfig second = flip.apply(first.toBuilder()).build();
    return new EffectProbe<>(
        WeightQuantizationConfig.builder().base(first).build(),
        WeightQuantizationConfig.builder().base(second).build(),
        WeightFieldEffects::values);
  }

  /// The weights as the quantized tensor gives them back.
  private static Object values(WeightQuantizationConfig config) {
    try (QuantizedWeights quantized = WeightQuantizer.of(config).quantize(WEIGHTS)) {
      float[] row = new float[WEIGHTS.shape().columns()];
      StringBuilder values = new StringBuilder();
      for (long r = 0; r < WEIGHTS.shape().rows(); r++) {
        quantized.tensor().dequantizeRow(r, row, 0);
        values.append(java.util.Arrays.toString(row));
      }
      return values.append(quantized.clipped()).append(quantized.outliers()).toString();
    }
  }

  /// Levels of what the quantizer logs.
  private static Object logged(WeightQuantizationConfig config) {
    Logger logger = Logger.getLogger(WeightQuantizer.class.getName());
    List<Level> levels = new CopyOnWriteArrayList<>();
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord logRecord) {
            levels.add(logRecord.getLevel());
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    logger.addHandler(handler);
    try {
      values(config);
    } finally {
      logger.removeHandler(handler);
    }
    return levels;
  }

  private static TensorSource weights() {
    SplittableRandom random = new SplittableRandom(99);
    float[] values = new float[6 * 48];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (0.3 + Math.pow(random.nextGaussian(), 3));
    }
    return TensorSource.of("w", TensorShape.of(6, 48), values);
  }
}

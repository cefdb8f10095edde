package org.bitnet4j.quant.activations;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.bitnet4j.quant.EffectProbe;
import org.bitnet4j.quant.config.ActivationQuantizationConfig;
import org.bitnet4j.quant.config.AttentionQuantizationConfig;
import org.bitnet4j.quant.config.QuantizationPrecision;
import org.bitnet4j.quant.config.QuantizationStrategy;
import org.bitnet4j.quant.training.ActivationFakeQuantizer;
import org.bitnet4j.quant.training.TrainingRefusedException;

/// What each field of the activation configuration changes, as something that can be compared: for
/// every leaf, by its path, two configurations that differ in it alone, and what to look at.
///
/// `smoothQuantization` and `temperature` act in training and are not here.
public final class ActivationFieldEffects {
  private static final int ROWS = 6;
  private static final int COLUMNS = 40;
  private static final AttentionShape SHAPE = AttentionShape.of(8, 8, 2, 1, 16).withCausalMask();

  private ActivationFieldEffects() {}

  /// A probe for each leaf, by path: `base.strategy`, `emaDecay`, `attention.quantizeQuery`.
  public static Map<String, EffectProbe<ActivationQuantizationConfig>> probes() {
    Map<String, EffectProbe<ActivationQuantizationConfig>> probes = new LinkedHashMap<>();
    probes.put(
        "base.precision",
        probe(c -> c.precision(QuantizationPrecision.FOUR_BIT), ActivationFieldEffects::codes));
    probes.put(
        "base.strategy",
        new EffectProbe<>(
            Configs.symmetric().build(),
            Configs.of(QuantizationStrategy.ASYMMETRIC).build(),
            ActivationFieldEffects::codes));
    probes.put(
        "base.perChannel",
        probe(
            Configs.of(QuantizationStrategy.STATIC).warmup(1),
            c -> c.perChannel(true),
            ActivationFieldEffects::codes));
    probes.put("base.clipThreshold", probe(c -> c.clip(2), ActivationFieldEffects::codes));
    probes.put(
        "base.qatEnabled", probe(c -> c.qat(true), ActivationFieldEffects::offeredToTraining));
    probes.put(
        "base.calibrationSize",
        probe(c -> c.calibrationSize(20), ActivationFieldEffects::calibrated));
    probes.put(
        "base.seed",
        probe(
            Configs.symmetric().calibrationSize(20).seed(1),
            c -> c.seed(2),
            ActivationFieldEffects::calibrated));
    probes.put("base.verbose", probe(c -> c.verbose(true), ActivationFieldEffects::logLevels));
    probes.put(
        "movingAverageWindow", probe(dynamic(), c -> c.window(2), ActivationFieldEffects::scales));
    probes.put("outlierPercentile", probe(c -> c.percentile(90), ActivationFieldEffects::codes));
    probes.put("perToken", probe(c -> c.perToken(true), ActivationFieldEffects::codes));
    probes.put(
        "calibrationWarmup", probe(dynamic(), c -> c.warmup(4), ActivationFieldEffects::scales));
    probes.put("emaDecay", probe(dynamic(), c -> c.decay(0.5), ActivationFieldEffects::scales));
    probes.put(
        "quantizeAttention",
        probe(
            c -> c.attention(true, AttentionQuantizationConfig.defaults()),
            c -> attention(c).output()));
    probes.put(
        "enableCaching",
        probe(c -> c.caching(null), c -> ActivationFieldEffects.cacheCounts(c, 2).toString()));
    probes.put(
        "cacheSizeMb",
        probe(
            Configs.symmetric().caching(8),
            c -> c.caching(1),
            c -> ActivationFieldEffects.cacheCounts(c, 20).toString()));
    attentionProbes(probes);
    return probes;
  }

  private static void attentionProbes(
      Map<String, EffectProbe<ActivationQuantizationConfig>> probes) {
    AttentionQuantizationConfig none = QuantizedAttention.exact().config();
    Function<ActivationQuantizationConfig, Object> output = c -> attention(c).output();
    probes.put("attention.quantizeQuery", attentionProbe(none, block("q", none), output));
    probes.put("attention.quantizeKey", attentionProbe(none, block("k", none), output));
    probes.put("attention.quantizeValue", attentionProbe(none, block("v", none), output));
    probes.put("attention.quantizeScores", attentionProbe(none, block("s", none), output));
    probes.put("attention.quantizeOutput", attentionProbe(none, block("o", none), output));
    probes.put(
        "attention.scoreClipThreshold",
        attentionProbe(
            none,
            new AttentionQuantizationConfig(false, false, false, false, false, 0.5, false, null),
            output));
    probes.put(
        "attention.causalOptimization",
        attentionProbe(none, block("c", none), c -> attention(c).statistics().multiplyAdds()));
    probes.put(
        "attention.sparsityThreshold",
        attentionProbe(
            none,
            new AttentionQuantizationConfig(false, false, false, false, false, null, false, 0.1),
            c -> attention(c).statistics().droppedShare()));
  }

  private static AttentionQuantizationConfig block(String on, AttentionQuantizationConfig none) {
    return new AttentionQuantizationConfig(
        on.equals("q"),
        on.equals("k"),
        on.equals("v"),
        on.equals("s"),
        on.equals("o"),
        none.scoreClipThreshold(),
        on.equals("c"),
        none.sparsityThreshold());
  }

  private static EffectProbe<ActivationQuantizationConfig> attentionProbe(
      AttentionQuantizationConfig base,
      AttentionQuantizationConfig flipped,
      Function<ActivationQuantizationConfig, Object> observation) {
    return new EffectProbe<>(
        Configs.symmetric().attention(true, base).build(),
        Configs.symmetric().attention(true, flipped).build(),
        observation);
  }

  private static Configs dynamic() {
    return Configs.of(QuantizationStrategy.DYNAMIC);
  }

  private static EffectProbe<ActivationQuantizationConfig> probe(
      Consumer<Configs> flip, Function<ActivationQuantizationConfig, Object> observation) {
    return probe(Configs.symmetric(), flip, observation);
  }

  private static EffectProbe<ActivationQuantizationConfig> probe(
      Configs configs,
      Consumer<Configs> flip,
      Function<ActivationQuantizationConfig, Object> observation) {
    ActivationQuantizationConfig base = configs.build();
    flip.accept(configs);
    return new EffectProbe<>(base, configs.build(), observation);
  }

  private static List<float[]> batches() {
    List<float[]> batches = new ArrayList<>();
    for (int batch = 0; batch < 8; batch++) {
      float[] values = Activations.OUTLIERS.values(batch, ROWS * COLUMNS);
      for (int i = 0; i < values.length; i++) {
        values[i] *= (batch + 1) * (1 + i / COLUMNS);
      }
      batches.add(values);
    }
    return batches;
  }

  /// Codes of the last of some batches, as text.
  private static Object codes(ActivationQuantizationConfig config) {
    var quantizer = ActivationQuantizer.of(config);
    byte[] last = {};
    for (float[] batch : batches()) {
      last = quantizer.quantize(batch, ROWS, COLUMNS).codes();
    }
    return Arrays.toString(last);
  }

  /// The scales of some batches.
  private static Object scales(ActivationQuantizationConfig config) {
    var quantizer = ActivationQuantizer.of(config);
    List<Float> scales = new ArrayList<>();
    for (float[] batch : batches()) {
      scales.add(quantizer.quantize(batch, ROWS, COLUMNS).scale(0));
    }
    return scales;
  }

  /// The ranges that calibration finds.
  private static Object calibrated(ActivationQuantizationConfig config) {
    Calibrator calibrator = Calibrator.of(config);
    for (int number = 0; number < 200; number++) {
      calibrator.observe("l", number, Activations.GAUSSIAN.values(number, COLUMNS));
    }
    return calibrator.freeze().layers();
  }

  /// What training makes of activations, or its refusal.
  private static Object offeredToTraining(ActivationQuantizationConfig config) {
    try {
      float[] values =
          ActivationFakeQuantizer.of(config).forward(new float[] {3, 1}, 1, 2).values();
      return Arrays.toString(values);
    } catch (TrainingRefusedException refusal) {
      return String.valueOf(refusal.getMessage());
    }
  }

  /// The levels of what is logged.
  private static Object logLevels(ActivationQuantizationConfig config) {
    return RecordedLog.during(() -> ActivationQuantizer.of(config)).stream()
        .map(line -> line.level().getName())
        .toList();
  }

  /// What the cache counts over some large inputs, each quantized twice.
  private static Object cacheCounts(ActivationQuantizationConfig config, int inputs) {
    var quantizer = ActivationQuantizer.of(config);
    for (int i = 0; i < 2 * inputs; i++) {
      quantizer.quantize(Activations.GAUSSIAN.values(i % inputs, 50_000), 1, 50_000);
    }
    return quantizer
        .cacheStatistics()
        .map(s -> s.hits() + " hits, " + s.evictions() + " evictions")
        .orElse("no cache");
  }

  private static Observed attention(ActivationQuantizationConfig config) {
    int kvValues = SHAPE.keys() * SHAPE.kvHeads() * SHAPE.headDim();
    AttentionResult result =
        ActivationQuantizer.of(config)
            .attention()
            .apply(
                "l",
                SHAPE,
                Activations.GAUSSIAN.values(1, SHAPE.queries() * SHAPE.heads() * SHAPE.headDim()),
                Activations.GAUSSIAN.values(2, kvValues),
                Activations.GAUSSIAN.values(3, kvValues));
    return new Observed(Arrays.toString(result.output()), result.statistics());
  }

  private record Observed(String output, AttentionStatistics statistics) {}
}

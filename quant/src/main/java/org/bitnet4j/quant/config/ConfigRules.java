package org.bitnet4j.quant.config;

import static org.bitnet4j.quant.config.ConfigRule.error;
import static org.bitnet4j.quant.config.ConfigRule.idle;
import static org.bitnet4j.quant.config.QuantizationPrecision.ONE_BIT;
import static org.bitnet4j.quant.config.QuantizationPrecision.TERNARY_1_58;
import static org.bitnet4j.quant.config.QuantizationStrategy.ASYMMETRIC;
import static org.bitnet4j.quant.config.QuantizationStrategy.DYNAMIC;
import static org.bitnet4j.quant.config.QuantizationStrategy.STATIC;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// The one table of rules between fields: contradictions are errors; a switch or optional value
/// that is set and cannot act in its combination is a warning. Plain tuning numbers behind a switch
/// that is off are neither, and no preset breaks a rule.
final class ConfigRules {
  private static final List<ConfigRule<QuantizationConfig>> BASE =
      List.of(
          error(
              "strategy",
              c -> c.strategy() == ASYMMETRIC && holdsTrits(c),
              "a strategy without zero point where codes are ternary or one bit",
              "Use SYMMETRIC, or a precision of TWO_BIT or more."));

  private static final List<ConfigRule<WeightQuantizationConfig>> WEIGHTS =
      List.of(
          error(
              "blockSize",
              c -> !dividesGroup(c),
              "a divisor of groupSize",
              "Use groupSize or a smaller power of two, or leave one of the two out."),
          idle(
              "base.strategy",
              c -> c.base().strategy() == DYNAMIC || c.base().strategy() == STATIC,
              "SYMMETRIC or ASYMMETRIC for weights",
              "Weights do not change between calls, so this equals SYMMETRIC: say SYMMETRIC."),
          idle(
              "base.perChannel",
              c -> c.base().perChannel() && c.groupSize() != null,
              "false where groupSize is set",
              "Groups already cut every row: leave out groupSize or perChannel."),
          idle(
              "learnableScales",
              c -> c.learnableScales() && !c.base().qatEnabled(),
              "false unless base.qatEnabled",
              "Scales are learned in training only: turn base.qatEnabled on."),
          idle(
              "freezeWeights",
              c -> c.freezeWeights() && !c.base().qatEnabled(),
              "false unless base.qatEnabled",
              "Weights move in training only: turn base.qatEnabled on."),
          idle(
              "blockSize",
              c -> c.blockSize() != null && !isTernary(c),
              "absent unless precision is TERNARY_1_58",
              "Other precisions have no threshold: leave it out."),
          idle(
              "ternaryMethod",
              c -> c.ternaryMethod() != TernaryMethod.MEAN_THRESHOLD && !isTernary(c),
              "MEAN_THRESHOLD, the default, unless precision is TERNARY_1_58",
              "Other precisions have no threshold: leave it out."),
          idle(
              "customThresholdFactor",
              c -> c.customThresholdFactor() != null && !isTernary(c),
              "absent unless precision is TERNARY_1_58",
              "Other precisions have no threshold: leave it out."),
          idle(
              "customThresholdFactor",
              c ->
                  c.customThresholdFactor() != null
                      && isTernary(c)
                      && c.ternaryMethod() == TernaryMethod.OPTIMAL_THRESHOLD,
              "absent with OPTIMAL_THRESHOLD",
              "The optimal threshold has no factor: leave it out or choose another method."),
          idle(
              "scaleRule",
              c -> c.scaleRule() == ScaleRule.ABSMEAN && !isTernary(c),
              "LEAST_SQUARES, the default, unless precision is TERNARY_1_58",
              "Other precisions take their scale from the range: leave it out."),
          idle(
              "packing.strategy",
              c ->
                  !holdsTrits(c.base())
                      && c.packing().strategy() != TernaryPackingStrategy.BIT_PACKED_2BIT,
              "BIT_PACKED_2BIT, the default, where codes are not ternary",
              "Ternary packing stores ternary and one-bit codes only: leave it out."));

  private static final List<ConfigRule<ActivationQuantizationConfig>> ACTIVATIONS =
      List.of(
          error(
              "perToken",
              c -> c.perToken() && c.base().strategy() == STATIC,
              "false with STATIC, whose scales are frozen by calibration",
              "Use SYMMETRIC, ASYMMETRIC or DYNAMIC, or turn perToken off."),
          idle(
              "base.precision",
              c -> holdsTrits(c.base()),
              "TWO_BIT or more for activations",
              "Activations lose nearly everything on such a grid: BitNet b1.58 uses EIGHT_BIT."),
          idle(
              "base.perChannel",
              c -> c.base().perChannel() && c.base().strategy() != STATIC,
              "false for activations unless strategy is STATIC",
              "Only calibration gives every feature a scale: use STATIC or turn it off."),
          idle(
              "base.calibrationSize",
              c -> c.base().calibrationSize() != null && c.base().strategy() != STATIC,
              "absent for activations unless strategy is STATIC",
              "Only STATIC is calibrated: use STATIC or leave it out."),
          idle(
              "smoothQuantization",
              c -> c.smoothQuantization() && !c.base().qatEnabled(),
              "false unless base.qatEnabled",
              "Soft rounding acts in training only: turn base.qatEnabled on."),
          idle(
              "cacheSizeMb",
              c -> c.cacheSizeMb() != null && !c.enableCaching(),
              "absent unless enableCaching",
              "Turn enableCaching on or leave it out."),
          idle(
              "quantizeAttention",
              c -> c.quantizeAttention() && doesNothing(c.attention()),
              "false where the attention block does nothing",
              "Turn on a part of attention, or turn quantizeAttention off."),
          idle(
              "attention",
              c -> !c.quantizeAttention() && !isPreset(c.attention()),
              "a preset unless quantizeAttention",
              "The attention block is off: turn quantizeAttention on or leave attention out."));

  private static final List<ConfigRule<AttentionQuantizationConfig>> ATTENTION = List.of();

  private static final List<ConfigRule<PackingConfig>> PACKING =
      List.of(
          idle(
              "simdOptimized",
              c -> c.simdOptimized() && hasOneOrder(c.strategy()),
              "false for a strategy that has one order only",
              "Two-bit, base-3 and hybrid packing have a kernel layout: use one, or turn it off."),
          idle(
              "enableCompression",
              c -> c.enableCompression() && c.compressionLevel() == 0,
              "false where compressionLevel is 0",
              "Level 0 compresses nothing: use a level in [1, 9], or turn it off."),
          idle(
              "numThreads",
              c -> c.numThreads() != null && !c.parallelPacking(),
              "absent unless parallelPacking",
              "Turn parallelPacking on or leave it out."),
          idle(
              "parallelPacking",
              c -> {
                Integer threads = c.numThreads();
                return c.parallelPacking() && threads != null && threads == 1;
              },
              "false where numThreads is 1",
              "Allow two threads or more, or turn it off."));

  private static final List<ConfigRule<SimdConfig>> SIMD =
      List.of(
          error(
              "forceAvx2",
              c -> c.forceAvx2() && c.forceSse2(),
              "false where another instruction set is forced",
              "Force at most one instruction set."),
          error(
              "forceNeon",
              c -> c.forceNeon() && (c.forceSse2() || c.forceAvx2()),
              "false where another instruction set is forced",
              "Force at most one instruction set."),
          whileDisabled("forceSse2", SimdConfig::forceSse2),
          whileDisabled("forceAvx2", SimdConfig::forceAvx2),
          whileDisabled("forceNeon", SimdConfig::forceNeon),
          whileDisabled("enablePrefetch", SimdConfig::enablePrefetch),
          idle(
              "customParams",
              c -> !c.enabled() && !c.customParams().isEmpty(),
              "empty unless enabled",
              "They tune vector kernels, which are off: turn enabled on or remove them."));

  private ConfigRules() {}

  static List<ConfigProblem> problems(Configuration config) {
    return switch (config) {
      case QuantizationConfig c -> check(BASE, c);
      case WeightQuantizationConfig c -> check(WEIGHTS, c);
      case ActivationQuantizationConfig c -> check(ACTIVATIONS, c);
      case AttentionQuantizationConfig c -> check(ATTENTION, c);
      case PackingConfig c -> check(PACKING, c);
      case SimdConfig c -> check(SIMD, c);
    };
  }

  /// How many rules there are, for the test that breaks each of them once.
  static long count() {
    return Stream.of(BASE, WEIGHTS, ACTIVATIONS, ATTENTION, PACKING, SIMD)
        .mapToLong(List::size)
        .sum();
  }

  private static <C extends Configuration> List<ConfigProblem> check(
      List<ConfigRule<C>> rules, C config) {
    return rules.stream().map(rule -> rule.check(config)).flatMap(Optional::stream).toList();
  }

  private static ConfigRule<SimdConfig> whileDisabled(
      String path, java.util.function.Predicate<SimdConfig> set) {
    return idle(
        path,
        c -> !c.enabled() && set.test(c),
        "false unless enabled",
        "Vector instructions are off: turn enabled on or turn this off.");
  }

  private static boolean isTernary(WeightQuantizationConfig config) {
    return config.base().precision() == TERNARY_1_58;
  }

  private static boolean holdsTrits(QuantizationConfig config) {
    return config.precision() == TERNARY_1_58 || config.precision() == ONE_BIT;
  }

  // Sizes outside their own range are reported there and break no rule here.
  private static boolean dividesGroup(WeightQuantizationConfig config) {
    Integer group = config.groupSize();
    Integer block = config.blockSize();
    return group == null || block == null || group < 1 || block < 1 || group % block == 0;
  }

  private static boolean hasOneOrder(TernaryPackingStrategy strategy) {
    return switch (strategy) {
      case UNCOMPRESSED, BYTE_ALIGNED, RUN_LENGTH_ENCODED, COMPRESSED_SPARSE -> true;
      case BIT_PACKED_2BIT, BASE3_PACKED, HYBRID -> false;
    };
  }

  private static boolean doesNothing(AttentionQuantizationConfig c) {
    boolean quantizes =
        c.quantizeQuery()
            || c.quantizeKey()
            || c.quantizeValue()
            || c.quantizeScores()
            || c.quantizeOutput();
    return !quantizes
        && c.scoreClipThreshold() == null
        && !c.causalOptimization()
        && c.sparsityThreshold() == null;
  }

  private static boolean isPreset(AttentionQuantizationConfig config) {
    return config.equals(AttentionQuantizationConfig.defaults())
        || config.equals(AttentionQuantizationConfig.bitnet());
  }
}

package org.bitnet4j.quant.config;

import static java.util.Map.entry;
import static java.util.Map.ofEntries;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The one table of numeric ranges: validation, JSON Schema and messages are made from it.
final class Limits {
  private static final Map<Class<?>, Map<String, Limit>> TABLE =
      Map.of(
          QuantizationConfig.class,
          ofEntries(
              entry("clipThreshold", Limit.aboveUpTo(0, 10)),
              entry("calibrationSize", Limit.closed(1, 100_000))),
          WeightQuantizationConfig.class,
          ofEntries(
              entry("groupSize", Limit.powersOfTwo(1, 4096)),
              entry("outlierThreshold", Limit.aboveUpTo(0, 10)),
              entry("blockSize", Limit.powersOfTwo(1, 1024)),
              entry("customThresholdFactor", Limit.aboveUpTo(0, 2)),
              entry("weightDecay", Limit.atLeast(0)),
              entry("gradientClip", Limit.above(0))),
          ActivationQuantizationConfig.class,
          ofEntries(
              entry("movingAverageWindow", Limit.closed(1, 10_000)),
              entry("outlierPercentile", Limit.aboveUpTo(0, 100)),
              entry("calibrationWarmup", Limit.atLeast(0)),
              entry("emaDecay", Limit.between(0, 1)),
              entry("temperature", Limit.aboveUpTo(0, 10)),
              entry("cacheSizeMb", Limit.closed(1, 8192))),
          AttentionQuantizationConfig.class,
          ofEntries(
              entry("scoreClipThreshold", Limit.aboveUpTo(0, 100)),
              entry("sparsityThreshold", Limit.between(0, 1))),
          PackingConfig.class,
          ofEntries(
              entry("blockSize", Limit.closed(1, 2048)),
              entry("sparsityThreshold", Limit.closed(0, 1)),
              entry("alignment", Limit.powersOfTwo(1, 128)),
              entry("compressionLevel", Limit.closed(0, 9)),
              entry("numThreads", Limit.closed(1, 256))),
          SimdConfig.class,
          ofEntries(
              entry("minSimdSize", Limit.closed(1, 10_000)),
              entry("chunkSize", Limit.closed(1, 1024)),
              entry("prefetchDistance", Limit.closed(1, 64))));

  private Limits() {}

  /// The range of a field, or null for a field without one.
  static @Nullable Limit of(Class<?> config, String field) {
    return TABLE.getOrDefault(config, Map.of()).get(field);
  }
}

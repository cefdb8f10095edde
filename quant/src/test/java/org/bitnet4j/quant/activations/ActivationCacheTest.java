package org.bitnet4j.quant.activations;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.bitnet4j.quant.config.ActivationQuantizationConfig;
import org.bitnet4j.quant.config.QuantizationStrategy;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The cache changes no bit, verifies what it finds, keeps its bound and counts truly.
@Tag("kernels")
class ActivationCacheTest {
  private static CacheStatistics statistics(ActivationQuantizer quantizer) {
    return quantizer.cacheStatistics().orElseThrow();
  }

  @Test
  void projectionsOfOneInputQuantizeItOnce() {
    var quantizer = ActivationQuantizer.of(ActivationQuantizationConfig.bitnet());
    float[] input = Activations.GAUSSIAN.values(1, 8 * 64);

    var q = quantizer.quantize("q", input, 8, 64);
    var k = quantizer.quantize("k", input.clone(), 8, 64);
    var v = quantizer.quantize("v", input.clone(), 8, 64);

    assertThat(k).isSameAs(q);
    assertThat(v).isSameAs(q);
    var statistics = statistics(quantizer);
    assertThat(statistics.hits()).isEqualTo(2);
    assertThat(statistics.misses()).isEqualTo(1);
    assertThat(statistics.entries()).isEqualTo(1);
    assertThat(statistics.maxBytes()).isEqualTo(256L << 20);
  }

  @Test
  void theHeldInputIsACopy() {
    var quantizer = Configs.symmetric().caching(1).quantizer();
    float[] input = {1, 2, 3};
    quantizer.quantize(input, 1, 3);
    input[0] = 9;

    assertThat(quantizer.quantize(input, 1, 3).code(0, 0)).isEqualTo(127);
    assertThat(statistics(quantizer).hits()).isZero();
  }

  @Test
  void anotherShapeOfTheSameValuesIsAnotherInput() {
    var quantizer = Configs.symmetric().perToken(true).caching(1).quantizer();
    float[] input = {1, 2, 3, 4, 5, 6};
    assertThat(quantizer.quantize(input, 2, 3).scaleCount()).isEqualTo(2);
    assertThat(quantizer.quantize(input, 3, 2).scaleCount()).isEqualTo(3);
    assertThat(statistics(quantizer).hits()).isZero();
  }

  @Test
  void equalHashesAreToldApartByTheirValues() {
    // Two inputs of one hash, found by trying: it has 32 bits.
    Map<Integer, float[]> byHash = new HashMap<>();
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 1_000_000; i++) {
      float[] values = {(float) random.nextDouble(), (float) random.nextDouble()};
      float[] other = byHash.put(key(values).hashCode(), values);
      if (other != null && !Arrays.equals(other, values)) {
        var cache = new ActivationCache(1 << 20);
        var result = Configs.symmetric().quantizer().quantize(values, 1, 2);
        cache.store(key(values), result);
        assertThat(key(values)).hasSameHashCodeAs(key(other)).isNotEqualTo(key(other));
        assertThat(cache.find(key(values))).containsSame(result);
        assertThat(cache.find(key(other))).isEmpty();
        return;
      }
    }
    throw new AssertionError("no two of a million inputs share a hash of 32 bits");
  }

  private static ActivationCache.Key key(float[] values) {
    return ActivationCache.Key.of(null, 2, values);
  }

  @Test
  void theBoundHoldsAndTheLeastRecentlyUsedLeaves() {
    var quantizer = Configs.symmetric().caching(1).quantizer();
    int columns = 30_000; // 150,000 bytes and some: six fit a MiB
    for (int i = 0; i < 6; i++) {
      quantizer.quantize(Activations.GAUSSIAN.values(i, columns), 1, columns);
    }
    assertThat(statistics(quantizer).evictions()).isZero();
    quantizer.quantize(Activations.GAUSSIAN.values(0, columns), 1, columns);
    quantizer.quantize(Activations.GAUSSIAN.values(6, columns), 1, columns);
    assertThat(statistics(quantizer).evictions()).isEqualTo(1);

    quantizer.quantize(Activations.GAUSSIAN.values(0, columns), 1, columns);
    assertThat(statistics(quantizer).hits()).isEqualTo(2);
    quantizer.quantize(Activations.GAUSSIAN.values(1, columns), 1, columns);

    var statistics = statistics(quantizer);
    assertThat(statistics.hits()).isEqualTo(2);
    assertThat(statistics.misses()).isEqualTo(8);
    assertThat(statistics.evictions()).isEqualTo(2);
    assertThat(statistics.entries()).isEqualTo(6);
    assertThat(statistics.bytes()).isBetween(6L * 5 * columns, 1L << 20);
  }

  @Test
  void whatExceedsTheBoundAloneIsNotHeld() {
    var quantizer = Configs.symmetric().caching(1).quantizer();
    float[] large = Activations.GAUSSIAN.values(1, 250_000);
    quantizer.quantize(new float[] {1}, 1, 1);
    assertThat(quantizer.quantize(large, 1, 250_000))
        .isEqualTo(quantizer.quantize(large, 1, 250_000));
    var statistics = statistics(quantizer);
    assertThat(statistics.hits()).isZero();
    assertThat(statistics.entries()).isEqualTo(1);
    assertThat(statistics.evictions()).isZero();
  }

  @Test
  void withoutASizeTheBoundIs64MiB() {
    assertThat(statistics(Configs.symmetric().caching(null).quantizer()).maxBytes())
        .isEqualTo(64L << 20);
    assertThat(Configs.symmetric().quantizer().cacheStatistics()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void resultsAreTheSameWithAndWithout(QuantizationStrategy strategy) {
    for (boolean perToken : new boolean[] {false, true}) {
      if (strategy == QuantizationStrategy.STATIC && perToken) {
        continue;
      }
      var plain = Configs.of(strategy).perToken(perToken).warmup(7).percentile(99).clip(3);
      var without = plain.quantizer();
      var with = plain.caching(1).quantizer();
      SplittableRandom random = new SplittableRandom(4);
      for (int call = 0; call < 200; call++) {
        // Few different inputs, of different ranges, in many layers: hits, and running ranges that
        // differ between two calls of one input.
        int seed = random.nextInt(12);
        float[] values = Activations.OUTLIERS.values(seed, 6 * 20);
        String layer = "layer" + random.nextInt(3);
        assertThat(with.quantize(layer, values, 6, 20))
            .isEqualTo(without.quantize(layer, values, 6, 20));
      }
      var statistics = statistics(with);
      boolean running = strategy == QuantizationStrategy.DYNAMIC && !perToken;
      assertThat(statistics.hits() + statistics.misses() + statistics.bypasses()).isEqualTo(200);
      assertThat(statistics.bypasses())
          .isEqualTo(running ? 200 : strategy == QuantizationStrategy.STATIC ? 21 : 0);
      assertThat(statistics.hits() > 100).isEqualTo(!running);
    }
  }

  @Test
  void frozenLayersDoNotShareEntries() {
    var layers = new TreeMap<String, LayerCalibration>();
    layers.put("a", new LayerCalibration(2, 1, 0, 1f));
    layers.put("b", new LayerCalibration(2, 1, 0, 4f));
    var quantizer =
        ActivationQuantizer.of(
            Configs.of(QuantizationStrategy.STATIC).caching(1).build(),
            new CalibrationArtefact(100, null, 42, false, layers));
    float[] values = {0.5f, 1};
    for (int i = 0; i < 2; i++) {
      assertThat(quantizer.quantize("a", values, 1, 2).scale(0)).isEqualTo(127);
      assertThat(quantizer.quantize("b", values, 1, 2).scale(0)).isEqualTo(127f / 4);
    }
    assertThat(statistics(quantizer).hits()).isEqualTo(2);
  }

  @Test
  void manyThreadsGetTheSameBitsAndLoseNoCount() throws Exception {
    var quantizer = Configs.symmetric().perToken(true).caching(1).quantizer();
    var reference = Configs.symmetric().perToken(true).quantizer();
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<Boolean>> calls = new ArrayList<>();
      for (int i = 0; i < 2000; i++) {
        float[] values = Activations.GAUSSIAN.values(i % 300, 4 * 256);
        calls.add(
            threads.submit(() ->
                quantizer.quantize(values, 4, 256).equals(reference.quantize(values, 4, 256))));
      }
      for (Future<Boolean> call : calls) {
        assertThat(call.get()).isTrue();
      }
    }
    var statistics = statistics(quantizer);
    assertThat(statistics.hits() + statistics.misses()).isEqualTo(2000);
    assertThat(statistics.evictions()).isPositive();
    assertThat(statistics.bytes()).isLessThanOrEqualTo(1 << 20);
  }
}

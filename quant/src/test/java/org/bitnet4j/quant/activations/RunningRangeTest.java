package org.bitnet4j.quant.activations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.config.QuantizationStrategy;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The running range is its formula, through warm-up, freezing and refused calls.
@Tag("kernels")
class RunningRangeTest {
  /// Σ dⁱ·r(t−i) / Σ dⁱ over the last `window` of the ranges.
  private static float direct(List<Float> ranges, int window, double decay) {
    double sum = 0;
    double weights = 0;
    double weight = 1;
    for (int i = 0; i < Math.min(window, ranges.size()); i++) {
      sum += weight * ranges.get(ranges.size() - 1 - i);
      weights += weight;
      weight *= decay;
    }
    return (float) (sum / weights);
  }

  private static float[] batch(float range) {
    return new float[] {range, -range / 2, 0, range / 4};
  }

  private static float scaleOf(float range) {
    return 127f / Math.max(range, 1e-5f);
  }

  @ParameterizedTest
  @CsvSource({
    "1,0.99,0",
    "2,0.5,0",
    "5,0.99,3",
    "100,0.99,50",
    "100,0.01,0",
    "50,0.95,0",
    "10000,0.999,7"
  })
  void dynamicFollowsTheFormulaAfterTheWarmup(int window, double decay, int warmup) {
    var quantizer =
        Configs.of(QuantizationStrategy.DYNAMIC)
            .window(window)
            .decay(decay)
            .warmup(warmup)
            .quantizer();
    SplittableRandom random = new SplittableRandom(window);
    List<Float> ranges = new ArrayList<>();
    for (int step = 1; step <= 3 * Math.min(window, 100) + 10; step++) {
      float range = (float) Math.exp(random.nextGaussian());
      ranges.add(range);
      float expected = step <= warmup ? range : direct(ranges, window, decay);
      assertThat(quantizer.quantize(batch(range), 2, 2).scale(0)).isEqualTo(scaleOf(expected));
    }
  }

  @ParameterizedTest
  @CsvSource({"3,0.5,1", "3,0.5,5", "100,0.99,50"})
  void staticFreezesTheRunningRangeOfItsWarmup(int window, double decay, int warmup) {
    var quantizer =
        Configs.of(QuantizationStrategy.STATIC)
            .window(window)
            .decay(decay)
            .warmup(warmup)
            .quantizer();
    SplittableRandom random = new SplittableRandom(warmup);
    List<Float> ranges = new ArrayList<>();
    for (int step = 1; step <= warmup + 20; step++) {
      float range = (float) Math.exp(random.nextGaussian());
      if (step <= warmup) {
        ranges.add(range);
      }
      float expected = step <= warmup ? range : direct(ranges, window, decay);
      assertThat(quantizer.quantize("l", batch(range), 2, 2).scale(0)).isEqualTo(scaleOf(expected));
      assertThat(quantizer.calibration().orElseThrow().layer("l").isPresent())
          .isEqualTo(step >= warmup);
    }
    var artefact = quantizer.calibration().orElseThrow();
    var layer = artefact.layer("l").orElseThrow();
    assertThat(layer.ranges()).containsExactly(direct(ranges, window, decay));
    assertThat(layer.samples()).isEqualTo(2L * warmup);
    var fresh = ActivationQuantizer.of(quantizer.config(), artefact);
    float[] values = batch(0.7f);
    assertThat(fresh.quantize("l", values, 2, 2)).isEqualTo(quantizer.quantize("l", values, 2, 2));
  }

  @Test
  void staticFreezesEachFeature() {
    var quantizer =
        Configs.of(QuantizationStrategy.STATIC).perChannel(true).decay(0.5).warmup(2).quantizer();
    var first = quantizer.quantize(new float[] {1, 10, -2, 5}, 2, 2);
    assertThat(first.scale(0)).isEqualTo(127f / 2);
    assertThat(first.scale(1)).isEqualTo(127f / 10);
    quantizer.quantize(new float[] {4, 1, -1, 40}, 2, 2);

    var third = quantizer.quantize(new float[] {100, 100}, 1, 2);

    assertThat(third.scale(0)).isEqualTo(127f / (float) ((4 + 0.5 * 2) / 1.5));
    assertThat(third.scale(1)).isEqualTo(127f / (float) ((40 + 0.5 * 10) / 1.5));
    assertThatThrownBy(() -> quantizer.quantize(new float[3], 1, 3))
        .isInstanceOf(CalibrationException.class)
        .hasMessageContaining("features must be the 2 that were calibrated");
  }

  @Test
  void staticPerFeatureRefusesAnotherWidthInItsWarmup() {
    var quantizer = Configs.of(QuantizationStrategy.STATIC).perChannel(true).warmup(3).quantizer();
    quantizer.quantize("l", new float[4], 2, 2);
    assertThatThrownBy(() -> quantizer.quantize("l", new float[3], 1, 3))
        .isInstanceOf(CalibrationException.class)
        .hasMessageContaining("features must be as many as in the calls before, 2");
  }

  @Test
  void layersRunOnTheirOwn() {
    var quantizer = Configs.of(QuantizationStrategy.DYNAMIC).decay(0.5).quantizer();
    quantizer.quantize("a", batch(100), 2, 2);
    assertThat(quantizer.quantize("b", batch(2), 2, 2).scale(0)).isEqualTo(scaleOf(2));
    assertThat(quantizer.quantize("a", batch(1), 2, 2).scale(0)).isEqualTo(scaleOf(34));
  }

  @Test
  void refusedAndEmptyCallsAreNoSteps() {
    var quantizer = Configs.of(QuantizationStrategy.DYNAMIC).decay(0.5).quantizer();
    quantizer.quantize(batch(4), 2, 2);
    assertThatThrownBy(() -> quantizer.quantize(new float[] {1, Float.NaN}, 1, 2))
        .isInstanceOf(InvalidTensorException.class);
    assertThat(quantizer.quantize(new float[0], 0, 4).codes()).isEmpty();
    assertThat(quantizer.quantize(new float[0], 3, 0).codes()).isEmpty();
    assertThat(quantizer.quantize(batch(1), 2, 2).scale(0)).isEqualTo(scaleOf(2));
  }

  @Test
  void noStepIsLostBetweenThreads() throws Exception {
    int steps = 4000;
    var quantizer = Configs.of(QuantizationStrategy.STATIC).warmup(steps).window(10000).quantizer();
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<QuantizedActivations>> calls = new ArrayList<>();
      for (int i = 0; i < steps; i++) {
        calls.add(threads.submit(() -> quantizer.quantize("l", batch(3), 2, 2)));
      }
      for (Future<QuantizedActivations> call : calls) {
        assertThat(call.get().scale(0)).isEqualTo(scaleOf(3));
      }
    }
    var layer = quantizer.calibration().orElseThrow().layer("l").orElseThrow();
    assertThat(layer.samples()).isEqualTo(2L * steps);
    assertThat(layer.ranges()[0]).isEqualTo(3);
  }
}

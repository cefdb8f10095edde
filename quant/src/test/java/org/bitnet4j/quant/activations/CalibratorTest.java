package org.bitnet4j.quant.activations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.config.ActivationQuantizationConfig;
import org.bitnet4j.quant.config.QuantizationStrategy;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Calibration: the same sample however the stream is split, uniform, with exact ranges.
@Tag("kernels")
class CalibratorTest {
  private static final int COLUMNS = 24;

  private static Configs configs() {
    return Configs.of(QuantizationStrategy.STATIC).calibrationSize(50).seed(7).percentile(99);
  }

  private static float[] row(long number) {
    float[] row = Activations.OUTLIERS.values(number, COLUMNS);
    row[5] *= 9;
    return row;
  }

  private static void observe(Calibrator calibrator, Iterable<Integer> numbers) {
    for (int number : numbers) {
      calibrator.observe("a", number, row(number));
      calibrator.observe("b", number, row(number + 100_000L), 1, COLUMNS);
    }
  }

  private static List<Integer> numbers(int count) {
    List<Integer> numbers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      numbers.add(i);
    }
    return numbers;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void anyOrderSplitAndMergeGivesTheSameArtefact(boolean perChannel) {
    ActivationQuantizationConfig config = configs().perChannel(perChannel).clip(4).build();
    List<Integer> numbers = numbers(600);
    Calibrator whole = Calibrator.of(config);
    observe(whole, numbers);
    CalibrationArtefact expected = whole.freeze();
    SplittableRandom random = new SplittableRandom(2);
    for (int round = 0; round < 10; round++) {
      Collections.shuffle(numbers, new Random(round));
      List<Calibrator> parts = new ArrayList<>();
      int from = 0;
      while (from < numbers.size()) {
        int to = Math.min(numbers.size(), from + random.nextInt(1, 400));
        Calibrator part = Calibrator.of(config);
        observe(part, numbers.subList(from, to));
        parts.add(part);
        from = to;
      }
      while (parts.size() > 1) {
        Calibrator other = parts.remove(random.nextInt(parts.size()));
        parts.get(random.nextInt(parts.size())).merge(other);
      }
      assertThat(parts.getFirst().freeze()).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 8})
  void anyThreadCountGivesTheSameArtefact(int count) throws Exception {
    ActivationQuantizationConfig config = configs().build();
    Calibrator whole = Calibrator.of(config);
    observe(whole, numbers(400));
    Calibrator shared = Calibrator.of(config);
    try (ExecutorService threads = Executors.newFixedThreadPool(count)) {
      List<Future<?>> parts = new ArrayList<>();
      for (int part = 0; part < count; part++) {
        List<Integer> mine = new ArrayList<>();
        for (int number = part; number < 400; number += count) {
          mine.add(number);
        }
        parts.add(threads.submit(() -> observe(shared, mine)));
      }
      for (Future<?> part : parts) {
        part.get();
      }
    }
    assertThat(shared.freeze().toJson()).isEqualTo(whole.freeze().toJson());
  }

  @Test
  void theReservoirIsUniformOverTheStream() {
    // 2000 seeds, 40 of 400 numbers each: every tenth of the stream must be hit evenly, and numbers
    // next to each other independently.
    int[] byTenth = new int[10];
    int neighbours = 0;
    for (long seed = 0; seed < 2000; seed++) {
      SampleReservoir reservoir = new SampleReservoir(40, seed);
      for (int number = 0; number < 400; number++) {
        assertThat(reservoir.add(number, new float[1], 0, 1)).isTrue();
      }
      long before = -2;
      assertThat(reservoir.samples()).hasSize(40);
      for (SampleReservoir.Sample sample : reservoir.samples()) {
        byTenth[(int) sample.number() / 40]++;
        neighbours += sample.number() == before + 1 ? 1 : 0;
        before = sample.number();
      }
    }
    double chiSquare = 0;
    for (int count : byTenth) {
      chiSquare += Math.pow(count - 8000, 2) / 8000;
    }
    assertThat(chiSquare).isLessThan(27.9); // 9 degrees of freedom, p = 0.001
    // 399 pairs of 40/400 · 39/399 each: 3.9 a seed, 7800 in all, deviation about 85.
    assertThat(neighbours).isBetween(7460, 8140);
  }

  @Test
  void numbersAtTheEndsOfTheLongRangeHavePrioritiesToo() {
    SampleReservoir reservoir = new SampleReservoir(3, 1);
    for (long number : new long[] {Long.MIN_VALUE, -1, 0, 1, Long.MAX_VALUE}) {
      assertThat(reservoir.add(number, new float[1], 0, 1)).isTrue();
    }
    assertThat(reservoir.samples()).hasSize(3);
  }

  @Test
  void aTokenIsKeptInAllLayersOrNone() {
    Calibrator calibrator = Calibrator.of(configs().calibrationSize(5).build());
    observe(calibrator, numbers(100));
    List<Integer> wanted = new ArrayList<>();
    for (int number = 100; number < 2000; number++) {
      assertThat(calibrator.wants("a", number)).isEqualTo(calibrator.wants("b", number));
      if (calibrator.wants("a", number)) {
        wanted.add(number);
      }
    }
    assertThat(wanted).isNotEmpty().hasSizeLessThan(300);
    CalibrationArtefact before = calibrator.freeze();
    List<Integer> unwanted = numbers(2000).subList(100, 2000);
    unwanted.removeAll(wanted);
    observe(calibrator, unwanted);
    assertThat(calibrator.freeze()).isEqualTo(before);
    assertThat(calibrator.wants("never seen", 3)).isTrue();
  }

  @Test
  void theRangeIsThePercentileOfAllThatWasKept() {
    for (boolean perChannel : new boolean[] {false, true}) {
      Calibrator calibrator =
          Calibrator.of(configs().calibrationSize(1000).perChannel(perChannel).build());
      observe(calibrator, numbers(300));
      LayerCalibration layer = calibrator.freeze().layer("a").orElseThrow();
      assertThat(layer.samples()).isEqualTo(300);
      assertThat(layer.columns()).isEqualTo(COLUMNS);
      float[] ranges = layer.ranges();
      assertThat(ranges).hasSize(perChannel ? COLUMNS : 1);
      for (int i = 0; i < ranges.length; i++) {
        float[] magnitudes = new float[perChannel ? 300 : 300 * COLUMNS];
        for (int j = 0; j < magnitudes.length; j++) {
          magnitudes[j] =
              perChannel ? Math.abs(row(j)[i]) : Math.abs(row(j / COLUMNS)[j % COLUMNS]);
        }
        Arrays.sort(magnitudes);
        assertThat(ranges[i]).isEqualTo(magnitudes[magnitudes.length * 99 / 100 - 1]);
      }
    }
  }

  @Test
  void samplesAreClippedBeforeTheRangeIsTaken() {
    Calibrator calibrator = Calibrator.of(configs().percentile(100).clip(2).build());
    float[] values = new float[100];
    for (int i = 0; i < 100; i++) {
      values[i] = i % 2 == 0 ? 1 : -1;
    }
    values[0] = 101;
    calibrator.observe("a", 0, values, 4, 25);
    double mean = (101 - 1) / 100.0; // 49 ones and 50 minus ones beside the outlier
    double deviations = 0;
    for (float value : values) {
      deviations += Math.pow(value - mean, 2);
    }
    LayerCalibration layer = calibrator.freeze().layer("a").orElseThrow();
    assertThat(layer.clipped()).isEqualTo(1);
    assertThat(layer.ranges()[0]).isEqualTo((float) (mean + 2 * Math.sqrt(deviations / 100)));
    assertThat(calibrator.freeze()).isEqualTo(calibrator.freeze()); // the samples stay as they were
  }

  @Test
  void seedAndSizeDecideTheSample() {
    CalibrationArtefact base = frozen(configs());
    assertThat(frozen(configs())).isEqualTo(base);
    assertThat(frozen(configs().seed(8)).layers()).isNotEqualTo(base.layers());
    assertThat(frozen(configs().calibrationSize(51)).layers()).isNotEqualTo(base.layers());
    assertThat(base.layer("a").orElseThrow().samples()).isEqualTo(50);
    assertThat(base.seed()).isEqualTo(7);
    var absent = Calibrator.of(Configs.symmetric().build());
    observe(absent, numbers(60));
    assertThat(absent.freeze().seed()).isEqualTo(Calibrator.DEFAULT_SEED);
    assertThat(absent.freeze().layer("a").orElseThrow().samples()).isEqualTo(60);
  }

  private static CalibrationArtefact frozen(Configs configs) {
    Calibrator calibrator = Calibrator.of(configs.build());
    observe(calibrator, numbers(300));
    return calibrator.freeze();
  }

  @Test
  void rangesAreThoseStaticUses() {
    CalibrationArtefact artefact = frozen(configs());
    var quantized =
        ActivationQuantizer.of(configs().build(), artefact).quantize("a", row(3), 1, COLUMNS);
    assertThat(quantized.scale(0)).isEqualTo(127f / artefact.layer("a").orElseThrow().ranges()[0]);
  }

  @Test
  void whatCannotBeSampledIsRefused() {
    Calibrator calibrator = Calibrator.of(configs().build());
    calibrator.observe("a", 1, new float[] {1, 2});
    assertThatThrownBy(() -> calibrator.observe("a", 2, new float[] {1, Float.NaN}))
        .isInstanceOf(InvalidTensorException.class)
        .hasMessageContaining("tensor a at index 1");
    assertThatThrownBy(() -> calibrator.observe("a", 2, new float[3]))
        .isInstanceOf(InvalidTensorException.class)
        .hasMessageContaining("features must be the 2");
    assertThatThrownBy(() -> calibrator.observe("a", 2, new float[0]))
        .isInstanceOf(InvalidTensorException.class);
    assertThatThrownBy(() -> calibrator.observe("a", 2, new float[5], 2, 2))
        .isInstanceOf(InvalidTensorException.class);
    assertThatThrownBy(() -> calibrator.observe("a", 1, new float[] {1, 2}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("sample number of layer a must be new, got [1]");
    assertThatThrownBy(() -> calibrator.observe("", 1, new float[] {1, 2}))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> calibrator.observe("\ud800", 1, new float[] {1, 2}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("layer name must be well-formed");
    assertThatThrownBy(() -> calibrator.merge(calibrator))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("itself");
    assertThatThrownBy(() -> calibrator.merge(Calibrator.of(configs().seed(1).build())))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Calibrator.of(configs().build()).freeze())
        .isInstanceOf(CalibrationException.class);
    assertThat(calibrator.freeze().layer("a").orElseThrow().samples()).isEqualTo(1);
  }
}

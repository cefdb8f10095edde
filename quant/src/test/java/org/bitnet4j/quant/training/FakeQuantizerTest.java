package org.bitnet4j.quant.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.bitnet4j.quant.Granularity;
import org.bitnet4j.quant.QuantizedTensor;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TensorSource;
import org.bitnet4j.quant.config.WeightQuantizationConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class FakeQuantizerTest {
  private static final int ROWS = 3;
  private static final int COLUMNS = 10;
  private static final Quantization PER_TENSOR =
      NaiveQuantizations.absmean(new Granularity.PerTensor(), 1.5f);

  static Stream<Quantization> quantizations() {
    return Stream.of(
        PER_TENSOR,
        NaiveQuantizations.absmean(new Granularity.PerRow(), 1.5f),
        NaiveQuantizations.absmean(new Granularity.PerGroup(4), Float.MAX_VALUE),
        NaiveQuantizations.asymmetric(4),
        NaiveQuantizations.asymmetric(8));
  }

  static Stream<Arguments> quantizationsAndLambdas() {
    return quantizations()
        .flatMap(q -> Stream.of(0.0, 0.3, 1.0).map(lambda -> Arguments.of(q, lambda)));
  }

  private static float[] gaussian(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[ROWS * COLUMNS];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static TensorSource source(float[] values) {
    return TensorSource.of("w", TensorShape.of(ROWS, COLUMNS), values);
  }

  private static WeightQuantizationConfig config(boolean learnable, boolean frozen) {
    return TrainingConfigs.weights(true, learnable, frozen, null, null);
  }

  private static double loss(FakeQuantizedWeights forward, float[] gradient) {
    double loss = 0;
    for (int i = 0; i < gradient.length; i++) {
      loss += (double) gradient[i] * forward.values()[i];
    }
    return loss;
  }

  private static float[] scales(QuantizedTensor tensor) {
    float[] scales = new float[(int) tensor.scales().count()];
    for (int group = 0; group < scales.length; group++) {
      scales[group] = tensor.scales().multiplier(group);
    }
    return scales;
  }

  @ParameterizedTest
  @MethodSource("quantizations")
  void forwardIsTheExportersFunction(Quantization quantization) {
    float[] w = gaussian(1);
    float[] exported = new float[w.length];
    QuantizedTensor tensor = quantization.quantize(source(w)).tensor();
    try (tensor;
        FakeQuantizedWeights forward =
            FakeQuantizer.of(config(false, false), quantization).forward(source(w), 1)) {
      for (int row = 0; row < ROWS; row++) {
        tensor.dequantizeRow(row, exported, row * COLUMNS);
      }
      assertThat(forward.values()).containsExactly(exported);
      assertThat(
              forward
                  .tensor()
                  .scales()
                  .multiplierBytes()
                  .mismatch(tensor.scales().multiplierBytes()))
          .isEqualTo(-1);
    }
  }

  @Test
  void warmUpBlendsFromFloatToQuantized() {
    float[] w = gaussian(2);
    FakeQuantizer quantizer = FakeQuantizer.of(config(false, false), PER_TENSOR);
    try (FakeQuantizedWeights none = quantizer.forward(source(w), 0);
        FakeQuantizedWeights half = quantizer.forward(source(w), 0.5);
        FakeQuantizedWeights full = quantizer.forward(source(w), 1)) {
      assertThat(none.values()).containsExactly(w);
      for (int i = 0; i < w.length; i++) {
        assertThat(half.values()[i]).isCloseTo((w[i] + full.values()[i]) / 2, within(2e-7f));
      }
    }
    assertThatThrownBy(() -> quantizer.forward(source(w), Double.NaN))
        .hasMessageContaining("[NaN]");
  }

  @Test
  void gradientPassesStraightThroughWhereNothingIsClipped() {
    float[] w = gaussian(3);
    float[] g = gaussian(4);
    FakeQuantizer quantizer =
        FakeQuantizer.of(
            config(false, false),
            NaiveQuantizations.absmean(new Granularity.PerRow(), Float.MAX_VALUE));
    try (FakeQuantizedWeights forward = quantizer.forward(source(w), 1)) {
      WeightGradients gradients = quantizer.backward(forward, g);
      assertThat(gradients.weights()).containsExactly(g).isNotSameAs(g);
      assertThat(gradients.scales()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.25, 1})
  void clippedWeightsKeepOnlyTheFloatPath(double lambda) {
    float[] w = gaussian(5);
    w[0] = 4;
    w[17] = -1.6f;
    w[18] = 1.5f;
    float[] g = gaussian(6);
    FakeQuantizer quantizer = FakeQuantizer.of(config(false, false), PER_TENSOR);
    try (FakeQuantizedWeights forward = quantizer.forward(source(w), lambda)) {
      float[] gradient = quantizer.backward(forward, g).weights();
      for (int i = 0; i < w.length; i++) {
        double path = Math.abs(w[i]) > 1.5f ? 1 - lambda : 1;
        assertThat(gradient[i]).isEqualTo((float) (path * g[i]));
      }
      assertThat(gradient[18]).isEqualTo(g[18]);
    }
  }

  @ParameterizedTest
  @MethodSource("quantizationsAndLambdas")
  void scaleGradientIsTheTrueOneTimesTheLsqFactor(Quantization quantization, double lambda) {
    float[] w = gaussian(7);
    float[] g = gaussian(8);
    FakeQuantizer quantizer = FakeQuantizer.of(config(true, true), quantization);
    try (FakeQuantizedWeights forward = quantizer.forward(source(w), lambda)) {
      float[] alpha = scales(forward.tensor());
      WeightGradients gradients = quantizer.backward(forward, g);
      assertThat(gradients.weights()).containsOnly(0f);
      assertThat(gradients.scales()).hasSameSizeAs(alpha);
      Granularity granularity = forward.tensor().scales().granularity();
      int largest =
          forward.tensor() instanceof org.bitnet4j.quant.IntegerTensor codes
              ? (1 << codes.bits()) - 1
              : 1;
      for (int group = 0; group < alpha.length; group++) {
        float step = 1 / 64f;
        float[] up = alpha.clone();
        up[group] += step;
        float[] down = alpha.clone();
        down[group] -= step;
        double slope;
        try (FakeQuantizedWeights above = quantizer.forwardWithScales(source(w), up, lambda);
            FakeQuantizedWeights below = quantizer.forwardWithScales(source(w), down, lambda)) {
          slope = (loss(above, g) - loss(below, g)) / ((double) up[group] - down[group]);
        }
        int size = 0;
        for (int i = 0; i < w.length; i++) {
          size += granularity.groupOf(i / COLUMNS, i % COLUMNS, COLUMNS) == group ? 1 : 0;
        }
        assertThat((double) gradients.scales()[group])
            .isCloseTo(slope / Math.sqrt((double) size * largest), within(2e-4));
      }
    }
  }

  @Test
  void learnedScalesAreWhatIsExported() {
    float[] w = gaussian(9);
    FakeQuantizer quantizer = FakeQuantizer.of(config(true, false), PER_TENSOR);
    try (FakeQuantizedWeights plain = quantizer.forward(source(w), 1);
        FakeQuantizedWeights learned =
            quantizer.forwardWithScales(source(w), new float[] {0.5f}, 1)) {
      assertThat(learned.tensor().scales().multiplier(0)).isEqualTo(0.5f);
      assertThat(
              org.bitnet4j.quant.TensorHash.of((org.bitnet4j.quant.TernaryTensor) learned.tensor())
                  .codesHash())
          .isEqualTo(
              org.bitnet4j.quant.TensorHash.of((org.bitnet4j.quant.TernaryTensor) plain.tensor())
                  .codesHash());
      for (int i = 0; i < w.length; i++) {
        assertThat(learned.values()[i]).isEqualTo(0.5f * Math.signum(plain.values()[i]));
      }
    }
  }

  @Test
  void refusals() {
    float[] w = gaussian(10);
    assertThatThrownBy(() ->
            FakeQuantizer.of(TrainingConfigs.weights(false, false, false, null, null), PER_TENSOR))
        .isInstanceOf(TrainingRefusedException.class)
        .hasMessage(
            "qatEnabled must be true for training, got [false]. Set it, as withQat(true) does.");
    assertThatThrownBy(() ->
            FakeQuantizer.of(config(false, false), PER_TENSOR)
                .forwardWithScales(source(w), new float[1], 1))
        .isInstanceOf(TrainingRefusedException.class)
        .hasMessageContaining("learnableScales");
    FakeQuantizer quantizer = FakeQuantizer.of(config(true, false), PER_TENSOR);
    assertThatThrownBy(() -> quantizer.forwardWithScales(source(w), new float[2], 1))
        .hasMessageContaining("(1), got [2]");
    assertThatThrownBy(() -> quantizer.forwardWithScales(source(w), new float[] {Float.NaN}, 1))
        .hasMessageContaining("[NaN]");
    try (FakeQuantizedWeights forward = quantizer.forward(source(w), 1)) {
      assertThatThrownBy(() -> quantizer.backward(forward, new float[2]))
          .hasMessageContaining("(30), got [2]");
    }
  }

  @Test
  void aRefusedForwardPassReleasesItsTensor() {
    float[] w = gaussian(11);
    QuantizedTensor[] made = new QuantizedTensor[1];
    Quantization watched =
        weights -> {
          Quantization.Result result = PER_TENSOR.quantize(weights);
          made[0] = result.tensor();
          return result;
        };
    FakeQuantizer quantizer = FakeQuantizer.of(config(true, false), watched);
    assertThatThrownBy(() -> quantizer.forwardWithScales(source(w), new float[2], 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> made[0].scales().multiplier(0))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void emptyMatrix() {
    TensorSource empty = TensorSource.of("w", TensorShape.of(0, 4), new float[0]);
    FakeQuantizer quantizer = FakeQuantizer.of(config(true, false), PER_TENSOR);
    try (FakeQuantizedWeights forward = quantizer.forward(empty, 1)) {
      WeightGradients gradients = quantizer.backward(forward, new float[0]);
      assertThat(gradients.weights()).isEmpty();
      assertThat(gradients.scales()).isEmpty();
    }
  }
}

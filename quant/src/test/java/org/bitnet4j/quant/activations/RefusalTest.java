package org.bitnet4j.quant.activations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.TreeMap;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.config.QuantizationStrategy;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What cannot be quantized is refused with a type, a layer and an index.
@Tag("kernels")
class RefusalTest {
  @ParameterizedTest
  @EnumSource
  void everyValueThatIsNotFiniteIsRefusedWhereverItStands(QuantizationStrategy strategy) {
    for (boolean caching : new boolean[] {false, true}) {
      Configs configs = Configs.of(strategy).warmup(5);
      var quantizer = (caching ? configs.caching(1) : configs).quantizer();
      for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
        for (int index : new int[] {0, 1, 17, 31, 32, 99}) {
          float[] values = Activations.GAUSSIAN.values(1, 100);
          values[index] = bad;
          assertThatThrownBy(() -> quantizer.quantize("blk.7.ffn_down", values, 4, 25))
              .isInstanceOfSatisfying(
                  InvalidTensorException.class,
                  refusal -> {
                    assertThat(refusal.tensor()).isEqualTo("blk.7.ffn_down");
                    assertThat(refusal.index()).isEqualTo(index);
                    assertThat(refusal).hasMessageContaining("must be finite, got [" + bad + "]");
                  });
        }
      }
    }
  }

  @Test
  void theFirstOfManyIsNamed() {
    var quantizer = Configs.symmetric().quantizer();
    float[] values = {0, Float.NaN, Float.POSITIVE_INFINITY};
    assertThatThrownBy(() -> quantizer.quantize(values, 1, 3))
        .hasMessageContaining("tensor activations at index 1");
  }

  @Test
  void aCountThatIsNotTheShapeIsRefused() {
    var quantizer = Configs.symmetric().quantizer();
    int[][] shapes = {{2, 3}, {-1, -5}, {0, 5}, {65536, 65536}, {5, -1}};
    for (int[] shape : shapes) {
      assertThatThrownBy(() -> quantizer.quantize(new float[5], shape[0], shape[1]))
          .isInstanceOf(InvalidTensorException.class)
          .hasMessageContaining("value count must be rows * columns");
    }
  }

  @Test
  void staticWithoutAnyCalibrationIsRefused() {
    var config = Configs.of(QuantizationStrategy.STATIC).build();
    assertThatThrownBy(() -> ActivationQuantizer.of(config))
        .isInstanceOf(CalibrationException.class)
        .hasMessageContaining("STATIC activations must be calibrated");
  }

  @Test
  void anArtefactThatDoesNotFitIsRefused() {
    var layers = new TreeMap<String, LayerCalibration>();
    layers.put("a", new LayerCalibration(2, 1, 0, 1f));
    var artefact = new CalibrationArtefact(100, null, 42, false, layers);
    assertThatThrownBy(() -> ActivationQuantizer.of(Configs.symmetric().build(), artefact))
        .isInstanceOf(CalibrationException.class)
        .hasMessageContaining("strategy must be STATIC");
    assertThatThrownBy(() ->
            ActivationQuantizer.of(
                Configs.of(QuantizationStrategy.STATIC).perChannel(true).build(), artefact))
        .isInstanceOf(CalibrationException.class)
        .hasMessageContaining("perChannel");
    // A warm-up does not stand in for a layer that the artefact lacks.
    var quantizer =
        ActivationQuantizer.of(Configs.of(QuantizationStrategy.STATIC).warmup(5).build(), artefact);
    assertThat(quantizer.quantize("a", new float[2], 1, 2).codes()).containsExactly(0, 0);
    assertThatThrownBy(() -> quantizer.quantize("b", new float[2], 1, 2))
        .isInstanceOfSatisfying(
            CalibrationException.class, refusal -> assertThat(refusal.layer()).isEqualTo("b"));
    assertThatThrownBy(() -> quantizer.quantize("a", new float[3], 1, 3))
        .isInstanceOf(CalibrationException.class)
        .hasMessageContaining("features must be the 2 that were calibrated");
  }
}

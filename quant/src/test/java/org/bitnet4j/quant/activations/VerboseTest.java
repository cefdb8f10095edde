package org.bitnet4j.quant.activations;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.TreeMap;
import java.util.logging.Level;
import org.bitnet4j.quant.config.QuantizationStrategy;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Decisions are logged at INFO with `verbose`, else at DEBUG (FINE).
@Tag("kernels")
class VerboseTest {
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void decisionsTakeTheLevelOfVerbose(boolean verbose) {
    List<RecordedLog.Line> lines =
        RecordedLog.during(() -> {
          var configs = Configs.of(QuantizationStrategy.STATIC).warmup(2).verbose(verbose);
          var quantizer = configs.quantizer();
          quantizer.quantize("l\n1", new float[] {1}, 1, 1);
          quantizer.quantize("l\n1", new float[] {3}, 1, 1);
          quantizer.quantize("l\n1", new float[] {3}, 1, 1);
          Calibrator calibrator = Calibrator.of(configs.build());
          calibrator.observe("l", 0, new float[] {1});
          calibrator.freeze();
        });
    assertThat(lines)
        .extracting(RecordedLog.Line::level)
        .containsOnly(verbose ? Level.INFO : Level.FINE);
    assertThat(lines)
        .extracting(RecordedLog.Line::text)
        .satisfiesExactly(
            created ->
                assertThat(created).startsWith("activations: EIGHT_BIT STATIC, scale per TENSOR"),
            frozen ->
                assertThat(frozen)
                    .startsWith("layer l\\u000a1: warm-up ended after 2 steps")
                    .endsWith("frozen"),
            ranged -> assertThat(ranged).startsWith("layer l: range from 1 samples"),
            calibrated -> assertThat(calibrated).startsWith("calibration: 1 layers frozen"));
  }

  @Test
  void anArtefactOfAnotherPercentileIsWarnedOf() {
    var layers = new TreeMap<String, LayerCalibration>();
    layers.put("a", new LayerCalibration(2, 1, 0, 1f));
    var artefact = new CalibrationArtefact(99, null, 42, false, layers);
    var lines =
        RecordedLog.during(() ->
            ActivationQuantizer.of(Configs.of(QuantizationStrategy.STATIC).build(), artefact));
    assertThat(lines.getFirst().level()).isEqualTo(Level.WARNING);
    assertThat(lines.getFirst().text()).contains("percentile 99.0").contains("100.0");
  }
}

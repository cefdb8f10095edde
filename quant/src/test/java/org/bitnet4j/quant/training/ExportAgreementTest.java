package org.bitnet4j.quant.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.bitnet4j.quant.TensorHash;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TensorSource;
import org.bitnet4j.quant.TernaryTensor;
import org.bitnet4j.quant.config.QuantizationConfig;
import org.bitnet4j.quant.config.TernaryMethod;
import org.bitnet4j.quant.config.WeightQuantizationConfig;
import org.bitnet4j.quant.weights.QuantizedWeights;
import org.bitnet4j.quant.weights.WeightQuantizer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What training sees and what export writes is one function.
class ExportAgreementTest {
  private static final int ROWS = 5;
  private static final int COLUMNS = 24;

  @ParameterizedTest
  @CsvSource({
    "MEAN_THRESHOLD,false,",
    "MEDIAN_THRESHOLD,true,1.5",
    "OPTIMAL_THRESHOLD,false,1.0",
    "ADAPTIVE_THRESHOLD,true,",
    "MEAN_THRESHOLD,false,0.5"
  })
  void exportedTritsAreThoseOfTheLastForward(
      TernaryMethod method, boolean perChannel, Double clipThreshold) {
    WeightQuantizationConfig config =
        WeightQuantizationConfig.builder()
            .base(
                QuantizationConfig.builder()
                    .qatEnabled(true)
                    .perChannel(perChannel)
                    .clipThreshold(clipThreshold)
                    .build())
            .ternaryMethod(method)
            .build();
    float[] values = new float[ROWS * COLUMNS];
    SplittableRandom random = new SplittableRandom(8);
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    TensorSource source = TensorSource.of("w", TensorShape.of(ROWS, COLUMNS), values);
    FakeQuantizer trainer = FakeQuantizer.of(config, Quantization.of(config));
    try (FakeQuantizedWeights forward = trainer.forward(source, 1);
        QuantizedWeights exported = WeightQuantizer.of(config).quantize(source)) {
      assertThat(TensorHash.of((TernaryTensor) exported.tensor()))
          .isEqualTo(TensorHash.of((TernaryTensor) forward.tensor()));
      float[] row = new float[COLUMNS];
      for (int r = 0; r < ROWS; r++) {
        exported.tensor().dequantizeRow(r, row, 0);
        for (int c = 0; c < COLUMNS; c++) {
          assertThat(forward.values()[r * COLUMNS + c]).isEqualTo(row[c]);
        }
      }
      float[] ones = new float[values.length];
      java.util.Arrays.fill(ones, 1f);
      float[] gradient = trainer.backward(forward, ones).weights();
      long stopped = 0;
      for (float g : gradient) {
        stopped += g == 0 ? 1 : 0;
      }
      assertThat(stopped).as("clamped weights pass no gradient").isEqualTo(exported.clipped());
    }
  }
}

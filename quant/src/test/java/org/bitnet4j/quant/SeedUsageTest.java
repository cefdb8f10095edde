package org.bitnet4j.quant;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.bitnet4j.quant.activations.ActivationQuantizer;
import org.bitnet4j.quant.activations.QuantizedActivations;
import org.bitnet4j.quant.config.ActivationQuantizationConfig;
import org.bitnet4j.quant.config.LegacyPackingConfig;
import org.bitnet4j.quant.config.LegacyQuantizationConfig;
import org.bitnet4j.quant.config.LegacyWeightQuantizationConfig;
import org.bitnet4j.quant.config.Migration;
import org.bitnet4j.quant.config.PackingConfig;
import org.bitnet4j.quant.config.QuantizationConfig;
import org.bitnet4j.quant.config.QuantizationPrecision;
import org.bitnet4j.quant.config.QuantizationStrategy;
import org.bitnet4j.quant.config.TernaryMethod;
import org.bitnet4j.quant.config.TernaryPackingStrategy;
import org.bitnet4j.quant.config.WeightQuantizationConfig;
import org.bitnet4j.quant.packing.PackedTensor;
import org.bitnet4j.quant.packing.TernaryPacker;
import org.bitnet4j.quant.weights.QuantizedWeights;
import org.bitnet4j.quant.weights.WeightQuantizer;
import org.junit.jupiter.api.Test;

/// The usage examples of the BitNet quantization configuration guide that run quantizers and
/// packers, in their Java form. The snippets that only configure are in `SeedDocumentTest`.
class SeedUsageTest {
  private static TensorSource normal(int rows, int columns) {
    SplittableRandom random = new SplittableRandom(42);
    float[] values = new float[rows * columns];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return TensorSource.of("weights", TensorShape.of(rows, columns), values);
  }

  @Test
  void basicBitNetQuantization() {
    WeightQuantizationConfig config = WeightQuantizationConfig.bitnet();
    TensorSource weights = normal(64, 128);
    try (QuantizedWeights quantized = WeightQuantizer.of(config).quantize(weights)) {
      assertThat(quantized.tensor()).isInstanceOf(TernaryTensor.class);
      assertThat(quantized.tensor().scales().multiplier(0)).isBetween(0.75f, 0.85f);
    }
  }

  @Test
  void customConfiguration() {
    WeightQuantizationConfig custom =
        WeightQuantizationConfig.builder()
            .base(QuantizationConfig.int8())
            .groupSize(64)
            .learnableScales(true)
            .ternaryMethod(TernaryMethod.OPTIMAL_THRESHOLD)
            .packing(PackingConfig.maxCompression())
            .build();
    custom.validate();
    try (QuantizedWeights quantized = WeightQuantizer.of(custom).quantize(normal(16, 128))) {
      assertThat(quantized.tensor()).isInstanceOf(IntegerTensor.class);
      assertThat(quantized.tensor().scales().count()).isEqualTo(16 * 2);
    }
  }

  @Test
  void dynamicActivationQuantization() {
    ActivationQuantizationConfig config =
        ActivationQuantizationConfig.dynamic().withPerToken().withWindow(200).withCaching(512);
    ActivationQuantizer quantizer = ActivationQuantizer.of(config);
    float[] activations = {0.5f, -1f, 0.25f, 2f, 4f, -8f};
    QuantizedActivations quantized = quantizer.quantize(activations, 2, 3);
    quantizer.quantize(activations, 2, 3);
    assertThat(quantizer.cacheStatistics().orElseThrow().hits()).isEqualTo(1);
    assertThat(quantized.dequantize()).hasSize(6);
  }

  @Test
  void simdOptimizedPacking() {
    PackingConfig config = PackingConfig.maxSpeed().withParallelPacking(8).withCompressionLevel(0);
    TernaryPacker packer = TernaryPacker.of(config);
    try (QuantizedWeights weights =
            WeightQuantizer.of(WeightQuantizationConfig.bitnet()).quantize(normal(64, 128));
        PackedTensor packed = packer.pack((TernaryTensor) weights.tensor());
        TernaryTensor unpacked = packer.unpackTernary(packed)) {
      assertThat(packed.payload().byteSize()).isEqualTo(64 * 128 / 4);
      assertThat(TensorHash.of(unpacked))
          .isEqualTo(TensorHash.of((TernaryTensor) weights.tensor()));
    }
  }

  @Test
  void migrationFromLegacyConfigurations() {
    LegacyWeightQuantizationConfig old =
        new LegacyWeightQuantizationConfig(
            new LegacyQuantizationConfig(
                QuantizationPrecision.TERNARY_1_58,
                QuantizationStrategy.SYMMETRIC,
                false,
                null,
                false,
                null),
            128,
            true,
            0,
            false,
            null,
            TernaryMethod.MEDIAN_THRESHOLD,
            null,
            new LegacyPackingConfig(TernaryPackingStrategy.BASE3_PACKED, 64, 0.7, true, 16, false));
    Migration<WeightQuantizationConfig> migration = WeightQuantizationConfig.fromLegacy(old);
    migration.value().validate();
    assertThat(migration.value().groupSize()).isEqualTo(128);
    assertThat(migration.value().outlierThreshold()).as("0 meant off").isNull();
    assertThat(migration.notes()).isNotEmpty();
  }
}

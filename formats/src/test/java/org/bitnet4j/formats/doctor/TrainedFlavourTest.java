package org.bitnet4j.formats.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.bitnet4j.formats.checkpoint.Checkpoint;
import org.bitnet4j.formats.checkpoint.CheckpointTensor;
import org.bitnet4j.formats.checkpoint.I2sFlavour;
import org.bitnet4j.quant.TensorSource;
import org.bitnet4j.quant.Workers;
import org.bitnet4j.quant.config.WeightQuantizationConfig;
import org.bitnet4j.quant.weights.QuantizedWeights;
import org.bitnet4j.quant.weights.WeightQuantizer;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// The flavour of I2_S on weights that were trained, not generated.
final class TrainedFlavourTest {
  private static final Path CHECKPOINTS =
      Path.of(System.getProperty("bitnet4j.root", ".."), "checkpoints");

  @TempDir Path directory;

  static Stream<Arguments> modelsAndFlavours() {
    return Stream.of("tiny-bitnet", "tiny-float")
        .flatMap(model -> Stream.of(I2sFlavour.values()).map(f -> Arguments.of(model, f)));
  }

  @ParameterizedTest
  @MethodSource("modelsAndFlavours")
  void theFlavourIsTold(String model, I2sFlavour flavour) {
    Path file = write(model, flavour);
    Diagnosis diagnosis = Doctor.examine(file);
    List<String> codes = diagnosis.findings().stream().map(Finding::code).toList();
    if (flavour == I2sFlavour.X86) {
      assertThat(codes).doesNotContain("i2s-flavour", "i2s-flavour-undecided");
      assertThat(diagnosis.measurements()).containsKey("I2_S flavour");
    } else {
      assertThat(codes).contains("i2s-flavour");
      Finding finding =
          diagnosis.findings().stream()
              .filter(found -> found.code().equals("i2s-flavour"))
              .findFirst()
              .orElseThrow();
      assertThat(finding.remedy())
          .endsWith(flavour == I2sFlavour.ARM ? "--i2s arm" : "--i2s four-rows");
    }
  }

  private Path write(String model, I2sFlavour flavour) {
    GgufSpecimen specimen = GgufSpecimen.empty();
    try (Checkpoint checkpoint = Checkpoint.open(CHECKPOINTS.resolve(model));
        Workers workers = Workers.of(1)) {
      for (CheckpointTensor tensor : checkpoint.tensors()) {
        TensorSource source = checkpoint.floats(tensor);
        String name = GgufSpecimen.ggufName(tensor.name());
        if (TensorRole.of(tensor.name()).isProjection()) {
          try (QuantizedWeights weights =
              WeightQuantizer.of(WeightQuantizationConfig.bitnet()).quantize(source, workers)) {
            specimen.tensors.put(name, GgufSpecimen.pack(weights.tensor(), flavour.layout()));
          }
        } else {
          float[] values = new float[(int) source.shape().elements()];
          source.readRows(0, (int) source.shape().rows(), values, 0);
          specimen.tensors.put(
              name, GgufSpecimen.f32(new SampleModel.Floats(source.shape(), values)));
        }
      }
    }
    return specimen.write(directory.resolve("model.gguf"));
  }
}

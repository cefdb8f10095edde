package org.bitnet4j.formats.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bitnet4j.formats.checkpoint.Checkpoint;
import org.bitnet4j.formats.checkpoint.CheckpointTensor;
import org.bitnet4j.formats.checkpoint.Comparison;
import org.bitnet4j.formats.checkpoint.Inspection;
import org.bitnet4j.formats.output.ModelFormat;
import org.bitnet4j.formats.output.Progress;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.Workers;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// Every ordered pair of formats: a model goes from one to the other and keeps its trit hash, its
/// floats and its tokenizer.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ConversionMatrixTest {
  private static final String PROGRAM = "bitnet4j test";

  @TempDir Path folder;
  private Workers workers;

  @BeforeAll
  void start() {
    workers = Workers.of(2);
  }

  @AfterAll
  void stop() {
    workers.close();
  }

  static Path shipped() {
    return Path.of(System.getProperty("bitnet4j.root", ".."), "checkpoints", "tiny-bitnet");
  }

  private Path base(String name, SmallModels model) {
    Path file = folder.resolve(name + ".trit");
    if (!Files.exists(file)) {
      model.write(file, shipped());
    }
    return file;
  }

  private ConversionReport convert(Path from, ModelFormat format, Path to) {
    try (Checkpoint checkpoint = Checkpoint.open(from)) {
      return Converter.of(checkpoint, format, workers).run(to, PROGRAM, workers, Progress.NONE);
    }
  }

  private Inspection inspect(Path path) {
    try (Checkpoint checkpoint = Checkpoint.open(path)) {
      return Inspection.of(checkpoint.ternary(workers));
    }
  }

  /// Both architectures, through every pair.
  @ParameterizedTest
  @CsvSource({"bitnet, false", "llama, true"})
  void everyPairKeepsTheTritHash(String name, boolean llama) {
    Path base = base(name, new SmallModels(llama, 256, 512, 2, /* exactScales= */ true));
    String hash = inspect(base).tritHash();
    Map<ModelFormat, Path> firsts = new EnumMap<>(ModelFormat.class);
    for (ModelFormat from : ModelFormat.values()) {
      Path first = folder.resolve(name + "-" + from.name());
      ConversionReport report = convert(base, from, first);
      assertThat(report.hashes().tritHash()).isEqualTo(hash);
      assertThat(report.rounding().rounded()).isZero();
      assertThat(inspect(first).tritHash()).as(from.label()).isEqualTo(hash);
      firsts.put(from, first);
    }
    List<String> wrong = new ArrayList<>();
    for (ModelFormat from : ModelFormat.values()) {
      for (ModelFormat to : ModelFormat.values()) {
        Path second = folder.resolve(name + "-" + from.name() + "-" + to.name());
        convert(firsts.get(from), to, second);
        if (!hash.equals(inspect(second).tritHash())) {
          wrong.add(from.label() + " -> " + to.label());
        }
        wrong.addAll(differences(second, base, from.label() + " -> " + to.label()));
        remove(second);
      }
    }
    assertThat(wrong).isEmpty();
  }

  /// Whatever else the model holds came along, value for value.
  private List<String> differences(Path path, Path base, String pair) {
    try (Checkpoint converted = Checkpoint.open(path);
        Checkpoint original = Checkpoint.open(base)) {
      List<String> wrong = new ArrayList<>();
      Comparison.all(converted.ternary(workers), original).stream()
          .filter(comparison -> !comparison.agrees())
          .forEach(comparison ->
              wrong.add(pair + ": " + comparison.name() + " " + comparison.finding()));
      return wrong;
    }
  }

  private static void remove(Path path) {
    try (Stream<Path> entries = Files.walk(path)) {
      for (Path entry : entries.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(entry);
      }
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /// Multipliers that float16 cannot hold: trits stay, rounding is reported, exactly where the
  /// format has float16 or bfloat16 scales.
  @ParameterizedTest
  @EnumSource
  void roundedScalesAreReportedAndTritsStay(ModelFormat format) {
    Path base = base("rounded", new SmallModels(false, 256, 512, 1, /* exactScales= */ false));
    Inspection before = inspect(base);
    Path target = folder.resolve("rounded-" + format.name());
    ConversionReport report = convert(base, format, target);
    Inspection after = inspect(target);
    assertThat(after.codesHash()).isEqualTo(before.codesHash());
    boolean exact =
        switch (format) {
          case TRIT, SAFETENSORS_PACKED, GGUF_I2_S, GGUF_IQ2_BN -> true;
          case SAFETENSORS_BF16, GGUF_TQ1_0, GGUF_TQ2_0, GGUF_Q2_0, GGUF_IQ1_BN, GGUF_F16 -> false;
        };
    assertThat(report.rounding().rounded() == 0).isEqualTo(exact);
    assertThat(after.tritHash().equals(before.tritHash())).isEqualTo(exact);
    assertThat(report.rounding().largestRelativeError())
        .isLessThanOrEqualTo(format == ModelFormat.SAFETENSORS_BF16 ? 0x1p-8 : 0x1p-11);
  }

  /// Rows of 192 are no multiple of 128 or 256, rows of 160 not even of 64: refused by name before
  /// anything is written.
  @ParameterizedTest
  @CsvSource({"192, 384", "160, 352", "100, 300"})
  void shapesThatDoNotFitAreRefusedByName(int hidden, int inner) {
    SmallModels model = new SmallModels(false, hidden / 32 * 32, inner, 1, true);
    Path base = base("odd-" + hidden, model);
    String hash = inspect(base).tritHash();
    for (ModelFormat format : ModelFormat.values()) {
      Path target = folder.resolve("odd-" + hidden + "-" + format.name());
      if (fits(format, base)) {
        convert(base, format, target);
        assertThat(inspect(target).tritHash()).as(format.label()).isEqualTo(hash);
      } else {
        assertThatThrownBy(() -> convert(base, format, target))
            .as(format.label())
            .isInstanceOf(InvalidTensorException.class)
            .hasMessageContaining("model.layers.0.")
            .hasMessageContaining("multiple of");
        assertThat(target).doesNotExist();
      }
    }
  }

  private static boolean fits(ModelFormat format, Path base) {
    try (Checkpoint checkpoint = Checkpoint.open(base)) {
      return checkpoint.tensors().stream()
          .filter(tensor -> tensor.content() == CheckpointTensor.Content.TERNARY)
          .allMatch(tensor -> tensor.shape().columns() % multiple(format) == 0);
    }
  }

  private static int multiple(ModelFormat format) {
    return switch (format) {
      case TRIT, SAFETENSORS_PACKED, SAFETENSORS_BF16, GGUF_F16 -> 1;
      case GGUF_Q2_0, GGUF_IQ2_BN, GGUF_IQ1_BN -> 64;
      case GGUF_I2_S -> 128;
      case GGUF_TQ1_0, GGUF_TQ2_0 -> 256;
    };
  }

  /// A float model that nothing declares ternary is refused with the command that helps.
  @Test
  void floatModelsMustBeQuantizedFirst() {
    Path model = shipped().resolveSibling("tiny-float");
    try (Checkpoint checkpoint = Checkpoint.open(model)) {
      assertThatThrownBy(() -> Converter.of(checkpoint, ModelFormat.GGUF_I2_S, workers))
          .isInstanceOf(InvalidTensorException.class)
          .hasMessageContaining("bitnet quantize");
    }
  }
}

package org.bitnet4j.formats.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.bitnet4j.formats.checkpoint.Checkpoint;
import org.bitnet4j.formats.checkpoint.CheckpointTensor;
import org.bitnet4j.formats.checkpoint.Comparison;
import org.bitnet4j.formats.checkpoint.Inspection;
import org.bitnet4j.formats.gguf.GgufFile;
import org.bitnet4j.formats.gguf.GgufTensor;
import org.bitnet4j.formats.output.ModelFormat;
import org.bitnet4j.formats.output.Progress;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.TernaryTensor;
import org.bitnet4j.quant.Workers;
import org.bitnet4j.quant.layout.TernaryLayout;
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
        convert(Objects.requireNonNull(firsts.get(from)), to, second);
        if (!Objects.equals(hash, inspect(second).tritHash())) {
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
    assertThat(Objects.equals(after.tritHash(), before.tritHash())).isEqualTo(exact);
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

  /// Engines rotate neighbouring rows of a Llama's q and k, Hugging Face the halves of a head: in
  /// the file, row 2i + j of a head is the model's row j · d/2 + i. All other matrices stay.
  @Test
  void llamaFilesInterleaveTheRowsOfQueriesAndKeys() {
    Path base = base("llama", new SmallModels(true, 256, 512, 2, true));
    Path file = folder.resolve("rows.gguf");
    convert(base, ModelFormat.GGUF_IQ2_BN, file);
    int headDim = 32;
    try (Checkpoint model = Checkpoint.open(base);
        GgufFile gguf = GgufFile.open(file)) {
      for (String[] names :
          new String[][] {
            {"self_attn.q_proj", "attn_q"},
            {"self_attn.k_proj", "attn_k"},
            {"self_attn.v_proj", "attn_v"}
          }) {
        GgufTensor tensor = gguf.tensor("blk.1." + names[1] + ".weight");
        try (TernaryTensor stored = decode(gguf, tensor);
            TernaryTensor original =
                (TernaryTensor)
                    model.quantized(
                        model.find("model.layers.1." + names[0] + ".weight").orElseThrow())) {
          for (int row = 0; row < stored.shape().rows(); row++) {
            int inHead = row % headDim;
            int modelRow =
                names[1].equals("attn_v")
                    ? row
                    : row - inHead + inHead % 2 * (headDim / 2) + inHead / 2;
            assertThat(trits(stored, row)).isEqualTo(trits(original, modelRow));
          }
        }
      }
    }
  }

  private TernaryTensor decode(GgufFile file, GgufTensor tensor) {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment bytes = arena.allocate(tensor.bytes());
      file.read(tensor, 0, bytes);
      return TernaryLayout.find("IQ2_BN")
          .orElseThrow()
          .decode(tensor.name(), tensor.shape(), bytes, workers);
    }
  }

  private static byte[] trits(TernaryTensor tensor, int row) {
    byte[] trits = new byte[tensor.shape().columns()];
    tensor.readTrits(row, 0, trits.length, trits, 0);
    return trits;
  }

  /// Tokenizer, template and every other key survive a way through all kinds of files.
  @Test
  void metadataSurvivesTheWayThroughOtherFormats() {
    Path base = base("bitnet", new SmallModels(false, 256, 512, 2, true));
    Path first = folder.resolve("meta.gguf");
    convert(base, ModelFormat.GGUF_TQ2_0, first);
    Path packed = folder.resolve("meta-packed");
    convert(first, ModelFormat.SAFETENSORS_PACKED, packed);
    Path trit = folder.resolve("meta.trit");
    convert(packed, ModelFormat.TRIT, trit);
    Path second = folder.resolve("meta-again.gguf");
    convert(trit, ModelFormat.GGUF_TQ2_0, second);
    try (GgufFile before = GgufFile.open(first);
        GgufFile after = GgufFile.open(second)) {
      for (String key : before.metadata().keys()) {
        if (!key.startsWith("bitnet4j.")) {
          assertThat(after.metadata().find(key)).as(key).isEqualTo(before.metadata().find(key));
        }
      }
      assertThat(after.metadata().keys()).containsAll(before.metadata().keys());
      assertThat(before.metadata().texts("tokenizer.ggml.tokens")).hasSize(260);
    }
  }
}

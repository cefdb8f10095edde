package org.bitnet4j.formats.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.bitnet4j.formats.output.Progress;
import org.bitnet4j.formats.safetensors.DType;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.Workers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Hugging Face directories: a good one has no finding, one with exactly one fault exactly that
/// finding, and the corrected copy none.
final class DirectoryDoctorTest {
  private static final String DOWN = "model.layers.1.mlp.down_proj.weight";

  @TempDir Path directory;

  /// A fault.
  ///
  /// @param name what it is
  /// @param code what must be found
  /// @param severity how bad that is
  /// @param fixable whether the copy must be free of it
  /// @param infect gives it to a good directory
  record Fault(
      String name,
      FindingCode code,
      Severity severity,
      boolean fixable,
      Consumer<DirectorySpecimen> infect) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Fault error(String name, FindingCode code, Consumer<DirectorySpecimen> infect) {
    return new Fault(name, code, Severity.ERROR, false, infect);
  }

  private static Fault fixable(String name, FindingCode code, Consumer<DirectorySpecimen> infect) {
    return new Fault(name, code, Severity.ERROR, true, infect);
  }

  private static Fault warning(String name, FindingCode code, Consumer<DirectorySpecimen> infect) {
    return new Fault(name, code, Severity.WARNING, false, infect);
  }

  static Stream<Fault> faults() {
    return Stream.of(
        error("no config.json", FindingCode.MISSING_CONFIG, s -> s.files.put("config.json", "")),
        error(
            "no tokenizer", FindingCode.MISSING_TOKENIZER, s -> s.files.put("tokenizer.json", "")),
        error(
            "tokenizer.json cut",
            FindingCode.UNREADABLE_FILE,
            s -> s.files.put("tokenizer.json", "{\"model\": {")),
        error(
            "a layer's projection lost",
            FindingCode.MISSING_TENSOR,
            s -> {
              s.tensors.remove(DOWN);
              s.tensors.remove(DOWN + "_scale");
            }),
        error(
            "fewer layers than declared",
            FindingCode.MISSING_TENSOR,
            s -> s.config.put("num_hidden_layers", 3)),
        fixable(
            "more layers than declared",
            FindingCode.CONFIG_CONTRADICTION,
            s -> s.config.put("num_hidden_layers", 1)),
        error(
            "weight_scale lost", FindingCode.MISSING_SCALE, s -> s.tensors.remove(DOWN + "_scale")),
        error(
            "weight_scale 0",
            FindingCode.ZERO_SCALE,
            s -> s.tensors.put(DOWN + "_scale", DirectorySpecimen.scale(0))),
        error(
            "weight_scale negative",
            FindingCode.ZERO_SCALE,
            s -> s.tensors.put(DOWN + "_scale", DirectorySpecimen.scale(-0.02f))),
        error(
            "weight_scale NaN",
            FindingCode.NOT_FINITE,
            s -> s.tensors.put(DOWN + "_scale", DirectorySpecimen.scale(Float.NaN))),
        error(
            "infinity in a norm",
            FindingCode.NOT_FINITE,
            s -> s.replace("model.norm.weight", withFirst(s, "model.norm.weight", 0x7F80))),
        error(
            "NaN in the embedding",
            FindingCode.NOT_FINITE,
            s ->
                s.replace(
                    "model.embed_tokens.weight",
                    withFirst(s, "model.embed_tokens.weight", 0x7FC0))),
        error(
            "code 3",
            FindingCode.INVALID_CODES,
            s -> {
              byte[] data = packed(s, DOWN);
              data[5] |= 3;
              s.replace(DOWN, data);
            }),
        error(
            "a norm of another size",
            FindingCode.WRONG_SHAPE,
            s ->
                s.tensors.put(
                    "model.layers.0.mlp.ffn_sub_norm.weight",
                    DirectorySpecimen.bfloat(ones(SampleModel.FFN - 1)))),
        fixable(
            "hidden_size of another model",
            FindingCode.CONFIG_CONTRADICTION,
            s -> {
              s.config.put("hidden_size", 512);
              s.config.put("head_dim", SampleModel.HEAD_DIM);
            }),
        fixable(
            "intermediate_size of another model",
            FindingCode.CONFIG_CONTRADICTION,
            s -> s.config.put("intermediate_size", 500)),
        fixable(
            "vocab_size of another model",
            FindingCode.CONFIG_CONTRADICTION,
            s -> s.config.put("vocab_size", 1000)),
        error(
            "heads of another model",
            FindingCode.CONFIG_CONTRADICTION,
            s -> s.config.put("num_key_value_heads", 1)),
        error(
            "no quantization_config",
            FindingCode.CONFIG_CONTRADICTION,
            s -> s.quantization.clear()),
        fixable(
            "mode online with packed weights",
            FindingCode.CONFIG_CONTRADICTION,
            s -> s.quantization.put("quantization_mode", "online")),
        error(
            "unknown linear_class",
            FindingCode.CONFIG_CONTRADICTION,
            s -> s.quantization.put("linear_class", "linear")),
        fixable(
            "scales divide that should multiply",
            FindingCode.SCALE_CONVENTION,
            s -> s.quantization.put("linear_class", "bitlinear")),
        fixable(
            "scales multiply that should divide",
            FindingCode.SCALE_CONVENTION,
            s ->
                s.tensors.replaceAll((name, tensor) ->
                    name.endsWith("_scale")
                        ? DirectorySpecimen.scale(1 / SampleModel.SCALE)
                        : tensor)),
        fixable(
            "stop token lost",
            FindingCode.MISSING_STOP_TOKEN,
            s -> s.generation.put("eos_token_id", SampleModel.VOCABULARY - 3)),
        fixable(
            "no generation_config.json",
            FindingCode.MISSING_STOP_TOKEN,
            s -> s.files.put("generation_config.json", "")),
        fixable(
            "obsolete chat template",
            FindingCode.OBSOLETE_CHAT_TEMPLATE,
            s ->
                s.tokenizerConfig.put(
                    "chat_template",
                    "{% for m in messages %}{{ 'Human: ' + m['content'] + 'BITNETAssistant: ' }}"
                        + "{% endfor %}")),
        error(
            "SiLU declared with the norms of 2B-4T",
            FindingCode.AMBIGUOUS_ACTIVATION,
            s -> s.config.put("hidden_act", "silu")),
        error(
            "tokenizer with more tokens",
            FindingCode.VOCABULARY_MISMATCH,
            s -> s.vocabulary.put("one more", SampleModel.VOCABULARY)),
        warning(
            "tokenizer with half the tokens",
            FindingCode.VOCABULARY_MISMATCH,
            s -> {
              s.vocabulary.clear();
              s.vocabulary.put("a", 0);
            }),
        error(
            "quantized by signs",
            FindingCode.SIGN_QUANTIZED,
            s -> s.tensors.put(DOWN, requantized(DOWN, 0))),
        warning(
            "quantized by the largest weight",
            FindingCode.ABSMAX_QUANTIZED,
            s -> s.tensors.put(DOWN, requantized(DOWN, 0.97))),
        error(
            "one projection left in float",
            FindingCode.NOT_TERNARY,
            s -> {
              s.tensors.put(DOWN, DirectorySpecimen.bfloat(normal(DOWN)));
              s.tensors.remove(DOWN + "_scale");
            }),
        new Fault(
            "head stored twice",
            FindingCode.REDUNDANT_OUTPUT,
            Severity.WARNING,
            true,
            s -> s.tensors.put("lm_head.weight", stored(s, "model.embed_tokens.weight"))),
        error(
            "another head beside a tied one",
            FindingCode.CONFIG_CONTRADICTION,
            s ->
                s.tensors.put(
                    "lm_head.weight",
                    DirectorySpecimen.bfloat(
                        normal(TensorShape.of(SampleModel.VOCABULARY, SampleModel.HIDDEN))))),
        error(
            "no head although not tied",
            FindingCode.CONFIG_CONTRADICTION,
            s -> s.config.put("tie_word_embeddings", false)),
        warning(
            "one layer written over another",
            FindingCode.DUPLICATE_TENSOR,
            s -> s.tensors.put(DOWN, stored(s, "model.layers.0.mlp.down_proj.weight"))),
        warning(
            "a fifth of the rows dead",
            FindingCode.DEAD_ROWS,
            s -> s.tensors.put(DOWN, withDeadRows(DOWN, SampleModel.HIDDEN / 5))),
        new Fault(
            "one row dead",
            FindingCode.DEAD_ROWS,
            Severity.NOTE,
            false,
            s -> s.tensors.put(DOWN, withDeadRows(DOWN, 1))),
        new Fault(
            "a tensor of a type that is not read",
            FindingCode.UNEXAMINED_TENSOR,
            Severity.NOTE,
            false,
            s ->
                s.tensors.put(
                    "extra",
                    new DirectorySpecimen.Stored(DType.I64, TensorShape.of(2), new byte[16]))),
        error(
            "an embedding model without pooling",
            FindingCode.EMBEDDING_POOLING,
            s -> s.files.put("modules.json", "[]")));
  }

  @ParameterizedTest
  @MethodSource("faults")
  void eachFaultIsFoundAloneAndMended(Fault fault) {
    DirectorySpecimen specimen = DirectorySpecimen.packed(SampleModel.healthy());
    fault.infect.accept(specimen);
    Path sick = specimen.write(directory.resolve("sick"));
    Diagnosis diagnosis = Doctor.examine(sick);
    assertThat(diagnosis.findings()).as("%s %s", fault, diagnosis.findings()).hasSize(1);
    Finding finding = diagnosis.findings().getFirst();
    assertThat(finding.code()).as("%s", finding).isEqualTo(fault.code.word());
    assertThat(finding.severity()).as("%s", finding).isEqualTo(fault.severity);
    assertThat(diagnosis.fixable()).as("%s", finding).hasSize(fault.fixable ? 1 : 0);
    assertThat(diagnosis.isUsable()).isEqualTo(fault.severity != Severity.ERROR);
    Path mended = directory.resolve("mended");
    try (Workers workers = Workers.of(2)) {
      Mending mending = Doctor.fix(sick, mended, workers, Progress.NONE);
      assertThat(mending.before()).isEqualTo(diagnosis);
      if (fault.fixable) {
        assertThat(mending.changes()).isNotEmpty();
        assertThat(mending.after().findings()).isEmpty();
      } else {
        assertThat(mending.changes()).isEmpty();
        assertThat(mended).doesNotExist();
      }
    }
  }

  @Test
  void goodDirectoriesHaveNoFinding() {
    SampleModel model = SampleModel.healthy();
    Path packed = DirectorySpecimen.packed(model).write(directory.resolve("packed"));
    Diagnosis diagnosis = Doctor.examine(packed);
    assertThat(diagnosis.findings()).isEmpty();
    assertThat(diagnosis.measurements()).containsKey("q_proj output RMS");
    Path unpacked = DirectorySpecimen.unpacked(model).write(directory.resolve("unpacked"));
    assertThat(Doctor.examine(unpacked).findings()).isEmpty();
  }

  @Test
  void almostTernaryWeightsAreNotTernary() {
    DirectorySpecimen specimen = DirectorySpecimen.unpacked(SampleModel.healthy());
    byte[] data = stored(specimen, DOWN).data();
    for (int i = 0; i < 40; i += 2) {
      data[i] = (byte) (data[i] + 9); // nine units in the last place of bfloat16
    }
    specimen.replace(DOWN, data);
    Diagnosis diagnosis = Doctor.examine(specimen.write(directory.resolve("sick")));
    assertThat(diagnosis.findings()).extracting(Finding::code).containsExactly("not-ternary");
  }

  private static DirectorySpecimen.Stored stored(DirectorySpecimen specimen, String name) {
    return Objects.requireNonNull(specimen.tensors.get(name));
  }

  private static byte[] packed(DirectorySpecimen specimen, String name) {
    return stored(specimen, name).data();
  }

  private static byte[] withFirst(DirectorySpecimen specimen, String name, int bits) {
    byte[] data = stored(specimen, name).data();
    data[0] = (byte) bits;
    data[1] = (byte) (bits >> 8);
    return data;
  }

  private static SampleModel.Floats ones(int count) {
    float[] values = new float[count];
    Arrays.fill(values, 1);
    return new SampleModel.Floats(TensorShape.of(count), values);
  }

  private static SampleModel.Trits healthy(String name) {
    return Objects.requireNonNull(SampleModel.healthy().trits().get(name));
  }

  private static SampleModel.Floats normal(String name) {
    return normal(healthy(name).shape());
  }

  private static SampleModel.Floats normal(TensorShape shape) {
    Random random = new Random(3);
    float[] values = new float[(int) shape.elements()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (0.02 * random.nextGaussian());
    }
    return new SampleModel.Floats(shape, values);
  }

  /// Trits with another share of zeros.
  private static DirectorySpecimen.Stored requantized(String name, double zeroShare) {
    Random random = new Random(5);
    byte[] values = healthy(name).values();
    for (int i = 0; i < values.length; i++) {
      values[i] = (byte) (random.nextDouble() < zeroShare ? 0 : random.nextBoolean() ? 1 : -1);
    }
    return DirectorySpecimen.pack(healthy(name).withValues(values));
  }

  private static DirectorySpecimen.Stored withDeadRows(String name, int rows) {
    SampleModel.Trits trits = healthy(name);
    byte[] values = trits.values();
    Arrays.fill(values, 0, rows * trits.shape().columns(), (byte) 0);
    return DirectorySpecimen.pack(trits.withValues(values));
  }

  @Test
  void latentWeightsWithModeOfflineAreFixedByModeOnline() {
    DirectorySpecimen specimen = DirectorySpecimen.packed(SampleModel.healthy());
    for (String name : List.copyOf(SampleModel.healthy().trits().keySet())) {
      specimen.tensors.put(name, DirectorySpecimen.bfloat(latent(name)));
      specimen.tensors.remove(name + "_scale");
    }
    Path sick = specimen.write(directory.resolve("sick"));
    assertThat(Doctor.examine(sick).findings())
        .extracting(Finding::code)
        .containsExactly("config-contradiction");
    try (Workers workers = Workers.of(1)) {
      Mending mending = Doctor.fix(sick, directory.resolve("mended"), workers, Progress.NONE);
      assertThat(mending.after().findings()).isEmpty();
    }
  }

  private static SampleModel.Floats latent(String name) {
    Random random = new Random(name.hashCode());
    SampleModel.Floats values = normal(name);
    float[] shifted = values.values();
    for (int i = 0; i < shifted.length; i++) {
      shifted[i] += (float) (0.01 * random.nextGaussian());
    }
    return new SampleModel.Floats(values.shape(), shifted);
  }

  @Test
  void aBareFileSaysWhatItsScalesWouldMean() {
    Path file =
        DirectorySpecimen.packed(SampleModel.healthy())
            .writeWeights(directory.resolve("weights.safetensors"));
    List<Finding> findings = Doctor.examine(file).findings();
    assertThat(findings).hasSize(1);
    assertThat(findings.getFirst().code()).isEqualTo("scale-convention");
    assertThat(findings.getFirst().severity()).isEqualTo(Severity.WARNING);
    assertThat(findings.getFirst().evidence()).contains("so they multiply");
  }
}

package org.bitnet4j.formats.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.bitnet4j.formats.gguf.GgufType;
import org.bitnet4j.formats.gguf.GgufValue;
import org.bitnet4j.formats.output.Progress;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.Workers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// GGUF files: a good one has no finding, one with exactly one fault exactly that finding, and the
/// corrected copy none.
final class GgufDoctorTest {
  private static final String DOWN = "blk.1.ffn_down.weight";
  private static final String DOWN_NAME = "model.layers.1.mlp.down_proj.weight";
  private static final String ARCHITECTURE = "bitnet-b1.58";

  @TempDir Path directory;

  /// A fault.
  ///
  /// @param name what it is
  /// @param code what must be found
  /// @param severity how bad that is
  /// @param fixable whether the copy must be free of it
  /// @param infect gives it to a good file
  record Fault(
      String name,
      FindingCode code,
      Severity severity,
      boolean fixable,
      Consumer<GgufSpecimen> infect) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Fault error(String name, FindingCode code, Consumer<GgufSpecimen> infect) {
    return new Fault(name, code, Severity.ERROR, false, infect);
  }

  private static Fault fixable(String name, FindingCode code, Consumer<GgufSpecimen> infect) {
    return new Fault(name, code, Severity.ERROR, true, infect);
  }

  private static Fault warning(String name, FindingCode code, Consumer<GgufSpecimen> infect) {
    return new Fault(name, code, Severity.WARNING, false, infect);
  }

  private static Fault note(String name, FindingCode code, Consumer<GgufSpecimen> infect) {
    return new Fault(name, code, Severity.NOTE, false, infect);
  }

  static Stream<Fault> faults() {
    return Stream.concat(Stream.concat(metadata(), tensors()), layouts());
  }

  private static Stream<Fault> metadata() {
    return Stream.of(
        fixable(
            "no pre-tokenizer",
            FindingCode.MISSING_PRE_TOKENIZER,
            s -> s.metadata.remove("tokenizer.ggml.pre")),
        fixable(
            "pre-tokenizer default",
            FindingCode.MISSING_PRE_TOKENIZER,
            s -> s.metadata.put("tokenizer.ggml.pre", GgufValue.text("default"))),
        error(
            "no pre-tokenizer of an unknown vocabulary",
            FindingCode.MISSING_PRE_TOKENIZER,
            s -> {
              s.metadata.remove("tokenizer.ggml.pre");
              s.tokens.set(SampleModel.VOCABULARY - 1, "another");
              s.metadata.put("tokenizer.ggml.tokens", GgufValue.texts(s.tokens));
            }),
        warning(
            "pre-tokenizer falcon3",
            FindingCode.AMBIGUOUS_PRE_TOKENIZER,
            s -> s.metadata.put("tokenizer.ggml.pre", GgufValue.text("falcon3"))),
        fixable(
            "obsolete chat template",
            FindingCode.OBSOLETE_CHAT_TEMPLATE,
            s ->
                s.metadata.put(
                    "tokenizer.chat_template",
                    GgufValue.text("{{ 'Human: ' + m + '\\n\\nBITNETAssistant: ' + eos_token }}"))),
        fixable(
            "stop token lost",
            FindingCode.MISSING_STOP_TOKEN,
            s -> s.metadata.remove("tokenizer.ggml.eot_token_id")),
        new Fault(
            "stop token lost, no template",
            FindingCode.MISSING_STOP_TOKEN,
            Severity.NOTE,
            true,
            s -> {
              s.metadata.remove("tokenizer.ggml.eot_token_id");
              s.metadata.remove("tokenizer.chat_template");
            }),
        fixable(
            "architecture bitnet with the signs of 2B-4T",
            FindingCode.AMBIGUOUS_ACTIVATION,
            s -> s.rename("bitnet")),
        error(
            "no tokenizer",
            FindingCode.MISSING_TOKENIZER,
            s -> s.metadata.keySet().removeIf(key -> key.startsWith("tokenizer."))),
        error(
            "more tokens than the embedding has",
            FindingCode.VOCABULARY_MISMATCH,
            s -> {
              s.tokens.add("one more");
              s.metadata.put("tokenizer.ggml.tokens", GgufValue.texts(s.tokens));
            }),
        error(
            "no epsilon",
            FindingCode.MISSING_METADATA,
            s -> s.metadata.remove(ARCHITECTURE + ".attention.layer_norm_rms_epsilon")),
        error(
            "no architecture",
            FindingCode.UNKNOWN_ARCHITECTURE,
            s -> s.metadata.remove("general.architecture")),
        note("another architecture", FindingCode.UNKNOWN_ARCHITECTURE, s -> s.rename("qwen35")),
        fixable(
            "embedding_length of another model",
            FindingCode.CONFIG_CONTRADICTION,
            s -> {
              s.metadata.put(ARCHITECTURE + ".embedding_length", GgufValue.u32(512));
              s.metadata.put(ARCHITECTURE + ".attention.key_length", GgufValue.u32(64));
            }),
        fixable(
            "block_count too small",
            FindingCode.CONFIG_CONTRADICTION,
            s -> s.metadata.put(ARCHITECTURE + ".block_count", GgufValue.u32(1))),
        error(
            "block_count too large",
            FindingCode.MISSING_TENSOR,
            s -> s.metadata.put(ARCHITECTURE + ".block_count", GgufValue.u32(3))),
        error(
            "Hadamard metadata",
            FindingCode.HADAMARD_NOT_APPLIED,
            s -> {
              s.metadata.put("prism.hadamard.block_size", GgufValue.u32(1024));
              s.metadata.put("prism.hadamard.weight_names", GgufValue.texts(List.of(DOWN)));
            }),
        fixable("no pooling", FindingCode.EMBEDDING_POOLING, GgufDoctorTest::toEmbeddingModel),
        fixable(
            "pooling MEAN",
            FindingCode.EMBEDDING_POOLING,
            s -> {
              toEmbeddingModel(s);
              s.metadata.put("qwen3.pooling_type", GgufValue.u32(1));
            }));
  }

  private static Stream<Fault> tensors() {
    return Stream.of(
        error(
            "a projection lost",
            FindingCode.MISSING_TENSOR,
            s -> s.tensors.remove("blk.0.ffn_up.weight")),
        error(
            "a norm of another size",
            FindingCode.WRONG_SHAPE,
            s ->
                s.tensors.put(
                    "blk.0.ffn_sub_norm.weight",
                    new GgufSpecimen.Stored(GgufType.F32, TensorShape.of(2), bytes(1, 1)))),
        error(
            "NaN in a norm",
            FindingCode.NOT_FINITE,
            s -> s.tensors.put("output_norm.weight", withNan(s.tensor("output_norm.weight"), 3))),
        error(
            "a scale of zero",
            FindingCode.ZERO_SCALE,
            s -> s.tensors.put(DOWN, GgufSpecimen.pack(down().withScale(0), "I2_S"))),
        new Fault(
            "output head stored twice",
            FindingCode.REDUNDANT_OUTPUT,
            Severity.WARNING,
            true,
            s -> s.tensors.put("output.weight", s.tensor("token_embd.weight"))),
        error(
            "another output head",
            FindingCode.CONFIG_CONTRADICTION,
            s ->
                s.tensors.put(
                    "output.weight",
                    normal(TensorShape.of(SampleModel.VOCABULARY, SampleModel.HIDDEN)))),
        warning(
            "a tensor that the architecture does not know",
            FindingCode.UNKNOWN_TENSOR,
            s ->
                s.tensors.put(
                    "blk.0.attn_extra.weight",
                    new GgufSpecimen.Stored(GgufType.F32, TensorShape.of(2), bytes(1, 2)))),
        warning(
            "one layer written over another",
            FindingCode.DUPLICATE_TENSOR,
            s -> s.tensors.put(DOWN, s.tensor("blk.0.ffn_down.weight"))),
        error(
            "one projection left in float",
            FindingCode.NOT_TERNARY,
            s -> s.tensors.put(DOWN, normal(down().shape()))),
        error(
            "quantized by signs",
            FindingCode.SIGN_QUANTIZED,
            s -> s.tensors.put(DOWN, GgufSpecimen.pack(requantized(0), "I2_S"))),
        warning(
            "quantized by the largest weight",
            FindingCode.ABSMAX_QUANTIZED,
            s -> s.tensors.put(DOWN, GgufSpecimen.pack(requantized(0.97), "I2_S"))),
        error(
            "code 3",
            FindingCode.INVALID_CODES,
            s -> {
              byte[] data = s.tensor(DOWN).data();
              data[100] = (byte) 0xFF;
              s.replace(DOWN, data);
            }),
        error(
            "a scale that is NaN",
            FindingCode.NOT_FINITE,
            s -> {
              byte[] data = s.tensor(DOWN).data();
              ByteBuffer.wrap(data)
                  .order(ByteOrder.LITTLE_ENDIAN)
                  .putFloat(data.length - 32, Float.NaN);
              s.replace(DOWN, data);
            }),
        note(
            "a type that nobody here reads",
            FindingCode.UNEXAMINED_TENSOR,
            s ->
                s.tensors.put(
                    "token_embd.weight",
                    new GgufSpecimen.Stored(
                        GgufType.Q4_K,
                        TensorShape.of(SampleModel.VOCABULARY, SampleModel.HIDDEN),
                        new byte[SampleModel.VOCABULARY * 144]))));
  }

  private static Stream<Fault> layouts() {
    return Stream.of(
        fixable(
            "written on ARM",
            FindingCode.I2S_FLAVOUR,
            s -> repack(s, SampleModel.healthy(), "I2_S_ARM")),
        fixable(
            "four rows in a byte",
            FindingCode.I2S_FLAVOUR,
            s -> repack(s, SampleModel.healthy(), "I2_S_4ROW")),
        note(
            "channels that are all alike",
            FindingCode.I2S_FLAVOUR_UNDECIDED,
            s -> repack(s, new SampleModel(7, 0), "I2_S")),
        note("weights that repeat", FindingCode.I2S_FLAVOUR_UNDECIDED, s -> repeat(s, 16_384)),
        fixable(
            "inverted scales",
            FindingCode.SCALE_CONVENTION,
            s ->
                SampleModel.healthy()
                    .trits()
                    .forEach((name, trits) ->
                        s.tensors.put(
                            GgufSpecimen.ggufName(name),
                            GgufSpecimen.pack(trits.withScale(1 / SampleModel.SCALE), "I2_S")))),
        error(
            "rows that straddle blocks",
            FindingCode.ROWS_STRADDLE_BLOCKS,
            s -> {
              SampleModel model = new SampleModel(7, 0.5, 320);
              s.metadata.put(ARCHITECTURE + ".feed_forward_length", GgufValue.u32(320));
              model
                  .floats()
                  .forEach((name, floats) ->
                      s.tensors.put(GgufSpecimen.ggufName(name), GgufSpecimen.f32(floats)));
              model
                  .trits()
                  .forEach((name, trits) ->
                      s.tensors.put(GgufSpecimen.ggufName(name), GgufSpecimen.packFlat(trits)));
            }),
        new Fault(
            "type id 42 with blocks of 128",
            FindingCode.SHARED_TYPE_ID,
            Severity.WARNING,
            true,
            s -> repack(s, SampleModel.healthy(), "Q2_0_G128")),
        note(
            "type id 42 with blocks of 64",
            FindingCode.SHARED_TYPE_ID,
            s -> repack(s, SampleModel.healthy(), "Q2_0")),
        error(
            "a ternary embedding",
            FindingCode.TERNARY_EMBEDDING,
            s ->
                s.tensors.put(
                    "token_embd.weight",
                    GgufSpecimen.pack(
                        new SampleModel.Trits(
                            TensorShape.of(SampleModel.VOCABULARY, SampleModel.HIDDEN),
                            1,
                            new SampleModel.ByteArray(
                                zeros(SampleModel.VOCABULARY * SampleModel.HIDDEN, 0.4))),
                        "I2_S"))));
  }

  @ParameterizedTest
  @MethodSource("faults")
  void eachFaultIsFoundAloneAndMended(Fault fault) {
    GgufSpecimen specimen = GgufSpecimen.of(SampleModel.healthy(), "I2_S");
    fault.infect.accept(specimen);
    Path sick = specimen.write(directory.resolve("sick.gguf"));
    Diagnosis diagnosis = Doctor.examine(sick);
    assertThat(diagnosis.findings()).as("%s %s", fault, diagnosis.findings()).hasSize(1);
    Finding finding = diagnosis.findings().getFirst();
    assertThat(finding.code()).as("%s", finding).isEqualTo(fault.code.word());
    assertThat(finding.severity()).as("%s", finding).isEqualTo(fault.severity);
    assertThat(diagnosis.fixable()).as("%s", finding).hasSize(fault.fixable ? 1 : 0);
    Path mended = directory.resolve("mended.gguf");
    try (Workers workers = Workers.of(2)) {
      Mending mending = Doctor.fix(sick, mended, workers, Progress.NONE);
      assertThat(mending.before()).isEqualTo(diagnosis);
      if (fault.fixable) {
        assertThat(mending.changes()).isNotEmpty();
        assertThat(mending.after().findings()).as("%s", fault).isEmpty();
      } else {
        assertThat(mending.changes()).isEmpty();
        assertThat(mended).doesNotExist();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"I2_S", "PQ2_0", "PTQ1_0", "IQ2_BN", "IQ1_BN"})
  void goodFilesHaveNoFinding(String layout) {
    Path file =
        GgufSpecimen.of(SampleModel.healthy(), layout).write(directory.resolve("good.gguf"));
    Diagnosis diagnosis = Doctor.examine(file);
    assertThat(diagnosis.findings()).isEmpty();
    assertThat(diagnosis.measurements()).containsKey("q_proj output RMS");
    assertThat(diagnosis.measurements().containsKey("I2_S flavour"))
        .isEqualTo(layout.equals("I2_S"));
  }

  @Test
  void aGoodEmbeddingModelHasNoFinding() {
    GgufSpecimen specimen = GgufSpecimen.of(SampleModel.healthy(), "I2_S");
    toEmbeddingModel(specimen);
    specimen.metadata.put("qwen3.pooling_type", GgufValue.u32(3));
    assertThat(Doctor.examine(specimen.write(directory.resolve("good.gguf"))).findings()).isEmpty();
  }

  @Test
  void theRepackedFileIsTheOneThatX86Writes() throws IOException {
    GgufSpecimen specimen = GgufSpecimen.of(SampleModel.healthy(), "I2_S");
    Path good = specimen.write(directory.resolve("good.gguf"));
    repack(specimen, SampleModel.healthy(), "I2_S_ARM");
    Path sick = specimen.write(directory.resolve("sick.gguf"));
    Path mended = directory.resolve("mended.gguf");
    try (Workers workers = Workers.of(1)) {
      Doctor.fix(sick, mended, workers, Progress.NONE);
    }
    assertThat(Files.mismatch(good, mended)).isEqualTo(-1);
  }

  @Test
  void aCutFileIsAFinding() throws IOException {
    Path good =
        GgufSpecimen.of(SampleModel.healthy(), "I2_S").write(directory.resolve("good.gguf"));
    byte[] bytes = Files.readAllBytes(good);
    Path cut = directory.resolve("cut.gguf");
    Files.write(cut, Arrays.copyOf(bytes, bytes.length - 1000));
    Diagnosis diagnosis = Doctor.examine(cut);
    assertThat(diagnosis.findings()).extracting(Finding::code).containsExactly("unreadable-file");
    assertThat(diagnosis.isUsable()).isFalse();
  }

  @Test
  void aMissingShardIsAFinding() {
    GgufSpecimen specimen = GgufSpecimen.of(SampleModel.healthy(), "I2_S");
    specimen.metadata.put("split.no", GgufValue.u32(0));
    specimen.metadata.put("split.count", GgufValue.u32(2));
    specimen.metadata.put("split.tensors.count", GgufValue.u32(specimen.tensors.size()));
    Path shard = specimen.write(directory.resolve("model-00001-of-00002.gguf"));
    assertThat(Doctor.examine(shard).findings())
        .extracting(Finding::code)
        .containsExactly("missing-shard");
  }

  @Test
  void theSignsOf1bitLlmAreFoundUnderTheNameOf2B4T() {
    GgufSpecimen specimen = GgufSpecimen.of(SampleModel.healthy(), "I2_S");
    specimen.metadata.put("tokenizer.ggml.model", GgufValue.text("llama"));
    specimen.metadata.put("general.name", GgufValue.text("1bitLLM/bitnet_b1_58-large"));
    Diagnosis diagnosis = Doctor.examine(specimen.write(directory.resolve("sick.gguf")));
    assertThat(diagnosis.findings())
        .extracting(Finding::code)
        .containsExactly("ambiguous-activation");
    assertThat(diagnosis.fixable()).hasSize(1);
  }

  private static void toEmbeddingModel(GgufSpecimen specimen) {
    specimen.declare("qwen3", SampleModel.FFN);
    specimen.metadata.remove("tokenizer.chat_template");
    specimen.tensors.keySet().removeIf(name -> name.contains("sub_norm"));
    for (String name : List.copyOf(specimen.tensors.keySet())) {
      GgufSpecimen.Stored tensor = specimen.tensor(name);
      if (tensor.type == GgufType.I2_S) {
        float[] ones = new float[tensor.shape.columns()];
        Arrays.fill(ones, 1);
        specimen.tensors.put(
            name.replace(".weight", "_norm_in.weight"),
            GgufSpecimen.f32(new SampleModel.Floats(TensorShape.of(ones.length), ones)));
      }
    }
  }

  private static void repack(GgufSpecimen specimen, SampleModel model, String layout) {
    model
        .floats()
        .forEach((name, floats) ->
            specimen.tensors.put(GgufSpecimen.ggufName(name), GgufSpecimen.f32(floats)));
    model
        .trits()
        .forEach((name, trits) ->
            specimen.tensors.put(GgufSpecimen.ggufName(name), GgufSpecimen.pack(trits, layout)));
  }

  /// Weights from one table, from another place in each tensor, as made-up models have them.
  private static void repeat(GgufSpecimen specimen, int period) {
    byte[] table = zeros(period, 0.33);
    int start = 0;
    for (Map.Entry<String, SampleModel.Trits> entry : SampleModel.healthy().trits().entrySet()) {
      byte[] values = entry.getValue().values();
      start += 7919;
      for (int i = 0; i < values.length; i++) {
        values[i] = table[(start + i) % period];
      }
      specimen.tensors.put(
          GgufSpecimen.ggufName(entry.getKey()),
          GgufSpecimen.pack(entry.getValue().withValues(values), "I2_S"));
    }
  }

  private static byte[] bytes(float... values) {
    ByteBuffer data = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      data.putFloat(value);
    }
    return data.array();
  }

  private static GgufSpecimen.Stored withNan(GgufSpecimen.Stored tensor, int index) {
    byte[] data = tensor.data();
    ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN).putFloat(4 * index, Float.NaN);
    return new GgufSpecimen.Stored(tensor.type, tensor.shape, data);
  }

  private static GgufSpecimen.Stored normal(TensorShape shape) {
    Random random = new Random(3);
    float[] values = new float[(int) shape.elements()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (0.02 * random.nextGaussian());
    }
    return GgufSpecimen.f32(new SampleModel.Floats(shape, values));
  }

  private static SampleModel.Trits down() {
    return java.util.Objects.requireNonNull(SampleModel.healthy().trits().get(DOWN_NAME));
  }

  private static SampleModel.Trits requantized(double zeroShare) {
    return down().withValues(zeros((int) down().shape().elements(), zeroShare));
  }

  /// Trits with a share of zeros.
  private static byte[] zeros(int count, double share) {
    Random random = new Random(5);
    byte[] values = new byte[count];
    for (int i = 0; i < count; i++) {
      values[i] = (byte) (random.nextDouble() < share ? 0 : random.nextBoolean() ? 1 : -1);
    }
    return values;
  }
}

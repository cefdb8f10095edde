package org.bitnet4j.formats.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.bitnet4j.formats.gguf.GgufType;
import org.bitnet4j.formats.gguf.GgufValue;
import org.bitnet4j.formats.io.MissingFileException;
import org.bitnet4j.quant.TensorShape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Whatever lies at a path gets a diagnosis: no file ends an examination with an exception.
final class HostilePatientTest {
  private static final Path MALFORMED =
      Path.of(System.getProperty("bitnet4j.root", ".."), "formats/src/test/resources/malformed");

  @TempDir Path directory;

  static Stream<Path> malformed() {
    try (Stream<Path> files = Files.walk(MALFORMED)) {
      return files.filter(Files::isRegularFile).sorted().toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @MethodSource("malformed")
  void malformedFilesGetADiagnosis(Path file) {
    requireSound(Doctor.examine(file));
  }

  private static void requireSound(Diagnosis diagnosis) {
    for (Finding finding : diagnosis.findings()) {
      assertThat(finding.code()).matches("[a-z0-9-]+");
      assertThat(finding.where()).isNotEmpty();
      assertThat(finding.evidence()).isNotEmpty();
      assertThat(finding.consequence()).isNotEmpty();
      assertThat(finding.remedy()).isNotEmpty();
    }
    if (diagnosis.tensors() == 0
        && !diagnosis.format().equals("gguf")
        && !diagnosis.format().equals("safetensors")) {
      assertThat(diagnosis.isUsable()).isFalse();
    }
  }

  /// A model of a few bytes with everything that rules look at.
  private Path small() {
    GgufSpecimen specimen = GgufSpecimen.of(SampleModel.healthy(), "I2_S");
    specimen.tensors.clear();
    byte[] data = new byte[128 * 4 / 4 + 32];
    Arrays.fill(data, 0, 128, (byte) 0b01_10_00_01);
    for (String part : List.of("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate")) {
      specimen.tensors.put(
          "blk.0." + part + ".weight",
          new GgufSpecimen.Stored(GgufType.I2_S, TensorShape.of(4, 128), data));
    }
    specimen.tensors.put(
        "token_embd.weight",
        new GgufSpecimen.Stored(GgufType.F16, TensorShape.of(3, 128), new byte[768]));
    specimen.tensors.put(
        "output_norm.weight",
        new GgufSpecimen.Stored(GgufType.F32, TensorShape.of(128), new byte[512]));
    specimen.metadata.put("tokenizer.ggml.tokens", GgufValue.texts(List.of("a", "<|eot_id|>")));
    return specimen.write(directory.resolve("small.gguf"));
  }

  @Test
  void everyByteMayBeWrong() throws IOException {
    byte[] good = Files.readAllBytes(small());
    Random random = new Random(11);
    Path file = directory.resolve("damaged.gguf");
    for (int i = 0; i < 300; i++) {
      byte[] bad = good.clone();
      // Half of the faults hit the header, which is most of what can go wrong.
      int at = random.nextInt(i % 2 == 0 ? good.length : good.length / 3);
      bad[at] = (byte) random.nextInt(256);
      Files.write(file, bad);
      requireSound(Doctor.examine(file));
    }
  }

  @Test
  void aCutFileIsNeverFitForUse() throws IOException {
    byte[] good = Files.readAllBytes(small());
    Path file = directory.resolve("cut.gguf");
    for (int length = 0; length < good.length - 32; length += 37) {
      Files.write(file, Arrays.copyOf(good, length));
      assertThat(Doctor.examine(file).isUsable()).as("%d bytes", length).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{\"hidden_size\": \"big\", \"num_attention_heads\": 0}",
        "{\"hidden_size\": 1e300, \"num_hidden_layers\": -3, \"vocab_size\": null}",
        "{\"hidden_size\": 256, \"num_attention_heads\": 99999999999, \"head_dim\": 99999999999}",
        "{\"quantization_config\": [1, 2]}",
        "{\"eos_token_id\": [[]], \"tie_word_embeddings\": 3, \"architectures\": {}}",
        "{\"a\": 1, \"a\": 2}"
      })
  void configurationsMayBeNonsense(String config) throws IOException {
    Path model = DirectorySpecimen.packed(SampleModel.healthy()).write(directory.resolve("model"));
    for (String name : List.of("config.json", "generation_config.json", "tokenizer_config.json")) {
      Files.write(model.resolve(name), config.getBytes(StandardCharsets.UTF_8));
    }
    requireSound(Doctor.examine(model));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{\"model\": 3, \"added_tokens\": {}}",
        "{\"added_tokens\": [{\"content\": \"x\"}]}",
        "{\"added_tokens\": [{\"id\": -1, \"content\": \"x\"}]}",
        "{\"model\": {\"vocab\": [[\"a\", -1.5], [\"b\", 0, {}]]}}",
        "{\"model\": {\"vocab\": {\"a\": 99999999999}}}",
        "{\"model\": {\"vocab\": [1]}}"
      })
  void tokenizersMayBeNonsense(String tokenizer) throws IOException {
    Path model = DirectorySpecimen.packed(SampleModel.healthy()).write(directory.resolve("model"));
    Files.write(model.resolve("tokenizer.json"), tokenizer.getBytes(StandardCharsets.UTF_8));
    requireSound(Doctor.examine(model));
  }

  @Test
  void missingShardsAreNamed() throws IOException {
    Path model = DirectorySpecimen.packed(SampleModel.healthy()).write(directory.resolve("model"));
    Files.move(
        model.resolve("model.safetensors"), model.resolve("model-00001-of-00002.safetensors"));
    Files.write(
        model.resolve("model.safetensors.index.json"),
        ("{\"weight_map\": {\"model.norm.weight\": \"model-00001-of-00002.safetensors\","
                + " \"lm_head.weight\": \"model-00002-of-00002.safetensors\"}}")
            .getBytes(StandardCharsets.UTF_8));
    Diagnosis diagnosis = Doctor.examine(model);
    assertThat(diagnosis.findings()).extracting(Finding::code).containsExactly("missing-shard");
    assertThat(diagnosis.findings().getFirst().evidence())
        .contains("model-00002-of-00002.safetensors");
    assertThat(diagnosis.tensors()).isPositive();
  }

  @Test
  void oneBadShardDoesNotHideTheOthers() throws IOException {
    Path model = DirectorySpecimen.packed(SampleModel.healthy()).write(directory.resolve("model"));
    Files.copy(model.resolve("model.safetensors"), model.resolve("a.safetensors"));
    Files.delete(model.resolve("model.safetensors"));
    Files.write(model.resolve("b.safetensors"), new byte[] {1, 2, 3});
    Files.write(
        model.resolve("model.safetensors.index.json"),
        "{\"weight_map\": {\"x\": \"a.safetensors\", \"y\": \"b.safetensors\"}}"
            .getBytes(StandardCharsets.UTF_8));
    Diagnosis diagnosis = Doctor.examine(model);
    assertThat(diagnosis.findings()).isNotEmpty();
    assertThat(diagnosis.findings()).extracting(Finding::code).containsOnly("unreadable-file");
    assertThat(diagnosis.tensors()).isPositive();
  }

  @Test
  void aDirectoryOfNothingIsAFinding() {
    assertThat(Doctor.examine(directory).findings())
        .extracting(Finding::code)
        .contains("missing-shard", "missing-config");
  }

  @Test
  void nothingIsNoPatient() {
    assertThatThrownBy(() -> Doctor.examine(directory.resolve("none")))
        .isInstanceOf(MissingFileException.class);
  }
}

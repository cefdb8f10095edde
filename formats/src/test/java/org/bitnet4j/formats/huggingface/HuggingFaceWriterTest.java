package org.bitnet4j.formats.huggingface;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.bitnet4j.formats.io.AtomicDirectory;
import org.bitnet4j.formats.io.Crashes;
import org.bitnet4j.formats.safetensors.DType;
import org.bitnet4j.formats.safetensors.SafetensorsEntry;
import org.bitnet4j.quant.Granularity;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.MalformedFileException;
import org.bitnet4j.quant.TensorHash;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TernaryTensor;
import org.bitnet4j.quant.layout.ScaleRounding;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Checkpoints written from tensors and side files in memory: stored either way, resumed anywhere.
final class HuggingFaceWriterTest {
  private static final String HASH = "0".repeat(64);
  private static final int WEIGHTS = 5;
  private static final long SHARD = 3000;

  @TempDir Path directory;

  private static String weight(int index) {
    return "model.layers." + index + ".mlp.up_proj.weight";
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static TernaryTensor tensor(int index) {
    // 0.1f is no bfloat16, 0.5f is one.
    return Tensors.random(weight(index), 16, 30, index % 2 == 0 ? 0.1f : 0.5f, index);
  }

  private static CheckpointContent content() {
    List<PackedEntry> entries = new ArrayList<>();
    for (int i = 0; i < WEIGHTS; i++) {
      entries.add(new PackedEntry.Ternary(weight(i), TensorShape.of(16, 30)));
    }
    entries.add(asIs("model.norm.weight", DType.F32, 100));
    entries.add(asIs("model.embed_tokens.weight", DType.BF16, 50, 20));
    SortedMap<String, byte[]> sideFiles = new TreeMap<>();
    sideFiles.put("config.json", utf8("{\"model_type\": \"llama\"}"));
    sideFiles.put("tokenizer.json", utf8("{}"));
    return new CheckpointContent(entries, sideFiles, Map.of("hash", HASH));
  }

  private static PackedEntry.AsIs asIs(String name, DType type, long... shape) {
    return new PackedEntry.AsIs(new SafetensorsEntry(name, type, TensorShape.of(shape)));
  }

  private static byte[] floats(int length) {
    byte[] bytes = new byte[length];
    new java.util.Random(length).nextBytes(bytes);
    return bytes;
  }

  /// Writes all that is not finished.
  ///
  /// @return how many tensors were finished
  private static int write(HuggingFaceWriter writer) {
    int reused = 0;
    for (String name : List.of("model.norm.weight", "model.embed_tokens.weight")) {
      if (writer.finished(name).isPresent()) {
        assertThat(writer.finished(name)).hasValue(utf8(name));
        reused++;
      } else {
        writer.note(name, utf8(name));
        byte[] bytes = floats(name.contains("norm") ? 400 : 2000);
        writer.write(name, ByteBuffer.wrap(bytes, 0, 300));
        writer.write(name, ByteBuffer.wrap(bytes, 300, bytes.length - 300));
      }
    }
    for (int i = WEIGHTS - 1; i >= 0; i--) {
      if (writer.finished(weight(i)).isPresent()) {
        assertThat(writer.finished(weight(i))).hasValue(utf8("note " + i));
        reused++;
      } else {
        try (TernaryTensor tensor = tensor(i)) {
          writer.note(weight(i), utf8("note " + i));
          writer.write(tensor);
        }
      }
    }
    return reused;
  }

  private static int run(AtomicDirectory output, TernaryStorage storage) {
    try (HuggingFaceWriter writer = HuggingFaceWriter.begin(output, storage, content(), SHARD)) {
      int reused = write(writer);
      WrittenCheckpoint written = writer.commit(Map.of("hash", "5".repeat(64)));
      assertThat(written.storage()).isEqualTo(storage);
      assertThat(written.roundings()).hasSize(WEIGHTS);
      for (int i = 0; i < WEIGHTS; i++) {
        boolean rounds = storage == TernaryStorage.BF16 && i % 2 == 0;
        assertThat(Objects.requireNonNull(written.roundings().get(weight(i))).rounded())
            .isEqualTo(rounds ? 1 : 0);
      }
      return reused;
    }
  }

  @ParameterizedTest
  @EnumSource(TernaryStorage.class)
  void goesOnAfterACrashAnywhere(TernaryStorage storage) {
    Crashes.ofDirectory(output -> run(output, storage));
  }

  @Test
  void packsForAModelThatIsNoDirectory() throws IOException {
    Path target = directory.resolve("packed");
    assertThat(run(AtomicDirectory.resume(target, "work"), TernaryStorage.PACKED)).isZero();
    try (HuggingFaceCheckpoint read = HuggingFaceCheckpoint.open(target)) {
      assertThat(read.weights().files()).hasSizeGreaterThan(1);
      assertThat(read.weights().files().getFirst().metadata())
          .containsEntry("hash", "5".repeat(64))
          .containsEntry("format", "pt");
      for (int i = 0; i < WEIGHTS; i++) {
        try (TernaryTensor stored = read.readPacked(weight(i));
            TernaryTensor wanted = tensor(i)) {
          assertThat(TensorHash.of(stored)).isEqualTo(TensorHash.of(wanted));
        }
      }
    }
    assertThat(target.resolve("tokenizer.json")).hasContent("{}");
    assertThat(target.resolve("config.json")).content().contains("\"quantization_config\"");
  }

  @Test
  void writesFloatsForAnyLoader() throws IOException {
    Path target = directory.resolve("floats");
    run(AtomicDirectory.create(target), TernaryStorage.BF16);
    try (HuggingFaceCheckpoint read = HuggingFaceCheckpoint.open(target)) {
      for (int i = 0; i < WEIGHTS; i++) {
        float[] stored = new float[16 * 30];
        read.source(weight(i)).readRows(0, 16, stored, 0);
        float[] wanted = new float[16 * 30];
        try (TernaryTensor tensor = tensor(i)) {
          tensor.scales().setMultiplier(0, i % 2 == 0 ? 0x1.9Ap-4f : 0.5f);
          for (int row = 0; row < 16; row++) {
            tensor.dequantizeRow(row, wanted, 30 * row);
          }
        }
        for (int k = 0; k < wanted.length; k++) {
          assertThat(stored[k] == wanted[k]).as("element %d", k).isTrue();
        }
      }
    }
    assertThat(target.resolve("config.json")).hasContent("{\"model_type\": \"llama\"}");
  }

  @Test
  void aCheckpointWithoutConfigurationGetsNoneForFloats() throws IOException {
    Path target = directory.resolve("floats");
    CheckpointContent content =
        new CheckpointContent(
            List.of(new PackedEntry.Ternary("odd.name", TensorShape.of(3, 5))),
            new TreeMap<>(),
            Map.of());
    try (HuggingFaceWriter writer =
            HuggingFaceWriter.begin(
                AtomicDirectory.create(target), TernaryStorage.BF16, content, SHARD);
        TernaryTensor tensor = Tensors.random("odd.name", 3, 5, 1, 0)) {
      assertThat(writer.write(tensor)).isEqualTo(ScaleRounding.EXACT);
      writer.commit();
    }
    try (Stream<Path> files = Files.list(target)) {
      assertThat(files).containsExactly(target.resolve("model.safetensors"));
    }
  }

  /// All rows but those of zeros share a multiplier.
  @Test
  void packsRowsThatAgreeWhereTheyHaveASay() {
    Path target = directory.resolve("packed");
    CheckpointContent content =
        new CheckpointContent(
            List.of(new PackedEntry.Ternary("a.weight", TensorShape.of(8, 3))),
            new TreeMap<>(),
            Map.of());
    try (HuggingFaceWriter writer =
            HuggingFaceWriter.begin(
                AtomicDirectory.create(target), TernaryStorage.PACKED, content, SHARD);
        TernaryTensor tensor =
            Tensors.random("a.weight", 8, 3, new Granularity.PerRow(), 0.25f, 2)) {
      tensor.scales().setMultiplier(5, 0);
      assertThatThrownBy(() -> writer.write(tensor)).isInstanceOf(InvalidTensorException.class);
      tensor.writeRow(5, new byte[3], 0);
      writer.write(tensor);
      writer.commit();
    }
    try (HuggingFaceCheckpoint read = HuggingFaceCheckpoint.open(target);
        TernaryTensor stored = read.readPacked("a.weight")) {
      assertThat(stored.scales().multiplier(0)).isEqualTo(0.25f);
    }
  }

  @Test
  void refusesSideFilesNamedAsWeightsAndLateValuesOfAnotherLength() {
    for (String name : List.of("model.safetensors", "MODEL.SAFETENSORS.INDEX.JSON", "x.gguf")) {
      SortedMap<String, byte[]> sideFiles = new TreeMap<>(Map.of(name, new byte[1]));
      CheckpointContent content = new CheckpointContent(List.of(), sideFiles, Map.of());
      assertThatThrownBy(() ->
              HuggingFaceWriter.begin(
                  AtomicDirectory.create(directory.resolve("out")),
                  TernaryStorage.BF16,
                  content,
                  SHARD))
          .isInstanceOf(MalformedFileException.class)
          .hasMessageContaining(name);
    }
    for (Map<String, String> late : List.of(Map.of("hash", "short"), Map.of("other", HASH))) {
      try (HuggingFaceWriter writer =
          HuggingFaceWriter.begin(
              AtomicDirectory.create(directory.resolve("out")),
              TernaryStorage.BF16,
              content(),
              SHARD)) {
        write(writer);
        assertThatThrownBy(() -> writer.commit(late)).isInstanceOf(IllegalArgumentException.class);
      }
    }
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void refusesATensorTwiceAndATensorLess() {
    CheckpointContent content = content();
    try (HuggingFaceWriter writer =
            HuggingFaceWriter.begin(
                AtomicDirectory.create(directory.resolve("out")),
                TernaryStorage.BF16,
                content,
                SHARD);
        TernaryTensor tensor = tensor(0)) {
      writer.write(tensor);
      assertThatThrownBy(() -> writer.write(tensor)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> writer.write(weight(0), ByteBuffer.allocate(1)))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(writer::commit).isInstanceOf(IllegalStateException.class);
    }
    List<PackedEntry> twice = new ArrayList<>(content.entries());
    twice.add(asIs(weight(0), DType.F32, 3));
    assertThatThrownBy(() ->
            HuggingFaceWriter.begin(
                AtomicDirectory.create(directory.resolve("out")),
                TernaryStorage.BF16,
                new CheckpointContent(twice, new TreeMap<>(), Map.of()),
                SHARD))
        .isInstanceOf(InvalidTensorException.class)
        .hasMessageContaining(weight(0));
    assertThat(directory).isEmptyDirectory();
  }
}

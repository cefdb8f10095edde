package org.bitnet4j.formats.huggingface;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.bitnet4j.formats.io.MissingFileException;
import org.bitnet4j.formats.safetensors.DType;
import org.bitnet4j.formats.safetensors.SafetensorsEntry;
import org.bitnet4j.formats.safetensors.SafetensorsTensor;
import org.bitnet4j.quant.Granularity;
import org.bitnet4j.quant.IntegerTensor;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.MalformedFileException;
import org.bitnet4j.quant.QuantizedTensor;
import org.bitnet4j.quant.TensorHash;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TensorSource;
import org.bitnet4j.quant.TernaryTensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PackedCheckpointTest {
  @TempDir Path directory;

  private static Path shipped(String name) {
    String root = Objects.requireNonNull(System.getProperty("bitnet4j.root"), "bitnet4j.root");
    return Path.of(root, "checkpoints", name);
  }

  /// absmean by its definition (arXiv 2402.17764), to have true weights to pack.
  private static TernaryTensor absmean(TensorSource source) {
    int rows = Math.toIntExact(source.shape().rows());
    int columns = source.shape().columns();
    float[] values = new float[rows * columns];
    source.readRows(0, rows, values, 0);
    double sum = 0;
    for (float value : values) {
      sum += Math.abs(value);
    }
    float mean = (float) Math.max(sum / values.length, 1e-5);
    TernaryTensor tensor =
        TernaryTensor.allocate(source.name(), source.shape(), new Granularity.PerTensor(), false);
    byte[] row = new byte[columns];
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        row[c] = (byte) Math.clamp(Math.rint(values[r * columns + c] / mean), -1.0, 1.0);
      }
      tensor.writeRow(r, row, 0);
    }
    tensor.scales().setMultiplier(0, mean);
    return tensor;
  }

  private static List<String> projections(HuggingFaceCheckpoint checkpoint) {
    return checkpoint.weights().tensors().stream()
        .map(SafetensorsTensor::name)
        .filter(name -> name.endsWith("_proj.weight"))
        .toList();
  }

  /// Packs all projections; the hashes by name.
  private static Map<String, TensorHash> pack(Path from, Path to, long shardBytes) {
    Map<String, TensorHash> hashes = new TreeMap<>();
    try (HuggingFaceCheckpoint source = HuggingFaceCheckpoint.open(from);
        PackedCheckpointWriter writer =
            PackedCheckpointWriter.begin(to, source, projections(source), shardBytes, Map.of())) {
      for (String name : projections(source)) {
        try (TernaryTensor tensor =
            source.isPacked(name) ? source.readPacked(name) : absmean(source.source(name))) {
          hashes.put(name, TensorHash.of(tensor));
          writer.write(tensor);
        }
      }
      PackedSummary summary = writer.commit();
      assertThat(summary.ternaryWeights()).isEqualTo(21);
      assertThat(summary.roundedScales().isEmpty())
          .isEqualTo(summary.convention() == ScaleConvention.MULTIPLY);
    }
    return hashes;
  }

  private static Map<String, TensorHash> hashes(Path path) {
    Map<String, TensorHash> hashes = new TreeMap<>();
    try (HuggingFaceCheckpoint checkpoint = HuggingFaceCheckpoint.open(path)) {
      for (String name : projections(checkpoint)) {
        try (TernaryTensor tensor = checkpoint.readPacked(name)) {
          hashes.put(name, TensorHash.of(tensor));
        }
      }
    }
    return hashes;
  }

  @ParameterizedTest
  @CsvSource({"tiny-bitnet,5000000000,1", "tiny-float,5000000000,1", "tiny-bitnet,200000,3"})
  void packsAShippedCheckpointWithoutLoss(String name, long shardBytes, int atLeast)
      throws IOException {
    Path from = shipped(name);
    Path to = directory.resolve("packed");
    Map<String, TensorHash> written = pack(from, to, shardBytes);
    assertThat(written).hasSize(21);
    assertThat(hashes(to)).isEqualTo(written);
    try (HuggingFaceCheckpoint before = HuggingFaceCheckpoint.open(from);
        HuggingFaceCheckpoint after = HuggingFaceCheckpoint.open(to)) {
      assertThat(after.weights().files()).hasSizeGreaterThanOrEqualTo(atLeast);
      ModelConfig facts = Objects.requireNonNull(after.config());
      QuantizationSettings settings = Objects.requireNonNull(facts.quantization());
      assertThat(settings.linearClass()).isEqualTo("autobitlinear");
      assertThat(settings.isPacked()).isTrue();
      assertThat(settings.modulesToNotConvert()).containsExactly("lm_head");
      assertThat(facts.hiddenSize())
          .isEqualTo(Objects.requireNonNull(before.config()).hiddenSize());
      assertThat(after.scaleConvention()).isEqualTo(ScaleConvention.MULTIPLY);
      for (SafetensorsTensor tensor : before.weights().tensors()) {
        if (!after.isPacked(tensor.name())) {
          assertThat(bytes(after, tensor.name())).isEqualTo(bytes(before, tensor.name()));
        } else {
          assertThat(after.isScaleOfPacked(tensor.name() + "_scale")).isTrue();
        }
      }
      assertThat(after.sideFiles()).hasSize(4).hasSameSizeAs(before.sideFiles());
      for (Path file : before.sideFiles()) {
        assertThat(Files.mismatch(file, to.resolve(Objects.requireNonNull(file.getFileName()))))
            .isEqualTo(-1);
      }
    }
    // what was packed once packs again to the same bytes
    Path again = directory.resolve("again");
    assertThat(pack(to, again, shardBytes)).isEqualTo(written);
    try (Stream<Path> files = Files.list(to)) {
      for (Path file : files.toList()) {
        assertThat(Files.mismatch(file, again.resolve(to.relativize(file))))
            .as(file.toString())
            .isEqualTo(-1);
      }
    }
  }

  private static byte[] bytes(HuggingFaceCheckpoint checkpoint, String name) {
    SafetensorsTensor tensor =
        Objects.requireNonNull(checkpoint.weights().find(name), "tensor " + name);
    ByteBuffer buffer = ByteBuffer.allocate(Math.toIntExact(tensor.bytes()));
    checkpoint.weights().fileOf(name).read(tensor, 0, buffer);
    return buffer.array();
  }

  /// A checkpoint that declares `bitlinear` keeps it: scales are stored as reciprocals.
  @Test
  void keepsADividingConvention() throws IOException {
    Path from = Files.createDirectory(directory.resolve("from"));
    Files.copy(
        shipped("tiny-bitnet").resolve("model.safetensors"), from.resolve("model.safetensors"));
    String config = Files.readString(shipped("tiny-bitnet").resolve("config.json"));
    Files.writeString(from.resolve("config.json"), config.replace("autobitlinear", "bitlinear"));
    Path to = directory.resolve("to");
    Map<String, TensorHash> written = new TreeMap<>();
    PackedSummary summary;
    try (HuggingFaceCheckpoint source = HuggingFaceCheckpoint.open(from);
        PackedCheckpointWriter writer =
            PackedCheckpointWriter.begin(
                to, source, projections(source), Long.MAX_VALUE, Map.of())) {
      for (String name : projections(source)) {
        try (TernaryTensor tensor = absmean(source.source(name))) {
          written.put(name, TensorHash.of(tensor));
          writer.write(tensor);
        }
      }
      summary = writer.commit();
    }
    assertThat(summary.convention()).isEqualTo(ScaleConvention.DIVIDE);
    assertThat(summary.linearClass()).isEqualTo("bitlinear");
    hashes(to)
        .forEach((name, hash) -> {
          TensorHash wanted = Objects.requireNonNull(written.get(name));
          assertThat(hash.codesHash()).isEqualTo(wanted.codesHash());
          assertThat(hash.equals(wanted))
              .as(name)
              .isEqualTo(!summary.roundedScales().contains(name));
        });
  }

  /// One weight [4, 2] of +1 beside its scale, under a configuration.
  private Path packed(String config, SafetensorsEntry scale, byte[] scaleBytes) throws IOException {
    Path path = Files.createDirectory(directory.resolve("packed-by-hand"));
    Files.writeString(path.resolve("config.json"), config);
    SafetensorsEntry weight = new SafetensorsEntry("a.weight", DType.U8, TensorShape.of(1, 2));
    try (var output =
        org.bitnet4j.formats.io.AtomicOutput.create(path.resolve("model.safetensors"))) {
      var writer =
          org.bitnet4j.formats.safetensors.SafetensorsWriter.begin(
              output, List.of(weight, scale), Map.of());
      writer.write("a.weight", ByteBuffer.wrap(new byte[] {(byte) 0xAA, (byte) 0xAA}));
      writer.write(scale.name(), ByteBuffer.wrap(scaleBytes));
      writer.finish();
      output.commit();
    }
    return path;
  }

  private static byte[] float32(float value) {
    return ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(value).array();
  }

  private static SafetensorsEntry scaleEntry(DType dtype, long... shape) {
    return new SafetensorsEntry("a.weight_scale", dtype, TensorShape.of(shape));
  }

  private static String config(String quantization) {
    return "{\"quantization_config\":{" + quantization.replace('\'', '"') + "}}";
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'quant_method':'bitnet','linear_class':'autobitlinear','quantization_mode':'offline'|4.0",
        "'quant_method':'bitnet','linear_class':'autobitlinear'|4.0",
        "'quant_method':'bitnet','linear_class':'bitlinear','quantization_mode':'offline'|0.25",
        "'quant_method':'bitnet'|0.25",
        "'quant_method':'bitnet','linear_class':null|0.25",
      })
  void readsBothConventions(String quantization, float multiplier) throws IOException {
    Path path =
        packed(config(quantization), scaleEntry(DType.BF16, 1), new byte[] {(byte) 0x80, 0x40});
    try (HuggingFaceCheckpoint checkpoint = HuggingFaceCheckpoint.open(path);
        TernaryTensor tensor = checkpoint.readPacked("a.weight")) {
      assertThat(tensor.shape()).isEqualTo(TensorShape.of(4, 2));
      assertThat(tensor.scales().multiplier(0)).isEqualTo(multiplier);
      float[] row = new float[2];
      tensor.dequantizeRow(3, row, 0);
      assertThat(row).containsExactly(multiplier, multiplier);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'quant_method':'gptq'",
        "'linear_class':'autobitlinear'",
        "'quant_method':'bitnet','linear_class':'other'",
        "'quant_method':'bitnet','linear_class':'autobitlinear','quantization_mode':'online'"
      })
  void refusesAConfigurationThatDoesNotTell(String quantization) throws IOException {
    Path path = packed(config(quantization), scaleEntry(DType.F32, 1), float32(1));
    try (HuggingFaceCheckpoint checkpoint = HuggingFaceCheckpoint.open(path)) {
      assertThatThrownBy(() -> checkpoint.readPacked("a.weight"))
          .isInstanceOf(MalformedFileException.class)
          .hasMessageContaining("quantization_config");
    }
    try (HuggingFaceCheckpoint single =
        HuggingFaceCheckpoint.open(path.resolve("model.safetensors"))) {
      assertThat(single.config()).isNull();
      assertThat(single.sideFiles()).isEmpty();
      assertThatThrownBy(() -> single.readPacked("a.weight"))
          .isInstanceOf(MalformedFileException.class);
    }
  }

  @ParameterizedTest
  @CsvSource({"NaN,bitlinear", "Infinity,bitlinear", "0,bitlinear", "NaN,autobitlinear"})
  void refusesAScaleWithoutMeaning(float scale, String linearClass) throws IOException {
    String quantization = "'quant_method':'bitnet','linear_class':'" + linearClass + "'";
    Path path = packed(config(quantization), scaleEntry(DType.F32, 1), float32(scale));
    try (HuggingFaceCheckpoint checkpoint = HuggingFaceCheckpoint.open(path)) {
      assertThatThrownBy(() -> checkpoint.readPacked("a.weight"))
          .isInstanceOf(MalformedFileException.class)
          .hasMessageContaining("a.weight_scale");
    }
  }

  @Test
  void refusesAScaleOfAnotherShapeAndATensorThatIsNotPacked() throws IOException {
    Path path = packed(config("'quant_method':'bitnet'"), scaleEntry(DType.F32, 2), new byte[8]);
    try (HuggingFaceCheckpoint checkpoint = HuggingFaceCheckpoint.open(path)) {
      assertThatThrownBy(() -> checkpoint.readPacked("a.weight"))
          .isInstanceOf(MalformedFileException.class)
          .hasMessageContaining("one F32, F16 or BF16");
      assertThatThrownBy(() -> checkpoint.readPacked("a.weight_scale"))
          .isInstanceOf(MalformedFileException.class)
          .hasMessageContaining("a packed ternary weight");
      assertThatThrownBy(() -> checkpoint.readPacked("none"))
          .isInstanceOf(MalformedFileException.class);
    }
  }

  @Test
  void refusesADirectoryWithoutConfiguration() throws IOException {
    Path path = Files.createDirectory(directory.resolve("bare"));
    Files.copy(
        shipped("tiny-float").resolve("model.safetensors"), path.resolve("model.safetensors"));
    assertThatThrownBy(() -> HuggingFaceCheckpoint.open(path))
        .isInstanceOf(MissingFileException.class)
        .hasMessageContaining("config.json");
  }

  private PackedCheckpointWriter writer(PackedEntry... entries) {
    return PackedCheckpointWriter.begin(directory.resolve("out"), List.of(entries), 1 << 20);
  }

  private static PackedEntry ternary(String name, long... shape) {
    return new PackedEntry.Ternary(name, TensorShape.of(shape));
  }

  @Test
  void writesWithoutASource() throws IOException {
    PackedEntry.AsIs norm =
        new PackedEntry.AsIs(new SafetensorsEntry("norm.weight", DType.F32, TensorShape.of(2)));
    PackedEntry.AsIs head =
        new PackedEntry.AsIs(new SafetensorsEntry("head.weight", DType.BF16, TensorShape.of(1, 2)));
    try (PackedCheckpointWriter writer = writer(ternary("a.weight", 8, 3), norm, head);
        TernaryTensor rows = Tensors.random("a.weight", 8, 3, new Granularity.PerRow(), 0.5f, 0)) {
      writer.write("norm.weight", ByteBuffer.allocate(8));
      writer.write("head.weight", ByteBuffer.allocate(4));
      writer.write(rows); // one multiplier per row, all equal: fits
      assertThatThrownBy(() -> writer.write(rows)).isInstanceOf(IllegalArgumentException.class);
      writer.commit();
    }
    assertThat(directory.resolve("out/config.json"))
        .hasContent(
            "{\"quantization_config\":{\"quant_method\":\"bitnet\",\"linear_class\":\"autobitlinear\","
                + "\"quantization_mode\":\"offline\",\"modules_to_not_convert\":[\"head\",\"lm_head\"]}}");
    try (HuggingFaceCheckpoint read = HuggingFaceCheckpoint.open(directory.resolve("out"));
        TernaryTensor tensor = read.readPacked("a.weight");
        TernaryTensor rows = Tensors.random("a.weight", 8, 3, new Granularity.PerRow(), 0.5f, 0)) {
      assertThat(TensorHash.of(tensor)).isEqualTo(TensorHash.of(rows));
    }
  }

  @Test
  void refusesWhatTheLayoutCannotHold() {
    for (PackedEntry entry :
        List.of(
            ternary("a.weight", 8),
            ternary("a.weight", 2, 4, 4),
            ternary("a.weight", 6, 4),
            ternary("a", 8, 4))) {
      assertThatThrownBy(() -> writer(entry))
          .isInstanceOf(InvalidTensorException.class)
          .hasMessageContaining("tensor " + entry.name());
    }
    List<QuantizedTensor> bad = new ArrayList<>();
    TensorShape shape = TensorShape.of(4, 4);
    TernaryTensor rows = Tensors.random("a.weight", 4, 4, new Granularity.PerRow(), 1, 0);
    rows.scales().setMultiplier(3, 2);
    bad.add(rows);
    bad.add(TernaryTensor.allocate("a.weight", shape, new Granularity.PerTensor(), true));
    bad.add(Tensors.random("a.weight", 4, 4, Float.NaN, 0));
    bad.add(
        IntegerTensor.allocate("a.weight", shape, 4, new Granularity.PerTensor(), false, false));
    try (PackedCheckpointWriter writer = writer(ternary("a.weight", 4, 4))) {
      for (QuantizedTensor tensor : bad) {
        assertThatThrownBy(() -> writer.write(tensor))
            .isInstanceOf(InvalidTensorException.class)
            .hasMessageContaining("tensor a.weight");
        tensor.close();
      }
      try (TernaryTensor other = Tensors.random("b.weight", 4, 4, 1, 0);
          TernaryTensor larger = Tensors.random("a.weight", 8, 4, 1, 0)) {
        assertThatThrownBy(() -> writer.write(other)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> writer.write(larger)).isInstanceOf(IllegalArgumentException.class);
      }
      assertThatThrownBy(() -> writer.write("a.weight", ByteBuffer.allocate(1)))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(writer::commit).isInstanceOf(IllegalStateException.class);
    }
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void refusesNamesAndMethodsThatDoNotFitTheSource() throws IOException {
    Path from = Files.createDirectory(directory.resolve("from"));
    Files.copy(
        shipped("tiny-float").resolve("model.safetensors"), from.resolve("model.safetensors"));
    Files.writeString(from.resolve("config.json"), config("'quant_method':'gptq'"));
    try (HuggingFaceCheckpoint source = HuggingFaceCheckpoint.open(from)) {
      assertThatThrownBy(() ->
              PackedCheckpointWriter.begin(directory.resolve("to"), source, List.of(), 1, Map.of()))
          .isInstanceOf(MalformedFileException.class)
          .hasMessageContaining("gptq");
      assertThatThrownBy(() ->
              PackedCheckpointWriter.begin(
                  directory.resolve("to"), source, List.of("none.weight"), 1, Map.of()))
          .isInstanceOf(MalformedFileException.class)
          .hasMessageContaining("none.weight");
    }
    assertThat(directory.toFile().list()).containsExactly("from");
  }
}

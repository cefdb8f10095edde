package org.bitnet4j.formats.doctor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bitnet4j.formats.io.AtomicOutput;
import org.bitnet4j.formats.safetensors.DType;
import org.bitnet4j.formats.safetensors.SafetensorsEntry;
import org.bitnet4j.formats.safetensors.SafetensorsWriter;
import org.bitnet4j.formats.tokenizer.ChatTemplates;
import org.bitnet4j.quant.TensorShape;
import tools.jackson.databind.json.JsonMapper;

/// A Hugging Face directory without a fault, to be given one.
final class DirectorySpecimen {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /// A stored tensor.
  static final class Stored {
    private final DType type;
    private final TensorShape shape;
    private final byte[] data;

    Stored(DType type, TensorShape shape, byte[] data) {
      this.type = type;
      this.shape = shape;
      this.data = data;
    }

    byte[] data() {
      return data.clone();
    }

    TensorShape shape() {
      return shape;
    }
  }

  final Map<String, Stored> tensors = new LinkedHashMap<>();
  final Map<String, Object> config = new LinkedHashMap<>();
  final Map<String, Object> quantization = new LinkedHashMap<>();
  final Map<String, Object> tokenizerConfig = new LinkedHashMap<>();
  final Map<String, Object> generation = new LinkedHashMap<>();
  final Map<String, Integer> vocabulary = new LinkedHashMap<>();
  final Map<String, String> files = new TreeMap<>();

  private DirectorySpecimen() {
    config.put("architectures", List.of("BitNetForCausalLM"));
    config.put("model_type", "bitnet");
    config.put("hidden_act", "relu2");
    config.put("hidden_size", SampleModel.HIDDEN);
    config.put("intermediate_size", SampleModel.FFN);
    config.put("num_hidden_layers", SampleModel.LAYERS);
    config.put("num_attention_heads", SampleModel.HEADS);
    config.put("num_key_value_heads", SampleModel.KEY_HEADS);
    config.put("vocab_size", SampleModel.VOCABULARY);
    config.put("tie_word_embeddings", true);
    for (int id = 0; id < SampleModel.VOCABULARY - 4; id++) {
      vocabulary.put("t" + id, id);
    }
    for (String special :
        List.of("<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|eot_id|>")) {
      vocabulary.put(special, vocabulary.size());
    }
    config.put("eos_token_id", vocabulary.get("<|end_of_text|>"));
    generation.put("eos_token_id", List.of(SampleModel.VOCABULARY - 3, SampleModel.VOCABULARY - 1));
    tokenizerConfig.put("chat_template", ChatTemplates.ofBitnet2B4T());
  }

  /// Packed weights whose scales multiply.
  static DirectorySpecimen packed(SampleModel model) {
    DirectorySpecimen specimen = new DirectorySpecimen();
    specimen.quantization.put("quant_method", "bitnet");
    specimen.quantization.put("linear_class", "autobitlinear");
    specimen.quantization.put("quantization_mode", "offline");
    model.floats().forEach((name, floats) -> specimen.tensors.put(name, bfloat(floats)));
    model
        .trits()
        .forEach((name, trits) -> {
          specimen.tensors.put(name, pack(trits));
          specimen.tensors.put(name + "_scale", scale(trits.scale()));
        });
    return specimen;
  }

  /// Float weights that are already trits times a scale.
  static DirectorySpecimen unpacked(SampleModel model) {
    DirectorySpecimen specimen = new DirectorySpecimen();
    model.floats().forEach((name, floats) -> specimen.tensors.put(name, bfloat(floats)));
    model
        .trits()
        .forEach((name, trits) -> {
          byte[] codes = trits.values();
          float[] values = new float[codes.length];
          for (int i = 0; i < values.length; i++) {
            values[i] = codes[i] * trits.scale();
          }
          specimen.tensors.put(name, bfloat(new SampleModel.Floats(trits.shape(), values)));
        });
    return specimen;
  }

  static Stored scale(float value) {
    return bfloat(new SampleModel.Floats(TensorShape.of(1), new float[] {value}));
  }

  static Stored bfloat(SampleModel.Floats floats) {
    float[] values = floats.values();
    ByteBuffer data = ByteBuffer.allocate(2 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      int bits = Float.floatToRawIntBits(value);
      data.putShort((short) ((bits + (Float.isFinite(value) ? 0x8000 : 0)) >>> 16));
    }
    return new Stored(DType.BF16, floats.shape(), data.array());
  }

  /// Four rows in a byte, as formats.md describes it.
  static Stored pack(SampleModel.Trits trits) {
    int rows = (int) trits.shape().rows();
    int columns = trits.shape().columns();
    int quarter = (rows + 3) / 4;
    byte[] values = trits.values();
    byte[] data = new byte[quarter * columns];
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        int code = values[row * columns + column] + 1;
        data[row % quarter * columns + column] |= (byte) (code << (2 * (row / quarter)));
      }
    }
    return new Stored(DType.U8, TensorShape.of(quarter, columns), data);
  }

  /// Replaces the bytes of a tensor.
  void replace(String name, byte[] data) {
    Stored old = tensors.get(name);
    if (old == null) {
      throw new AssertionError(name);
    }
    tensors.put(name, new Stored(old.type, old.shape, data));
  }

  /// Writes the directory.
  Path write(Path directory) {
    try {
      Files.createDirectories(directory);
      Map<String, Object> all = new LinkedHashMap<>(config);
      if (!quantization.isEmpty()) {
        all.put("quantization_config", quantization);
      }
      Map<String, Object> tokenizer =
          Map.of("added_tokens", List.of(), "model", Map.of("type", "BPE", "vocab", vocabulary));
      files.putIfAbsent("config.json", JSON.writeValueAsString(all));
      files.putIfAbsent("tokenizer.json", JSON.writeValueAsString(tokenizer));
      files.putIfAbsent("tokenizer_config.json", JSON.writeValueAsString(tokenizerConfig));
      files.putIfAbsent("generation_config.json", JSON.writeValueAsString(generation));
      for (Map.Entry<String, String> file : files.entrySet()) {
        if (!file.getValue().isEmpty()) {
          Path path = directory.resolve(file.getKey());
          Files.createDirectories(path.getParent());
          Files.write(path, file.getValue().getBytes(StandardCharsets.UTF_8));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    writeWeights(directory.resolve("model.safetensors"));
    return directory;
  }

  /// Writes the weights alone.
  Path writeWeights(Path path) {
    List<SafetensorsEntry> entries = new ArrayList<>();
    tensors.forEach(
        (name, tensor) -> entries.add(new SafetensorsEntry(name, tensor.type, tensor.shape)));
    try (AtomicOutput output = AtomicOutput.create(path)) {
      SafetensorsWriter writer = SafetensorsWriter.begin(output, entries, Map.of());
      tensors.forEach((name, tensor) -> writer.write(name, ByteBuffer.wrap(tensor.data)));
      writer.finish();
      output.commit();
    }
    return path;
  }
}

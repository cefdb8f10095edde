package org.bitnet4j.formats.doctor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bitnet4j.formats.gguf.GgufEntry;
import org.bitnet4j.formats.gguf.GgufMetadata;
import org.bitnet4j.formats.gguf.GgufType;
import org.bitnet4j.formats.gguf.GgufValue;
import org.bitnet4j.formats.gguf.GgufWriter;
import org.bitnet4j.formats.io.AtomicOutput;
import org.bitnet4j.formats.tokenizer.ChatTemplates;
import org.bitnet4j.quant.Granularity;
import org.bitnet4j.quant.QuantizedTensor;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TernaryTensor;
import org.bitnet4j.quant.Workers;
import org.bitnet4j.quant.layout.TernaryLayout;

/// A GGUF file without a fault, to be given one.
final class GgufSpecimen {
  /// A stored tensor.
  static final class Stored {
    final GgufType type;
    final TensorShape shape;
    private final byte[] data;

    Stored(GgufType type, TensorShape shape, byte[] data) {
      this.type = type;
      this.shape = shape;
      this.data = data;
    }

    byte[] data() {
      return data.clone();
    }
  }

  private static final Map<String, String> PARTS =
      Map.ofEntries(
          Map.entry("self_attn.q_proj", "attn_q"),
          Map.entry("self_attn.k_proj", "attn_k"),
          Map.entry("self_attn.v_proj", "attn_v"),
          Map.entry("self_attn.o_proj", "attn_output"),
          Map.entry("self_attn.attn_sub_norm", "attn_sub_norm"),
          Map.entry("mlp.gate_proj", "ffn_gate"),
          Map.entry("mlp.up_proj", "ffn_up"),
          Map.entry("mlp.down_proj", "ffn_down"),
          Map.entry("mlp.ffn_sub_norm", "ffn_sub_norm"),
          Map.entry("input_layernorm", "attn_norm"),
          Map.entry("post_attention_layernorm", "ffn_norm"),
          Map.entry("model.layers.", "blk."),
          Map.entry("model.embed_tokens", "token_embd"),
          Map.entry("model.norm", "output_norm"));

  final Map<String, Stored> tensors = new LinkedHashMap<>();
  final Map<String, GgufValue> metadata = new LinkedHashMap<>();
  final List<String> tokens = new ArrayList<>();

  private GgufSpecimen() {}

  /// A file without tensors and keys.
  static GgufSpecimen empty() {
    return new GgufSpecimen();
  }

  /// A model in one layout.
  ///
  /// @param layout of the projections: `I2_S`, `Q2_0`, …
  static GgufSpecimen of(SampleModel model, String layout) {
    GgufSpecimen specimen = new GgufSpecimen();
    specimen.declare("bitnet-b1.58", model.ffn());
    model.floats().forEach((name, floats) -> specimen.tensors.put(ggufName(name), f32(floats)));
    model
        .trits()
        .forEach((name, trits) -> specimen.tensors.put(ggufName(name), pack(trits, layout)));
    return specimen;
  }

  static String ggufName(String name) {
    String result = name;
    for (Map.Entry<String, String> part : PARTS.entrySet()) {
      result = result.replace(part.getKey(), part.getValue());
    }
    return result;
  }

  /// Keys of an architecture and of the tokenizer.
  void declare(String architecture, int ffn) {
    metadata.clear();
    metadata.put("general.architecture", GgufValue.text(architecture));
    metadata.put("general.name", GgufValue.text("sample"));
    metadata.put(architecture + ".vocab_size", GgufValue.u32(SampleModel.VOCABULARY));
    metadata.put(architecture + ".context_length", GgufValue.u32(4096));
    metadata.put(architecture + ".embedding_length", GgufValue.u32(SampleModel.HIDDEN));
    metadata.put(architecture + ".block_count", GgufValue.u32(SampleModel.LAYERS));
    metadata.put(architecture + ".feed_forward_length", GgufValue.u32(ffn));
    metadata.put(architecture + ".attention.head_count", GgufValue.u32(SampleModel.HEADS));
    metadata.put(architecture + ".attention.head_count_kv", GgufValue.u32(SampleModel.KEY_HEADS));
    metadata.put(architecture + ".attention.layer_norm_rms_epsilon", GgufValue.f32(1e-5f));
    tokens.clear();
    for (int id = 0; id < SampleModel.VOCABULARY - 4; id++) {
      tokens.add("t" + id);
    }
    tokens.addAll(
        List.of("<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|eot_id|>"));
    metadata.put("tokenizer.ggml.model", GgufValue.text("gpt2"));
    metadata.put("tokenizer.ggml.pre", GgufValue.text("llama-bpe"));
    metadata.put("tokenizer.ggml.tokens", GgufValue.texts(tokens));
    metadata.put("tokenizer.ggml.eos_token_id", GgufValue.u32(SampleModel.VOCABULARY - 3));
    metadata.put("tokenizer.ggml.eot_token_id", GgufValue.u32(SampleModel.VOCABULARY - 1));
    metadata.put("tokenizer.chat_template", GgufValue.text(ChatTemplates.ofBitnet2B4T()));
  }

  static Stored f32(SampleModel.Floats floats) {
    float[] values = floats.values();
    ByteBuffer data = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      data.putFloat(value);
    }
    return new Stored(GgufType.F32, floats.shape(), data.array());
  }

  /// Encodes trits as a layout has them; the flavours of I2_S share its type.
  static Stored pack(SampleModel.Trits trits, String name) {
    TensorShape shape = trits.shape();
    byte[] values = trits.values();
    try (TernaryTensor tensor =
        TernaryTensor.allocate("t", shape, new Granularity.PerTensor(), false)) {
      for (int row = 0; row < shape.rows(); row++) {
        tensor.writeRow(row, values, row * shape.columns());
      }
      tensor.scales().setMultiplier(0, trits.scale());
      return pack(tensor, name);
    }
  }

  /// Encodes a tensor as a layout has it.
  static Stored pack(QuantizedTensor tensor, String name) {
    TernaryLayout layout = TernaryLayout.find(name).orElseThrow();
    byte[] data = new byte[Math.toIntExact(layout.bytes(tensor.shape()))];
    try (Arena arena = Arena.ofConfined();
        Workers workers = Workers.of(1)) {
      MemorySegment stored = arena.allocate(data.length, 64);
      layout.encode((TernaryTensor) tensor, stored, workers);
      MemorySegment.copy(stored, ValueLayout.JAVA_BYTE, 0, data, 0, data.length);
    }
    GgufType type = name.startsWith("I2_S") ? GgufType.I2_S : GgufType.valueOf(name);
    return new Stored(type, tensor.shape(), data);
  }

  /// I2_S over the flattened tensor whatever the rows, as formats.md describes it: byte j of a
  /// block holds values j, j+32, j+64, j+96 in bits 7–6, 5–4, 3–2, 1–0, the scale behind all codes.
  static Stored packFlat(SampleModel.Trits trits) {
    byte[] values = trits.values();
    byte[] data = new byte[values.length / 4 + 32];
    for (int i = 0; i < values.length; i++) {
      int lane = i % 128 / 32;
      data[i / 128 * 32 + i % 32] |= (byte) ((values[i] + 1) << (6 - 2 * lane));
    }
    ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN).putFloat(values.length / 4, trits.scale());
    return new Stored(GgufType.I2_S, trits.shape(), data);
  }

  Stored tensor(String name) {
    return Objects.requireNonNull(tensors.get(name), name);
  }

  /// Changes the bytes of a tensor.
  void replace(String name, byte[] data) {
    tensors.put(name, new Stored(tensor(name).type, tensor(name).shape, data));
  }

  /// Names another architecture, keys included.
  void rename(String architecture) {
    String old = "bitnet-b1.58.";
    for (String key : List.copyOf(metadata.keySet())) {
      if (key.startsWith(old)) {
        GgufValue value = Objects.requireNonNull(metadata.remove(key));
        metadata.put(architecture + "." + key.substring(old.length()), value);
      }
    }
    metadata.put("general.architecture", GgufValue.text(architecture));
  }

  /// Writes the file.
  Path write(Path path) {
    GgufMetadata.Builder keys = GgufMetadata.builder();
    metadata.forEach(keys::put);
    List<GgufEntry> entries =
        tensors.entrySet().stream()
            .map(entry ->
                new GgufEntry(entry.getKey(), entry.getValue().type, entry.getValue().shape))
            .toList();
    try (AtomicOutput output = AtomicOutput.create(path)) {
      GgufWriter writer = GgufWriter.begin(output, keys.build(), entries);
      tensors.forEach((name, tensor) -> writer.write(name, ByteBuffer.wrap(tensor.data)));
      writer.finish();
      output.commit();
    }
    return path;
  }
}

package org.bitnet4j.bench;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/// A model directory with the dimensions of a published one and made-up bfloat16 weights: what
/// large conversions are measured on. Its text would mean nothing.
///
/// @param name what it is called
/// @param hidden width of the residual stream
/// @param inner width of the MLP
/// @param layers number of layers
/// @param heads query heads
/// @param keyValueHeads key and value heads
/// @param headDim width of a head
/// @param vocabulary rows of the embedding table
/// @param tied whether the head is the embedding table
/// @param subNorms whether attention and MLP have norms of their own before the last projection
/// @param activation of the MLP's gate, `relu2` or `silu`
record GeneratedModel(
    String name,
    int hidden,
    int inner,
    int layers,
    int heads,
    int keyValueHeads,
    int headDim,
    int vocabulary,
    boolean tied,
    boolean subNorms,
    String activation) {
  /// Values that are repeated, from another place in each tensor.
  private static final int TABLE = 1 << 20;

  /// Shapes of published models, and one that is done in a moment.
  static final List<GeneratedModel> KNOWN =
      List.of(
          new GeneratedModel("tiny", 512, 768, 2, 4, 2, 128, 512, true, true, "relu2"),
          new GeneratedModel(
              "bitnet-b1.58-2B-4T", 2560, 6912, 30, 20, 5, 128, 128_256, true, true, "relu2"),
          new GeneratedModel(
              "falcon3-10B", 3072, 23_040, 40, 12, 4, 256, 131_072, false, false, "silu"));

  private record Tensor(String name, long rows, long columns) {
    long bytes() {
      return 2 * rows * columns;
    }
  }

  /// Weights of the projections.
  long ternaryWeights() {
    long attention = (long) hidden * headDim * (2L * heads + 2L * keyValueHeads);
    return layers * (attention + 3L * hidden * inner);
  }

  /// The same with another number of layers, vocabulary and activation.
  GeneratedModel with(int otherLayers, int otherVocabulary, String otherActivation) {
    return new GeneratedModel(
        name,
        hidden,
        inner,
        otherLayers,
        heads,
        keyValueHeads,
        headDim,
        otherVocabulary,
        tied,
        subNorms,
        otherActivation);
  }

  /// Writes the directory.
  ///
  /// @param directory must not exist
  /// @param sparse leaves all weights zero, in a file with holes that takes no space
  /// @return bytes of the weight file
  /// @throws IOException where it cannot be written
  long write(Path directory, boolean sparse) throws IOException {
    Files.createDirectories(directory);
    Files.writeString(directory.resolve("config.json"), config());
    List<Tensor> tensors = tensors();
    byte[] header = header(tensors).getBytes(StandardCharsets.UTF_8);
    Path path = directory.resolve("model.safetensors");
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw");
        FileChannel channel = file.getChannel()) {
      ByteBuffer length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
      channel.write(length.putLong(0, header.length));
      channel.write(ByteBuffer.wrap(header));
      if (sparse) {
        file.setLength(8 + header.length + tensors.stream().mapToLong(Tensor::bytes).sum());
      } else {
        fill(channel, tensors);
      }
    }
    return Files.size(path);
  }

  private static void fill(FileChannel channel, List<Tensor> tensors) throws IOException {
    SplittableRandom random = new SplittableRandom(42);
    ByteBuffer table = ByteBuffer.allocateDirect(2 * TABLE).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < TABLE; i++) {
      int bits = Float.floatToRawIntBits((float) (0.02 * random.nextGaussian()));
      table.putShort(2 * i, (short) (bits >>> 16));
    }
    for (Tensor tensor : tensors) {
      long left = tensor.bytes();
      int from = 2 * random.nextInt(TABLE);
      while (left > 0) {
        int count = (int) Math.min(left, 2L * TABLE - from);
        table.limit(from + count).position(from);
        while (table.hasRemaining()) {
          channel.write(table);
        }
        table.clear();
        left -= count;
        from = 0;
      }
    }
  }

  private String config() {
    return String.format(
        Locale.ROOT,
        """
        {"architectures":["%s"],"model_type":"%s","hidden_act":"%s","hidden_size":%d,\
        "intermediate_size":%d,"num_hidden_layers":%d,"num_attention_heads":%d,\
        "num_key_value_heads":%d,"head_dim":%d,"vocab_size":%d,"max_position_embeddings":4096,\
        "rms_norm_eps":1e-05,"rope_theta":500000.0,"tie_word_embeddings":%b,"quantization_config":\
        {"quant_method":"bitnet","linear_class":"autobitlinear","quantization_mode":"online"}}
        """,
        subNorms ? "BitNetForCausalLM" : "LlamaForCausalLM",
        subNorms ? "bitnet" : "llama",
        activation,
        hidden,
        inner,
        layers,
        heads,
        keyValueHeads,
        headDim,
        vocabulary,
        tied);
  }

  private List<Tensor> tensors() {
    List<Tensor> tensors = new ArrayList<>();
    tensors.add(new Tensor("model.embed_tokens.weight", vocabulary, hidden));
    for (int layer = 0; layer < layers; layer++) {
      String at = "model.layers." + layer + ".";
      tensors.add(new Tensor(at + "input_layernorm.weight", 1, hidden));
      tensors.add(new Tensor(at + "post_attention_layernorm.weight", 1, hidden));
      tensors.add(new Tensor(at + "self_attn.q_proj.weight", (long) heads * headDim, hidden));
      long keyValues = (long) keyValueHeads * headDim;
      tensors.add(new Tensor(at + "self_attn.k_proj.weight", keyValues, hidden));
      tensors.add(new Tensor(at + "self_attn.v_proj.weight", keyValues, hidden));
      tensors.add(new Tensor(at + "self_attn.o_proj.weight", hidden, (long) heads * headDim));
      tensors.add(new Tensor(at + "mlp.gate_proj.weight", inner, hidden));
      tensors.add(new Tensor(at + "mlp.up_proj.weight", inner, hidden));
      tensors.add(new Tensor(at + "mlp.down_proj.weight", hidden, inner));
      if (subNorms) {
        tensors.add(new Tensor(at + "self_attn.attn_sub_norm.weight", 1, hidden));
        tensors.add(new Tensor(at + "mlp.ffn_sub_norm.weight", 1, inner));
      }
    }
    tensors.add(new Tensor("model.norm.weight", 1, hidden));
    if (!tied) {
      tensors.add(new Tensor("lm_head.weight", vocabulary, hidden));
    }
    return tensors;
  }

  private static String header(List<Tensor> tensors) {
    StringBuilder json = new StringBuilder("{");
    long offset = 0;
    for (Tensor tensor : tensors) {
      boolean vector = tensor.name.endsWith("norm.weight");
      String rows = vector ? "" : tensor.rows + ",";
      json.append(json.length() == 1 ? "" : ",")
          .append('"')
          .append(tensor.name)
          .append("\":{\"dtype\":\"BF16\",\"shape\":[")
          .append(rows)
          .append(tensor.columns)
          .append("],\"data_offsets\":[")
          .append(offset)
          .append(',')
          .append(offset + tensor.bytes())
          .append("]}");
      offset += tensor.bytes();
    }
    json.append('}');
    // Data begins at a multiple of eight bytes.
    return json.append(" ".repeat(-json.length() & 7)).toString();
  }
}

package org.bitnet4j.formats.convert;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.SplittableRandom;
import org.bitnet4j.formats.safetensors.DType;
import org.bitnet4j.formats.trit.TritWriter;
import org.bitnet4j.quant.Granularity;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TernaryTensor;
import org.bitnet4j.quant.config.PackingConfig;
import org.bitnet4j.quant.packing.TernaryPacker;

/// Models of a few layers with made-up trits, as `.trit` containers with all their side files.
///
/// @param llama whether it is a Llama, whose q and k rows GGUF interleaves, with a head of its own;
///   BitNet b1.58 otherwise
/// @param hidden width
/// @param inner width of the MLP
/// @param layers number of layers
/// @param exactScales whether bfloat16 and float16 hold all multipliers
public record SmallModels(boolean llama, int hidden, int inner, int layers, boolean exactScales) {
  private static final int HEAD_DIM = 32;
  private static final int VOCABULARY = 260;

  private int heads() {
    return hidden / HEAD_DIM;
  }

  private int keyValueHeads() {
    return Math.max(1, heads() / 2);
  }

  /// Writes the container.
  ///
  /// @param file where
  /// @param shipped the shipped checkpoint whose tokenizer it gets
  public void write(Path file, Path shipped) {
    SplittableRandom random = new SplittableRandom(7);
    try (TritWriter writer = TritWriter.create(file)) {
      floats(writer, "model.embed_tokens.weight", random, VOCABULARY, hidden);
      for (int layer = 0; layer < layers; layer++) {
        String at = "model.layers." + layer + ".";
        norm(writer, at + "input_layernorm.weight", random, hidden);
        norm(writer, at + "post_attention_layernorm.weight", random, hidden);
        if (!llama) {
          norm(writer, at + "self_attn.attn_sub_norm.weight", random, hidden);
          norm(writer, at + "mlp.ffn_sub_norm.weight", random, inner);
        }
        trits(writer, at + "self_attn.q_proj.weight", random, heads() * HEAD_DIM, hidden);
        trits(writer, at + "self_attn.k_proj.weight", random, keyValueHeads() * HEAD_DIM, hidden);
        trits(writer, at + "self_attn.v_proj.weight", random, keyValueHeads() * HEAD_DIM, hidden);
        trits(writer, at + "self_attn.o_proj.weight", random, hidden, heads() * HEAD_DIM);
        trits(writer, at + "mlp.gate_proj.weight", random, inner, hidden);
        trits(writer, at + "mlp.up_proj.weight", random, inner, hidden);
        trits(writer, at + "mlp.down_proj.weight", random, hidden, inner);
      }
      norm(writer, "model.norm.weight", random, hidden);
      if (llama) {
        floats(writer, "lm_head.weight", random, VOCABULARY, hidden);
      }
      writer.attach("config.json", config().getBytes(StandardCharsets.UTF_8));
      for (String name : new String[] {"tokenizer.json", "tokenizer_config.json"}) {
        writer.attach(name, Files.readAllBytes(shipped.resolve(name)));
      }
      writer.finish();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void trits(
      TritWriter writer, String name, SplittableRandom random, int rows, int columns) {
    try (TernaryTensor tensor =
        TernaryTensor.allocate(
            name, TensorShape.of(rows, columns), new Granularity.PerTensor(), false)) {
      byte[] row = new byte[columns];
      for (int r = 0; r < rows; r++) {
        // Dense rows, sparse rows, rows of zeros and rows of one sign.
        int kind = random.nextInt(8);
        for (int c = 0; c < columns; c++) {
          row[c] =
              switch (kind) {
                case 0 -> 0;
                case 1 -> (byte) 1;
                case 2 -> (byte) -1;
                case 3 -> (byte) (random.nextInt(50) == 0 ? 1 : 0);
                default -> (byte) (random.nextInt(3) - 1);
              };
        }
        tensor.writeRow(r, row, 0);
      }
      float scale = (1 + random.nextInt(128) / 128f) / 64;
      tensor.scales().setMultiplier(0, exactScales ? scale : scale * 1.0001f);
      writer.add(tensor, TernaryPacker.of(PackingConfig.maxSpeed()));
    }
  }

  private static void norm(TritWriter writer, String name, SplittableRandom random, int count) {
    raw(writer, name, TensorShape.of(count), random);
  }

  private static void floats(
      TritWriter writer, String name, SplittableRandom random, int rows, int columns) {
    raw(writer, name, TensorShape.of(rows, columns), random);
  }

  private static void raw(
      TritWriter writer, String name, TensorShape shape, SplittableRandom random) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.toIntExact(4 * shape.elements())).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      bytes.putFloat((float) random.nextGaussian());
    }
    writer.addRaw(name, DType.F32, shape, 64, sink -> sink.accept(bytes.flip()));
  }

  private String config() {
    return String.format(
        Locale.ROOT,
        """
        {
          "architectures": ["%s"],
          "model_type": "%s",
          "hidden_act": "%s",
          "hidden_size": %d,
          "intermediate_size": %d,
          "num_hidden_layers": %d,
          "num_attention_heads": %d,
          "num_key_value_heads": %d,
          "head_dim": %d,
          "vocab_size": %d,
          "max_position_embeddings": 64,
          "rms_norm_eps": 1e-05,
          "rope_theta": 10000.0,
          "bos_token_id": 256,
          "eos_token_id": 258,
          "tie_word_embeddings": %b
        }
        """,
        llama ? "LlamaForCausalLM" : "BitNetForCausalLM",
        llama ? "llama" : "bitnet",
        llama ? "silu" : "relu2",
        hidden,
        inner,
        layers,
        heads(),
        keyValueHeads(),
        HEAD_DIM,
        VOCABULARY,
        !llama);
  }
}

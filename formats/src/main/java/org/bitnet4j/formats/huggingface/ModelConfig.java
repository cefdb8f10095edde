package org.bitnet4j.formats.huggingface;

import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// The facts of a config.json that this library uses; what the file does not say is absent.
///
/// @param architectures `architectures`
/// @param modelType `model_type`
/// @param hiddenAct `hidden_act`, the activation function
/// @param hiddenSize `hidden_size`
/// @param intermediateSize `intermediate_size`
/// @param layers `num_hidden_layers`
/// @param attentionHeads `num_attention_heads`
/// @param declaredKeyValueHeads `num_key_value_heads`
/// @param declaredHeadDim `head_dim`
/// @param vocabSize `vocab_size`
/// @param rmsNormEps `rms_norm_eps`
/// @param ropeTheta `rope_theta`
/// @param tieWordEmbeddings `tie_word_embeddings`
/// @param quantization `quantization_config`
public record ModelConfig(
    List<String> architectures,
    @Nullable String modelType,
    @Nullable String hiddenAct,
    OptionalInt hiddenSize,
    OptionalInt intermediateSize,
    OptionalInt layers,
    OptionalInt attentionHeads,
    OptionalInt declaredKeyValueHeads,
    OptionalInt declaredHeadDim,
    OptionalInt vocabSize,
    OptionalDouble rmsNormEps,
    OptionalDouble ropeTheta,
    @Nullable Boolean tieWordEmbeddings,
    @Nullable QuantizationSettings quantization) {
  /// Name of the file.
  public static final String FILE_NAME = "config.json";

  /// The facts of a file's text.
  ///
  /// @param name name of the file, for messages
  /// @param json its text, UTF-8
  /// @throws org.bitnet4j.quant.MalformedFileException for any fault
  public static ModelConfig parse(String name, byte[] json) {
    return ConfigFile.parse(name, json).facts();
  }

  /// Key and value heads: as many as query heads unless declared.
  public OptionalInt keyValueHeads() {
    return declaredKeyValueHeads.isPresent() ? declaredKeyValueHeads : attentionHeads;
  }

  /// Width of one head: `hidden_size / num_attention_heads` unless declared.
  public OptionalInt headDim() {
    if (declaredHeadDim.isPresent() || hiddenSize.isEmpty() || attentionHeads.isEmpty()) {
      return declaredHeadDim;
    }
    int heads = attentionHeads.getAsInt();
    return heads == 0 || hiddenSize.getAsInt() % heads != 0
        ? OptionalInt.empty()
        : OptionalInt.of(hiddenSize.getAsInt() / heads);
  }

  /// Output rows of a projection by its Hugging Face name, absent for other tensors.
  ///
  /// @param tensor name such as `model.layers.0.self_attn.q_proj.weight`
  public OptionalLong rowsOf(String tensor) {
    String[] parts = tensor.split("\\.", -1);
    if (parts.length < 2 || !parts[parts.length - 1].equals("weight")) {
      return OptionalLong.empty();
    }
    return switch (parts[parts.length - 2]) {
      case "q_proj" -> product(attentionHeads, headDim());
      case "k_proj", "v_proj" -> product(keyValueHeads(), headDim());
      case "o_proj", "down_proj" -> product(hiddenSize, OptionalInt.of(1));
      case "gate_proj", "up_proj" -> product(intermediateSize, OptionalInt.of(1));
      default -> OptionalLong.empty();
    };
  }

  private static OptionalLong product(OptionalInt a, OptionalInt b) {
    return a.isEmpty() || b.isEmpty()
        ? OptionalLong.empty()
        : OptionalLong.of((long) a.getAsInt() * b.getAsInt());
  }
}

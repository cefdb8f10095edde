package org.bitnet4j.models.architecture;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// What distinguishes a family of models from a plain Llama, as data. Everything that a tensor's
/// presence tells (biases, norms before projections, sub-norms' spelling) is not here: the weights
/// tell it.
public enum ModelFamily {
  /// BitNet b1.58 and its reproduction by 1bitLLM: a norm before the output projection and one
  /// before the down projection (arXiv 2504.12285, arXiv 2402.17764).
  BITNET("bitnet", true, false, 0, false),
  /// Llama: Llama3-8B-1.58, Falcon3, Falcon-E, TriLM, and float models.
  LLAMA("llama", false, false, 0, false),
  /// Qwen3: queries and keys are normalised head by head.
  QWEN3("qwen3", false, true, 0, false),
  /// Gemma 3 for text: norms round each block with weights stored as w for 1 + w, embeddings times
  /// √hidden, layers that see a window only.
  GEMMA3("gemma3_text", false, true, 1, true);

  private final String modelType;
  private final boolean subNorms;
  private final boolean headNorms;
  private final float normOffset;
  private final boolean scalesEmbedding;

  ModelFamily(
      String modelType,
      boolean subNorms,
      boolean headNorms,
      float normOffset,
      boolean scalesEmbedding) {
    this.modelType = modelType;
    this.subNorms = subNorms;
    this.headNorms = headNorms;
    this.normOffset = normOffset;
    this.scalesEmbedding = scalesEmbedding;
  }

  /// The family of an entry of `architectures`.
  ///
  /// @param className the entry
  public static Optional<ModelFamily> ofClass(String className) {
    return Arrays.stream(values())
        .filter(family -> family.classNames().contains(className))
        .findFirst();
  }

  /// The family of a `model_type`.
  ///
  /// @param modelType its value
  public static Optional<ModelFamily> ofModelType(String modelType) {
    return Arrays.stream(values()).filter(family -> family.modelType.equals(modelType)).findFirst();
  }

  /// Entries of `architectures` that name the family: with a head, and without.
  public List<String> classNames() {
    return switch (this) {
      case BITNET ->
          List.of("BitNetForCausalLM", "BitNetModel", "BitnetForCausalLM", "BitnetModel");
      case LLAMA -> List.of("LlamaForCausalLM", "LlamaModel");
      case QWEN3 -> List.of("Qwen3ForCausalLM", "Qwen3Model");
      case GEMMA3 -> List.of("Gemma3ForCausalLM", "Gemma3TextModel");
    };
  }

  /// Its `model_type`.
  public String modelType() {
    return modelType;
  }

  /// Where the norms of a layer stand.
  public BlockNorms blockNorms() {
    return switch (this) {
      case BITNET, LLAMA, QWEN3 ->
          new BlockNorms.Before("input_layernorm", "post_attention_layernorm");
      case GEMMA3 ->
          new BlockNorms.Around(
              "input_layernorm",
              "post_attention_layernorm",
              "pre_feedforward_layernorm",
              "post_feedforward_layernorm");
    };
  }

  /// Whether there is a norm before the output projection and one before the down projection.
  public boolean hasSubNorms() {
    return subNorms;
  }

  /// Whether queries and keys are normalised head by head before they are rotated.
  public boolean hasHeadNorms() {
    return headNorms;
  }

  /// What is added to the stored weights of the family's own norms: 1 in Gemma, else 0. Norms
  /// before projections are stored as they are everywhere.
  public float normOffset() {
    return normOffset;
  }

  /// Whether embeddings are multiplied by √hidden.
  public boolean scalesEmbedding() {
    return scalesEmbedding;
  }
}

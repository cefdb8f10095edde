package org.bitnet4j.models.architecture;

import java.util.List;
import java.util.OptionalInt;
import java.util.function.Predicate;

/// Everything that a forward pass needs to know of a model besides its weights, read from
/// config.json.
///
/// @param family what distinguishes it from a plain Llama
/// @param className entry of `architectures`, or the family's where there is none
/// @param vocabulary rows of the embedding table
/// @param hidden width of the residual stream
/// @param intermediate width inside the feed-forward block
/// @param layers number of layers
/// @param heads query heads
/// @param keyValueHeads key and value heads, which divide `heads`
/// @param headDim width of a head
/// @param attentionScale what scores are multiplied by
/// @param normEpsilon ε of all norms
/// @param projectionNormEpsilon ε of norms that belong to a projection
/// @param activation function of the gate
/// @param spans reach and rotary embedding of each layer
/// @param contextLength tokens that the model was made for, absent where the file does not say
/// @param tiedHead whether the head is the embedding table
/// @param declaresQuantizedActivations whether the file says that linear layers quantize their
///   inputs as b1.58
public record ModelShape(
    ModelFamily family,
    String className,
    int vocabulary,
    int hidden,
    int intermediate,
    int layers,
    int heads,
    int keyValueHeads,
    int headDim,
    float attentionScale,
    float normEpsilon,
    float projectionNormEpsilon,
    GatedActivation activation,
    List<AttentionSpan> spans,
    OptionalInt contextLength,
    boolean tiedHead,
    boolean declaresQuantizedActivations) {

  /// Copies the list.
  public ModelShape {
    spans = List.copyOf(spans);
  }

  /// The shape that a config.json gives.
  ///
  /// @param configJson the file
  /// @param hasTensor whether the model has a tensor of a Hugging Face name
  /// @throws org.bitnet4j.quant.MalformedFileException for a file that is malformed, incomplete,
  ///   contradictory, or of a model that this library cannot run
  public static ModelShape read(byte[] configJson, Predicate<String> hasTensor) {
    return new ShapeReader(configJson, hasTensor).read();
  }

  /// Rows of the query projection.
  public int queryRows() {
    return heads * headDim;
  }

  /// Rows of the key projection, and of the value projection.
  public int keyRows() {
    return keyValueHeads * headDim;
  }

  /// What embeddings are multiplied by.
  public float embeddingMultiplier() {
    return family.scalesEmbedding() ? (float) StrictMath.sqrt(hidden) : 1;
  }
}

package org.bitnet4j.models.weights;

import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The weights of one layer. Norms that a family does not have are absent.
///
/// @param name Hugging Face name of the layer, as in `model.layers.0`
/// @param beforeAttention norm of the residual stream
/// @param attentionInputs queries, keys and values, from the same vector
/// @param queryNorm norm of a query head
/// @param keyNorm norm of a key head
/// @param attentionSubNorm norm of attention's output before the output projection
/// @param attentionOutput the output projection
/// @param afterAttention norm of what attention adds to the residual stream
/// @param beforeFeedForward norm of the residual stream
/// @param feedForwardInputs gate and up, from the same vector
/// @param feedForwardSubNorm norm of the gated product before the down projection
/// @param feedForwardOutput the down projection
/// @param afterFeedForward norm of what the block adds to the residual stream
@SuppressWarnings("ArrayRecordComponent") // nobody compares weights; a copy would cost
public record LayerWeights(
    String name,
    float[] beforeAttention,
    List<Projection> attentionInputs,
    float @Nullable [] queryNorm,
    float @Nullable [] keyNorm,
    float @Nullable [] attentionSubNorm,
    Projection attentionOutput,
    float @Nullable [] afterAttention,
    float[] beforeFeedForward,
    List<Projection> feedForwardInputs,
    float @Nullable [] feedForwardSubNorm,
    Projection feedForwardOutput,
    float @Nullable [] afterFeedForward) {

  /// Copies the lists.
  public LayerWeights {
    attentionInputs = List.copyOf(attentionInputs);
    feedForwardInputs = List.copyOf(feedForwardInputs);
  }

  /// All products of the layer, in the order in which they run.
  public Stream<Projection> projections() {
    return Stream.of(
            attentionInputs.stream(),
            Stream.of(attentionOutput),
            feedForwardInputs.stream(),
            Stream.of(feedForwardOutput))
        .flatMap(projections -> projections);
  }
}

package org.bitnet4j.models.weights;

import java.util.List;
import org.bitnet4j.quant.kernels.DenseMatrix;

/// All weights of a model, in owned memory off the heap; norms are on it. Immutable, so any number
/// of passes may read it at once.
public final class ModelWeights implements AutoCloseable {
  private final DenseMatrix embedding;
  private final DenseMatrix head;
  private final float[] finalNorm;
  private final List<LayerWeights> layers;

  /// Weights, which this owns.
  ///
  /// @param embedding a row for each token
  /// @param head what logits are made with; the same object where the two are one
  /// @param finalNorm the norm before the head
  /// @param layers the layers, in order
  public ModelWeights(
      DenseMatrix embedding, DenseMatrix head, float[] finalNorm, List<LayerWeights> layers) {
    this.embedding = embedding;
    this.head = head;
    this.finalNorm = finalNorm;
    this.layers = List.copyOf(layers);
  }

  /// A row for each token.
  public DenseMatrix embedding() {
    return embedding;
  }

  /// What logits are made with: the embedding table itself, or a matrix of its own.
  public DenseMatrix head() {
    return head;
  }

  /// The norm before the head; not to be changed.
  public float[] finalNorm() {
    return finalNorm;
  }

  /// The layers, in order.
  public List<LayerWeights> layers() {
    return layers;
  }

  /// Bytes of memory off the heap.
  public long byteSize() {
    return projectionBytes() + head.byteSize() + (head == embedding ? 0 : embedding.byteSize());
  }

  long projectionBytes() {
    return layers.stream()
        .flatMap(LayerWeights::projections)
        .mapToLong(projection -> projection.weights().byteSize())
        .sum();
  }

  @Override
  public void close() {
    layers.stream().flatMap(LayerWeights::projections).forEach(p -> p.weights().close());
    embedding.close();
    if (head != embedding) {
      head.close();
    }
  }
}

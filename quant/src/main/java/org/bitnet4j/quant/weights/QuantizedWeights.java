package org.bitnet4j.quant.weights;

import org.bitnet4j.quant.QuantizedTensor;

/// A quantized weight matrix and what happened on the way.
///
/// @param tensor codes and scales; closing this closes it
/// @param clipped weights that were clamped to mean ± t·σ
/// @param outliers weights left out of threshold and scale statistics
/// @param clip where weights were clamped
public record QuantizedWeights(QuantizedTensor tensor, long clipped, long outliers, ClipRanges clip)
    implements AutoCloseable {
  @Override
  public void close() {
    tensor.close();
  }
}

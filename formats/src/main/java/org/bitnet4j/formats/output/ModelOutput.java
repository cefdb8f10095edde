package org.bitnet4j.formats.output;

import java.util.Optional;
import org.bitnet4j.formats.checkpoint.CheckpointTensor;
import org.bitnet4j.quant.QuantizedTensor;
import org.bitnet4j.quant.TensorHash;
import org.bitnet4j.quant.Workers;
import org.bitnet4j.quant.config.PackingConfig;
import org.jspecify.annotations.Nullable;

/// A model file on its way, tensor by tensor, in the order in which they were announced. It appears
/// with [#finish], whole; closed before that, nothing remains but what a later run can take up.
public sealed interface ModelOutput extends AutoCloseable
    permits TritOutput, SafetensorsOutput, GgufOutput {
  /// A tensor that an earlier run of the same work has finished: it must not be written again.
  ///
  /// @param hash its identity, absent where it is not ternary
  /// @param stored what it has become
  record Finished(@Nullable TensorHash hash, StoredTensor stored) {}

  /// What an earlier, interrupted run has left of a tensor.
  ///
  /// @param name its Hugging Face name
  Optional<Finished> finished(String name);

  /// Stores a quantized tensor.
  ///
  /// @param tensor codes and scales
  /// @param hash its identity where it is ternary
  /// @param packing how a container stores codes; other formats have one way each
  /// @param workers threads to use
  /// @throws org.bitnet4j.quant.InvalidTensorException for what the format cannot hold
  StoredTensor quantized(
      QuantizedTensor tensor, @Nullable TensorHash hash, PackingConfig packing, Workers workers);

  /// Stores a tensor as it is.
  ///
  /// @param tensor a tensor of the checkpoint that the output was begun with
  StoredTensor keep(CheckpointTensor tensor);

  /// Completes the output and makes it appear.
  ///
  /// @param hashes identities of tensors and sources
  void finish(ModelHashes hashes);

  @Override
  void close();
}

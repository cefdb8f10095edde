package org.bitnet4j.formats.output;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.bitnet4j.formats.checkpoint.Checkpoint;
import org.bitnet4j.quant.TensorShape;

/// Begins model files.
public final class Outputs {
  private Outputs() {}

  /// Refuses, before any work, what a format cannot hold.
  ///
  /// @param format what would be written
  /// @param tensors all tensors
  /// @throws org.bitnet4j.quant.InvalidTensorException for the first tensor that it cannot hold
  public static void requireHoldable(ModelFormat format, List<OutputTensor> tensors) {
    Holdable.require(format, tensors);
  }

  /// Bytes of a ternary tensor with its scales; absent where they depend on the trits.
  ///
  /// @param format the format
  /// @param shape shape of the tensor
  public static OptionalLong ternaryBytes(ModelFormat format, TensorShape shape) {
    return switch (format) {
      case TRIT -> OptionalLong.empty();
      // A float32 multiplier stands beside the packed rows.
      case SAFETENSORS_PACKED ->
          OptionalLong.of(Math.ceilDiv(shape.rows(), 4L) * shape.columns() + 4);
      case SAFETENSORS_BF16, GGUF_F16 -> OptionalLong.of(2 * shape.elements());
      case GGUF_I2_S, GGUF_TQ1_0, GGUF_TQ2_0, GGUF_Q2_0, GGUF_IQ2_BN, GGUF_IQ1_BN ->
          OptionalLong.of(format.layout().orElseThrow().bytes(shape));
    };
  }

  /// Begins a model file.
  ///
  /// @param format what to write
  /// @param target where it shall appear
  /// @param checkpoint where kept tensors and small files come from, open until the end
  /// @param tensors all tensors, in the order in which they will arrive
  /// @param provenance where the model comes from
  /// @param maxShardBytes the most data of one weight file; absent for what is usual: one GGUF
  ///   file, safetensors of 5 GB. With a limit, GGUF goes to a directory. A container is one file
  ///   always
  public static ModelOutput begin(
      ModelFormat format,
      Path target,
      Checkpoint checkpoint,
      List<OutputTensor> tensors,
      Provenance provenance,
      OptionalLong maxShardBytes) {
    requireHoldable(format, tensors);
    return switch (format) {
      case TRIT -> TritOutput.begin(target, checkpoint, provenance);
      case SAFETENSORS_PACKED, SAFETENSORS_BF16 ->
          SafetensorsOutput.begin(format, target, checkpoint, tensors, provenance, maxShardBytes);
      case GGUF_I2_S, GGUF_TQ1_0, GGUF_TQ2_0, GGUF_Q2_0, GGUF_IQ2_BN, GGUF_IQ1_BN, GGUF_F16 ->
          GgufOutput.begin(format, target, checkpoint, tensors, provenance, maxShardBytes);
    };
  }
}

package org.bitnet4j.formats.convert;

import java.util.List;
import org.bitnet4j.formats.output.ModelHashes;
import org.bitnet4j.formats.output.StoredTensor;
import org.bitnet4j.quant.TensorHash;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.layout.ScaleRounding;
import org.jspecify.annotations.Nullable;

/// What a conversion did.
///
/// @param tensors every tensor in the order in which it was written
/// @param hashes identities of the tensors as they were read, and of the source files
/// @param seconds time of the conversion
public record ConversionReport(List<Tensor> tensors, ModelHashes hashes, double seconds) {
  /// One tensor.
  ///
  /// @param name its Hugging Face name
  /// @param from how it was stored
  /// @param shape its dimensions
  /// @param originalBytes what it took
  /// @param hash its identity where it is ternary
  /// @param stored what it has become
  /// @param resumed whether an interrupted run had finished it
  public record Tensor(
      String name,
      String from,
      TensorShape shape,
      long originalBytes,
      @Nullable TensorHash hash,
      StoredTensor stored,
      boolean resumed) {}

  /// Copies the list.
  public ConversionReport {
    tensors = List.copyOf(tensors);
  }

  /// Bytes of all tensors before.
  public long originalBytes() {
    return tensors.stream().mapToLong(Tensor::originalBytes).sum();
  }

  /// Bytes of all tensors now.
  public long storedBytes() {
    return tensors.stream().mapToLong(tensor -> tensor.stored().bytes()).sum();
  }

  /// Multipliers that the format could hold only rounded.
  public ScaleRounding rounding() {
    return tensors.stream()
        .map(tensor -> tensor.stored().rounding())
        .reduce(ScaleRounding.EXACT, ScaleRounding::plus);
  }

  /// How many tensors an interrupted run had finished.
  public long resumed() {
    return tensors.stream().filter(Tensor::resumed).count();
  }
}

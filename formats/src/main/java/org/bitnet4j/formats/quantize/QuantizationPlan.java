package org.bitnet4j.formats.quantize;

import java.util.List;
import org.bitnet4j.formats.output.ModelFormat;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.metrics.ErrorMetrics;
import org.jspecify.annotations.Nullable;

/// What a run would do, estimated before any of it: sizes, time, memory and error.
///
/// @param target what would be written
/// @param tensors every tensor in the order of their names
/// @param originalBytes bytes of all tensors now
/// @param storedBytes estimated bytes afterwards
/// @param seconds estimated time of quantizing and packing on the given threads
/// @param peakBytes estimated memory beside the program: codes, stored form and buffers of the
///   largest tensor
/// @param threads threads the estimate is for
public record QuantizationPlan(
    ModelFormat target,
    List<Tensor> tensors,
    long originalBytes,
    long storedBytes,
    double seconds,
    long peakBytes,
    int threads) {

  /// One tensor.
  ///
  /// @param name its name
  /// @param type how it is stored now
  /// @param shape its dimensions
  /// @param action `keep`, or precision and method
  /// @param originalBytes bytes now
  /// @param storedBytes estimated bytes afterwards
  /// @param error error on a sample of rows, absent where the tensor is kept
  public record Tensor(
      String name,
      String type,
      TensorShape shape,
      String action,
      long originalBytes,
      long storedBytes,
      @Nullable ErrorMetrics error) {}

  /// Copies the list.
  public QuantizationPlan {
    tensors = List.copyOf(tensors);
  }
}

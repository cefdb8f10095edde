package org.bitnet4j.formats.report;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.bitnet4j.quant.TensorHash;
import org.bitnet4j.quant.metrics.SizeStatistics;
import org.jspecify.annotations.Nullable;

/// What a quantization run did to a model.
///
/// @param title heading, as the model's name
/// @param toolVersion program and version
/// @param source what was quantized, as a path
/// @param recipe the recipe that was used, JSON or YAML text
/// @param total all weights, and the bytes of all tensors before and after
/// @param seconds elapsed time of the run
/// @param tensors all tensors in file order, those kept as they were included
public record QuantizationReport(
    String title,
    String toolVersion,
    String source,
    String recipe,
    SizeStatistics total,
    double seconds,
    List<TensorReport> tensors) {
  /// Copies the list.
  public QuantizationReport {
    tensors = List.copyOf(tensors);
  }

  /// The trit hash of the model, absent where nothing is ternary.
  public @Nullable String tritHash() {
    return modelHash(TensorHash::tritHash);
  }

  /// The hash over the codes of the model, absent where nothing is ternary.
  public @Nullable String codesHash() {
    return modelHash(TensorHash::codesHash);
  }

  private @Nullable String modelHash(Function<TensorHash, String> part) {
    Map<String, String> hashes = new TreeMap<>();
    for (TensorReport tensor : tensors) {
      if (tensor.hash() != null) {
        hashes.put(tensor.name(), part.apply(tensor.hash()));
      }
    }
    return hashes.isEmpty() ? null : TensorHash.ofModel(hashes);
  }
}

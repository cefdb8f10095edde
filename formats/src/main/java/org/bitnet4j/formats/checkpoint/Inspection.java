package org.bitnet4j.formats.checkpoint;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.bitnet4j.quant.Granularity;
import org.bitnet4j.quant.QuantizedTensor;
import org.bitnet4j.quant.Scales;
import org.bitnet4j.quant.TensorHash;
import org.bitnet4j.quant.TernaryTensor;
import org.bitnet4j.quant.metrics.TritStatistics;
import org.jspecify.annotations.Nullable;

/// What a model file holds, tensor by tensor, with the identity of everything ternary.
///
/// @param format format of the file
/// @param bitsPerWeight bytes of all tensors · 8 over their elements; 0 for no elements
/// @param codesHash hash over the names and codes of the ternary tensors, absent where there are
///   none
/// @param tritHash the same with their multipliers: the identity of the model
/// @param tensors all tensors in the order of their names
public record Inspection(
    String format,
    double bitsPerWeight,
    @Nullable String codesHash,
    @Nullable String tritHash,
    List<Tensor> tensors) {

  /// One tensor.
  ///
  /// @param entry name, type, shape, bytes
  /// @param hash its identity, absent where it is not ternary
  /// @param trits its trits, absent where it is not ternary
  /// @param scales its scales, absent where it is not quantized
  public record Tensor(
      CheckpointTensor entry,
      @Nullable TensorHash hash,
      @Nullable TritStatistics trits,
      @Nullable ScaleSummary scales) {}

  /// The scales of a tensor at a glance.
  ///
  /// @param granularity `tensor`, `row` or `group N`
  /// @param count how many there are
  /// @param minimum smallest multiplier
  /// @param maximum largest multiplier
  /// @param offsets whether each has an offset μ
  public record ScaleSummary(
      String granularity, long count, float minimum, float maximum, boolean offsets) {
    static ScaleSummary of(Scales scales) {
      float minimum = Float.POSITIVE_INFINITY;
      float maximum = Float.NEGATIVE_INFINITY;
      for (long group = 0; group < scales.count(); group++) {
        minimum = Math.min(minimum, scales.multiplier(group));
        maximum = Math.max(maximum, scales.multiplier(group));
      }
      return new ScaleSummary(
          name(scales.granularity()),
          scales.count(),
          scales.count() == 0 ? 0 : minimum,
          scales.count() == 0 ? 0 : maximum,
          scales.hasOffsets());
    }

    private static String name(Granularity granularity) {
      return switch (granularity) {
        case Granularity.PerTensor() -> "tensor";
        case Granularity.PerRow() -> "row";
        case Granularity.PerGroup(int size) -> "group " + size;
      };
    }
  }

  /// Copies the list.
  public Inspection {
    tensors = List.copyOf(tensors);
  }

  /// Reads every quantized tensor of a checkpoint, one at a time.
  ///
  /// @param checkpoint the model
  public static Inspection of(Checkpoint checkpoint) {
    List<Tensor> tensors = new ArrayList<>();
    for (CheckpointTensor entry : checkpoint.tensors()) {
      tensors.add(inspect(checkpoint, entry));
    }
    Map<String, TensorHash> hashes = new TreeMap<>();
    for (Tensor tensor : tensors) {
      if (tensor.hash() != null) {
        hashes.put(tensor.entry().name(), tensor.hash());
      }
    }
    long bytes = tensors.stream().mapToLong(tensor -> tensor.entry().bytes()).sum();
    long elements = tensors.stream().mapToLong(t -> t.entry().shape().elements()).sum();
    return new Inspection(
        checkpoint.format(),
        elements == 0 ? 0 : 8.0 * bytes / elements,
        modelHash(hashes, false),
        modelHash(hashes, true),
        tensors);
  }

  private static @Nullable String modelHash(Map<String, TensorHash> hashes, boolean withScales) {
    return hashes.isEmpty()
        ? null
        : TensorHash.ofModel(
            hashes.entrySet().stream()
                .collect(
                    Collectors.toMap(
                        Map.Entry::getKey,
                        entry ->
                            withScales
                                ? entry.getValue().tritHash()
                                : entry.getValue().codesHash())));
  }

  private static Tensor inspect(Checkpoint checkpoint, CheckpointTensor entry) {
    return switch (entry.content()) {
      case FLOAT, SCALE, OTHER -> new Tensor(entry, null, null, null);
      case TERNARY, INTEGER -> {
        try (QuantizedTensor quantized = checkpoint.quantized(entry)) {
          ScaleSummary scales = ScaleSummary.of(quantized.scales());
          yield quantized instanceof TernaryTensor ternary
              ? new Tensor(entry, TensorHash.of(ternary), TritStatistics.of(ternary), scales)
              : new Tensor(entry, null, null, scales);
        }
      }
    };
  }
}

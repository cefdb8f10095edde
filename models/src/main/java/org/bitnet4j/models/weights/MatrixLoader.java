package org.bitnet4j.models.weights;

import java.util.ArrayList;
import java.util.List;
import org.bitnet4j.formats.checkpoint.CheckpointTensor;
import org.bitnet4j.formats.checkpoint.CheckpointTensor.Content;
import org.bitnet4j.quant.IntegerTensor;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.QuantizedTensor;
import org.bitnet4j.quant.Scales;
import org.bitnet4j.quant.TernaryTensor;
import org.bitnet4j.quant.Workers;
import org.bitnet4j.quant.kernels.DenseFormat;
import org.bitnet4j.quant.kernels.DenseMatrix;
import org.bitnet4j.quant.kernels.ElementKernels;
import org.bitnet4j.quant.kernels.TernaryKernels;
import org.jspecify.annotations.Nullable;

/// Loads the matrices of linear layers into the order of the kernels. Safe for many threads.
final class MatrixLoader {
  private final ModelTensors tensors;
  private final TernaryKernels ternary;
  private final ElementKernels elements;

  /// A module of a group and its outputs.
  record Part(String module, int rows) {}

  MatrixLoader(ModelTensors tensors, TernaryKernels ternary, ElementKernels elements) {
    this.tensors = tensors;
    this.ternary = ternary;
    this.elements = elements;
  }

  /// Modules of one input, their outputs one after the other: one product where that is possible.
  ///
  /// @param parts the modules
  /// @param columns their inputs
  /// @param workers convert rows
  List<Projection> projections(List<Part> parts, int columns, Workers workers) {
    List<CheckpointTensor> found = new ArrayList<>();
    boolean together = parts.size() > 1;
    for (Part part : parts) {
      CheckpointTensor tensor = tensors.matrix(part.module() + ".weight", part.rows(), columns);
      found.add(tensor);
      together &=
          tensor.content() == Content.TERNARY
              && tensors.projectionNorm(part.module(), columns) == null;
    }
    List<Projection> loaded = new ArrayList<>();
    try {
      if (together && stack(parts, found, columns, workers, loaded)) {
        return loaded;
      }
      int offset = 0;
      for (int i = 0; i < parts.size(); i++) {
        Part part = parts.get(i);
        loaded.add(
            new Projection(
                part.module(),
                tensors.projectionNorm(part.module(), columns),
                weights(part, found.get(i), workers),
                offset));
        offset += part.rows();
      }
      return loaded;
    } catch (RuntimeException e) {
      loaded.forEach(projection -> projection.weights().close());
      throw e;
    }
  }

  /// Packs all parts as one matrix, unless their scales cover different columns.
  private boolean stack(
      List<Part> parts,
      List<CheckpointTensor> found,
      int columns,
      Workers workers,
      List<Projection> loaded) {
    List<TernaryTensor> decoded = new ArrayList<>();
    try {
      for (CheckpointTensor tensor : found) {
        decoded.add(ternary(tensor));
      }
      if (decoded.stream().mapToInt(t -> groupColumns(t, columns)).distinct().count() > 1) {
        return false;
      }
      LinearWeights weights =
          new LinearWeights.Ternary(this.ternary.pack(decoded, workers), bias(parts));
      loaded.add(new Projection(parts.getFirst().module(), null, weights, 0));
      return true;
    } finally {
      decoded.forEach(TernaryTensor::close);
    }
  }

  private static int groupColumns(TernaryTensor tensor, int columns) {
    return Math.min(columns, tensor.scales().granularity().groupColumns(columns));
  }

  private LinearWeights weights(Part part, CheckpointTensor tensor, Workers workers) {
    float[] bias = bias(List.of(part));
    if (tensor.content() != Content.TERNARY) {
      return new LinearWeights.Dense(dense(tensor, null, workers), bias);
    }
    try (TernaryTensor decoded = ternary(tensor)) {
      return new LinearWeights.Ternary(ternary.pack(decoded, workers), bias);
    }
  }

  private TernaryTensor ternary(CheckpointTensor tensor) {
    return switch (tensors.checkpoint().quantized(tensor)) {
      case TernaryTensor decoded -> {
        requireFinite(decoded);
        yield decoded;
      }
      case IntegerTensor other -> {
        other.close();
        throw tensors.fault(tensor.name(), other.toString(), "ternary as the file says");
      }
    };
  }

  private static void requireFinite(TernaryTensor tensor) {
    Scales scales = tensor.scales();
    for (long group = 0; group < scales.count(); group++) {
      if (!Float.isFinite(scales.multiplier(group)) || !Float.isFinite(scales.offset(group))) {
        float found = scales.multiplier(group);
        tensor.close();
        throw new InvalidTensorException(
            tensor.name(),
            -1,
            "the multiplier of scale group " + group + " must be finite",
            Float.toString(found),
            "Repair the checkpoint: run `bitnet doctor` on it.");
      }
    }
  }

  /// A matrix of floats, or of codes as the floats that they stand for.
  ///
  /// @param format how to keep it; absent for the smallest format that loses nothing, or next to
  ///   nothing where the file holds codes
  DenseMatrix dense(CheckpointTensor tensor, @Nullable DenseFormat format, Workers workers) {
    if (tensor.content() == Content.FLOAT) {
      return elements.pack(
          tensors.checkpoint().floats(tensor), format == null ? stored(tensor) : format, workers);
    }
    try (QuantizedTensor decoded = tensors.checkpoint().quantized(tensor)) {
      DenseFormat kept =
          format != null
              ? format
              : tensor.content() == Content.TERNARY ? DenseFormat.FLOAT16 : DenseFormat.FLOAT32;
      return elements.pack(new QuantizedRows(decoded), kept, workers);
    }
  }

  /// Whether the default format of a matrix is how the file stores it, so that it is copied.
  static boolean isCopied(CheckpointTensor tensor) {
    return tensor.content() == Content.FLOAT
        && switch (tensor.type()) {
          case "F32", "F16", "BF16" -> true;
          default -> false;
        };
  }

  /// The format of the file; float16 for blocks of codes, whose own rounding is coarser by far.
  private static DenseFormat stored(CheckpointTensor tensor) {
    return switch (tensor.type()) {
      case "F32" -> DenseFormat.FLOAT32;
      case "BF16" -> DenseFormat.BFLOAT16;
      default -> DenseFormat.FLOAT16;
    };
  }

  private float @Nullable [] bias(List<Part> parts) {
    int rows = parts.stream().mapToInt(Part::rows).sum();
    float[] all = null;
    int offset = 0;
    for (Part part : parts) {
      float[] own = tensors.vectorOrNull(part.module() + ".bias", part.rows());
      if (own != null) {
        all = all == null ? new float[rows] : all;
        System.arraycopy(own, 0, all, offset, own.length);
      }
      offset += part.rows();
    }
    return all;
  }
}

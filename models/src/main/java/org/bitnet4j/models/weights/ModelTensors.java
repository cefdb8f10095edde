package org.bitnet4j.models.weights;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.bitnet4j.formats.checkpoint.Checkpoint;
import org.bitnet4j.formats.checkpoint.CheckpointTensor;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.MalformedFileException;
import org.bitnet4j.quant.TensorSource;
import org.jspecify.annotations.Nullable;

/// The tensors of a checkpoint by the names of the modules that they belong to, with the dimensions
/// that the model's shape wants. Safe for many threads.
final class ModelTensors {
  private static final String REMEDY =
      "Check that config.json belongs to the weights; run `bitnet doctor` on the model.";

  private final Checkpoint checkpoint;
  private final String file;
  private final Map<String, CheckpointTensor> byName = new HashMap<>();
  private final String prefix;

  ModelTensors(Checkpoint checkpoint) {
    this.checkpoint = checkpoint;
    this.file = checkpoint.sources().stream().findFirst().map(Path::toString).orElse("model");
    checkpoint.tensors().forEach(tensor -> byName.put(tensor.name(), tensor));
    // A model without a head is saved without the prefix.
    this.prefix =
        !byName.containsKey("model.embed_tokens.weight")
                && byName.containsKey("embed_tokens.weight")
            ? ""
            : "model.";
  }

  Checkpoint checkpoint() {
    return checkpoint;
  }

  /// What names of the model begin with: `model.` or nothing.
  String prefix() {
    return prefix;
  }

  boolean has(String name) {
    return byName.containsKey(name);
  }

  /// A matrix of the given dimensions.
  CheckpointTensor matrix(String name, int rows, int columns) {
    CheckpointTensor tensor = byName.get(name);
    if (tensor == null) {
      throw fault(name, "nothing", "a matrix of " + rows + " rows and " + columns + " columns");
    }
    if (tensor.shape().rank() != 2
        || tensor.shape().rows() != rows
        || tensor.shape().columns() != columns) {
      throw fault(name, tensor.shape().toString(), "of shape [" + rows + ", " + columns + "]");
    }
    switch (tensor.content()) {
      case FLOAT, TERNARY, INTEGER -> {}
      case SCALE, OTHER -> throw fault(name, "type " + tensor.type(), "floats or quantized");
    }
    return tensor;
  }

  /// A vector that must be there.
  float[] vector(String name, int length) {
    float[] found = vectorOrNull(name, length);
    if (found == null) {
      throw fault(name, "nothing", "a vector of " + length);
    }
    return found;
  }

  /// A vector that may be there.
  float @Nullable [] vectorOrNull(String name, int length) {
    CheckpointTensor tensor = byName.get(name);
    if (tensor == null) {
      return null;
    }
    if (tensor.content() != CheckpointTensor.Content.FLOAT) {
      throw fault(name, "type " + tensor.type(), "floats");
    }
    if (tensor.shape().elements() != length) {
      throw fault(name, tensor.shape().toString(), "a vector of " + length);
    }
    float[] values = new float[length];
    TensorSource source = checkpoint.floats(tensor);
    source.readRows(0, Math.toIntExact(source.shape().rows()), values, 0);
    for (int i = 0; i < length; i++) {
      if (!Float.isFinite(values[i])) {
        throw InvalidTensorException.notFinite(name, i, values[i]);
      }
    }
    return values;
  }

  /// The weights of a norm that must be there, with what the family adds to them.
  float[] norm(String module, int length, float offset) {
    return plus(vector(module + ".weight", length), offset);
  }

  private static float[] plus(float[] values, float offset) {
    if (offset != 0) {
      for (int i = 0; i < values.length; i++) {
        values[i] += offset;
      }
    }
    return values;
  }

  /// The norm that belongs to a projection: of the embedding models, or of transformers'
  /// `use_rms_norm`.
  float @Nullable [] projectionNorm(String module, int columns) {
    float[] own = vectorOrNull(module + ".norm.weight", columns);
    return own != null ? own : vectorOrNull(module + ".rms_norm.weight", columns);
  }

  MalformedFileException fault(String tensor, String found, String allowed) {
    return new MalformedFileException(file, -1, "tensor " + tensor, found, allowed, REMEDY);
  }
}

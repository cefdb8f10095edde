package org.bitnet4j.formats.checkpoint;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bitnet4j.quant.QuantizedTensor;
import org.bitnet4j.quant.TensorHash;
import org.bitnet4j.quant.TensorSource;
import org.bitnet4j.quant.TernaryTensor;
import org.bitnet4j.quant.metrics.ErrorMetrics;
import org.bitnet4j.quant.metrics.ErrorStatistics;
import org.bitnet4j.quant.metrics.TensorComparison;
import org.jspecify.annotations.Nullable;

/// One tensor of a model compared with the tensor of the same name in another.
///
/// Quantized with quantized: trits and scales must be equal. Quantized with float: the error is
/// measured, and only a shape can differ. Neither quantized: the stored bytes must be equal, or the
/// values where the types differ.
///
/// @param name name of the tensor
/// @param agrees whether it is what it should be
/// @param finding what was found, for people
/// @param error error of a quantized tensor against float weights, absent otherwise
public record Comparison(
    String name, boolean agrees, String finding, @Nullable ErrorMetrics error) {

  private static final int CHUNK = 1 << 16;

  /// Compares all tensors. Scales of packed weights count with their weights.
  ///
  /// @param model the model
  /// @param other what it is compared with
  public static List<Comparison> all(Checkpoint model, Checkpoint other) {
    Map<String, CheckpointTensor> others = new HashMap<>();
    other.tensors().forEach(tensor -> others.put(tensor.name(), tensor));
    List<Comparison> comparisons = new ArrayList<>();
    for (CheckpointTensor tensor : model.tensors()) {
      CheckpointTensor partner = others.remove(tensor.name());
      if (partner != null) {
        comparisons.add(compare(model, tensor, other, partner));
      } else if (!isPackedScale(tensor)) {
        comparisons.add(new Comparison(tensor.name(), false, "missing in the other", null));
      }
    }
    others.values().stream()
        .filter(tensor -> !isPackedScale(tensor))
        .map(tensor -> new Comparison(tensor.name(), false, "only in the other", null))
        .sorted(java.util.Comparator.comparing(Comparison::name))
        .forEach(comparisons::add);
    return comparisons;
  }

  private static boolean isPackedScale(CheckpointTensor tensor) {
    return tensor.content() == CheckpointTensor.Content.SCALE;
  }

  private static Comparison compare(
      Checkpoint model, CheckpointTensor tensor, Checkpoint other, CheckpointTensor partner) {
    String name = tensor.name();
    if (!tensor.shape().equals(partner.shape())) {
      return new Comparison(
          name, false, "shape " + tensor.shape() + " against " + partner.shape(), null);
    }
    boolean quantized = tensor.isQuantized();
    if (quantized != partner.isQuantized()) {
      return quantized
          ? measure(name, model, tensor, other, partner)
          : measure(name, other, partner, model, tensor);
    }
    return quantized
        ? codes(name, model, tensor, other, partner)
        : bytes(name, model, tensor, other, partner);
  }

  private static Comparison measure(
      String name,
      Checkpoint quantizedIn,
      CheckpointTensor quantized,
      Checkpoint floatIn,
      CheckpointTensor floats) {
    if (floats.content() != CheckpointTensor.Content.FLOAT) {
      return new Comparison(name, false, quantized.type() + " against " + floats.type(), null);
    }
    try (QuantizedTensor tensor = quantizedIn.quantized(quantized)) {
      return new Comparison(
          name,
          true,
          quantized.type() + " of " + floats.type(),
          TensorComparison.compare(floatIn.floats(floats), tensor));
    }
  }

  private static Comparison codes(
      String name,
      Checkpoint model,
      CheckpointTensor tensor,
      Checkpoint other,
      CheckpointTensor partner) {
    try (QuantizedTensor first = model.quantized(tensor);
        QuantizedTensor second = other.quantized(partner)) {
      if (first instanceof TernaryTensor a && second instanceof TernaryTensor b) {
        TensorHash hash = TensorHash.of(a);
        TensorHash otherHash = TensorHash.of(b);
        if (!hash.codesHash().equals(otherHash.codesHash())) {
          return new Comparison(name, false, "other trits", null);
        }
        boolean same = hash.equals(otherHash);
        return new Comparison(
            name, same, same ? "same trits and scales" : "same trits, other scales", null);
      }
      boolean same = sameValues(first, second);
      return new Comparison(name, same, same ? "same values" : "other values", null);
    }
  }

  private static boolean sameValues(QuantizedTensor first, QuantizedTensor second) {
    int columns = first.shape().columns();
    float[] a = new float[columns];
    float[] b = new float[columns];
    for (long row = 0; row < first.shape().rows(); row++) {
      first.dequantizeRow(row, a, 0);
      second.dequantizeRow(row, b, 0);
      if (!java.util.Arrays.equals(a, b)) {
        return false;
      }
    }
    return true;
  }

  private static Comparison bytes(
      String name,
      Checkpoint model,
      CheckpointTensor tensor,
      Checkpoint other,
      CheckpointTensor partner) {
    if (tensor.content() == CheckpointTensor.Content.FLOAT
        && partner.content() == CheckpointTensor.Content.FLOAT
        && !tensor.type().equals(partner.type())) {
      return values(name, model, tensor, other, partner);
    }
    if (tensor.rawType() == null || tensor.rawType() != partner.rawType()) {
      return new Comparison(name, false, tensor.type() + " against " + partner.type(), null);
    }
    boolean same = MessageDigest.isEqual(digest(model, tensor), digest(other, partner));
    return new Comparison(name, same, same ? "same bytes" : "other bytes", null);
  }

  /// Floats of different types: the values must be equal, as they are where one type was widened.
  private static Comparison values(
      String name,
      Checkpoint model,
      CheckpointTensor tensor,
      Checkpoint other,
      CheckpointTensor partner) {
    TensorSource first = model.floats(tensor);
    TensorSource second = other.floats(partner);
    int columns = tensor.shape().columns();
    int rows = (int) Math.max(1, Math.min(tensor.shape().rows(), CHUNK / Math.max(1, columns)));
    float[] a = new float[rows * columns];
    float[] b = new float[rows * columns];
    ErrorStatistics error = new ErrorStatistics();
    boolean same = true;
    for (long row = 0; row < tensor.shape().rows(); row += rows) {
      int count = (int) Math.min(rows, tensor.shape().rows() - row);
      first.readRows(row, count, a, 0);
      second.readRows(row, count, b, 0);
      same &= java.util.Arrays.equals(a, 0, count * columns, b, 0, count * columns);
      error.add(a, 0, b, 0, count * columns);
    }
    String types = tensor.type() + " and " + partner.type();
    return same
        ? new Comparison(name, true, "same values, " + types, null)
        : new Comparison(name, false, "other values, " + types, error.metrics());
  }

  private static byte[] digest(Checkpoint checkpoint, CheckpointTensor tensor) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      checkpoint.readRaw(tensor, (ByteBuffer piece) -> sha.update(piece));
      return sha.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}

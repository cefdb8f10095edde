package org.bitnet4j.formats.safetensors;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.TensorShape;

/// A tensor to be written.
///
/// @param name its name, well-formed Unicode
/// @param dtype element type
/// @param shape dimensions
public record SafetensorsEntry(String name, DType dtype, TensorShape shape) {
  /// The order of the format's own library, which keeps all data aligned: by element type, the last
  /// of [DType] first, then by name in UTF-8.
  static final Comparator<SafetensorsEntry> LAYOUT =
      Comparator.comparing(SafetensorsEntry::dtype)
          .reversed()
          .thenComparing(
              entry -> entry.name.getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned);

  /// Refuses names that UTF-8 cannot hold and sizes that are no whole number of bytes.
  public SafetensorsEntry {
    if (name.equals("__metadata__") || !StandardCharsets.UTF_8.newEncoder().canEncode(name)) {
      throw new InvalidTensorException(
          name,
          -1,
          "the name must be well-formed Unicode and not __metadata__",
          name,
          "Rename the tensor.");
    }
    long elements = shape.elements();
    if (elements > Long.MAX_VALUE / dtype.bits() || elements * dtype.bits() % 8 != 0) {
      throw new InvalidTensorException(
          name,
          -1,
          "the data must be a whole number of bytes below 2^60",
          dtype + " " + shape,
          "Change the type or the shape.");
    }
  }

  /// Size of the data in bytes.
  public long bytes() {
    return shape.elements() * dtype.bits() / 8;
  }
}

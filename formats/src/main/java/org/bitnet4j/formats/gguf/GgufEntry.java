package org.bitnet4j.formats.gguf;

import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.TensorShape;

/// A tensor to be written.
///
/// @param name its name, 1 to 63 bytes of UTF-8 without NUL
/// @param type how its elements are stored
/// @param shape dimensions, slowest first, at most four
public record GgufEntry(String name, GgufType type, TensorShape shape) {
  /// Refuses what no reader would take.
  ///
  /// @throws InvalidTensorException for a name, a number of dimensions or a size that GGUF cannot
  ///   hold
  public GgufEntry {
    if (!Utf8.isText(name)) {
      throw refuse(name, "the name must be well-formed Unicode without NUL", name);
    }
    int length = Utf8.encode("name", name).length;
    if (length == 0 || length > HeaderReader.MAX_NAME_BYTES) {
      throw refuse(name, "the name must be of 1 to 63 bytes", length + " bytes");
    }
    if (shape.rank() > HeaderReader.MAX_RANK) {
      throw refuse(name, "there must be at most 4 dimensions", shape.toString());
    }
    if (type.bytes(shape.columns(), shape.rows()) == GgufType.MISFIT) {
      throw refuse(name, type + ": " + type.rule(), shape.toString());
    }
    type.bytes(shape);
  }

  private static InvalidTensorException refuse(String name, String rule, String found) {
    return new InvalidTensorException(name, -1, rule, found, "Choose another name, type or shape.");
  }

  /// Size of the data in bytes, without padding.
  public long bytes() {
    return type.bytes(shape);
  }
}

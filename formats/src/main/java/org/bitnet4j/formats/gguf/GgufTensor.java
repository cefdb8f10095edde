package org.bitnet4j.formats.gguf;

import java.util.Arrays;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.Printable;
import org.bitnet4j.quant.TensorShape;

/// A tensor of a GGUF file as its header describes it.
public final class GgufTensor {
  private final Header header;
  private final int index;

  /// A view of a row of the table of tensors.
  ///
  /// @param header of the file that holds the tensor, types resolved
  /// @param index which tensor of it
  GgufTensor(Header header, int index) {
    this.header = header;
    this.index = index;
  }

  Header header() {
    return header;
  }

  /// Name of the tensor, 1 to 63 bytes of UTF-8.
  public String name() {
    return header.tensors().names().get(index);
  }

  /// How its elements are stored.
  public GgufType type() {
    return header.tensors().type(index);
  }

  /// The dimensions, slowest first: the reverse of their order in the file.
  public long[] dimensions() {
    return header.tensors().dimensions(index);
  }

  /// The dimensions as a shape.
  ///
  /// @throws InvalidTensorException where a row has more than 2^31 − 1 elements
  public TensorShape shape() {
    long[] dimensions = dimensions();
    if (header.tensors().columns(index) > Integer.MAX_VALUE) {
      throw new InvalidTensorException(
          name(),
          -1,
          "the last dimension must be at most 2147483647",
          Arrays.toString(dimensions),
          "Leave this tensor out.");
    }
    return TensorShape.of(dimensions);
  }

  /// Name of the file that holds the data, a shard where there are several.
  public String file() {
    return header.input().name();
  }

  /// Absolute byte offset of the data in that file.
  public long offset() {
    return header.dataStart() + header.tensors().offset(index);
  }

  /// Size of the data in bytes, without padding.
  public long bytes() {
    return header.tensors().bytes(index);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof GgufTensor tensor
        && index == tensor.index
        && header.tensors() == tensor.header.tensors();
  }

  @Override
  public int hashCode() {
    return 31 * System.identityHashCode(header.tensors()) + index;
  }

  @Override
  public String toString() {
    return Printable.line(name()) + " " + type() + " " + Arrays.toString(dimensions());
  }
}

package org.bitnet4j.formats.safetensors;

import java.util.Arrays;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.Printable;
import org.bitnet4j.quant.TensorShape;

/// A tensor of a safetensors file as its header describes it.
public final class SafetensorsTensor {
  private final String name;
  private final DType dtype;
  private final long[] dimensions;
  private final long offset;
  private final long bytes;
  private final long headerOffset;

  SafetensorsTensor(
      String name, DType dtype, long[] dimensions, long offset, long bytes, long headerOffset) {
    this.name = name;
    this.dtype = dtype;
    this.dimensions = dimensions;
    this.offset = offset;
    this.bytes = bytes;
    this.headerOffset = headerOffset;
  }

  /// Name of the tensor, any text.
  public String name() {
    return name;
  }

  /// Element type.
  public DType dtype() {
    return dtype;
  }

  /// A copy of the dimensions, slowest first.
  public long[] dimensions() {
    return dimensions.clone();
  }

  /// The dimensions as a shape.
  ///
  /// @throws InvalidTensorException where a row has more than 2^31 − 1 elements
  public TensorShape shape() {
    if (dimensions.length > 0 && dimensions[dimensions.length - 1] > Integer.MAX_VALUE) {
      throw new InvalidTensorException(
          name,
          -1,
          "the last dimension must be at most 2147483647",
          Arrays.toString(dimensions),
          "Leave this tensor out.");
    }
    return TensorShape.of(dimensions);
  }

  /// Absolute byte offset of the data in the file.
  public long offset() {
    return offset;
  }

  /// Size of the data in bytes.
  public long bytes() {
    return bytes;
  }

  /// Absolute byte offset of the tensor's `data_offsets` in the header.
  long headerOffset() {
    return headerOffset;
  }

  @Override
  public String toString() {
    return Printable.line(name) + " " + dtype + " " + Arrays.toString(dimensions);
  }
}

package org.bitnet4j.quant;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/// A float matrix that can be read by rows, in any order, many times and from many threads, without
/// being in memory as a whole.
public interface TensorSource {
  /// Name of the tensor.
  String name();

  /// Dimensions, read as [rows, columns].
  TensorShape shape();

  /// How elements are stored; values are always delivered as float32.
  ElementType elementType();

  /// Reads whole rows, row-major.
  ///
  /// @param firstRow first row
  /// @param rowCount how many rows
  /// @param target receives `rowCount · columns` values from `offset` on
  /// @param offset where to start in `target`
  void readRows(long firstRow, int rowCount, float[] target, int offset);

  /// Reads whole rows as they are stored, elements of [#elementType()] in little-endian order,
  /// where the source has them in this form.
  ///
  /// @param firstRow first row
  /// @param rowCount how many rows
  /// @param target receives `rowCount · columns` elements
  /// @return whether it has; if not, nothing was read
  default boolean readStored(long firstRow, int rowCount, MemorySegment target) {
    return false;
  }

  /// A source over values in memory, which are not copied.
  ///
  /// @param name name of the tensor
  /// @param shape dimensions
  /// @param values row-major values
  static TensorSource of(String name, TensorShape shape, float[] values) {
    if (shape.elements() != values.length) {
      throw new InvalidTensorException(
          name,
          -1,
          "value count must be the product of the dimensions " + shape,
          Integer.toString(values.length),
          "Pass as many values as the shape holds.");
    }
    return new TensorSource() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public TensorShape shape() {
        return shape;
      }

      @Override
      public ElementType elementType() {
        return ElementType.F32;
      }

      @Override
      public void readRows(long firstRow, int rowCount, float[] target, int offset) {
        Objects.checkFromIndexSize(firstRow, (long) rowCount, shape.rows());
        int columns = shape.columns();
        System.arraycopy(
            values,
            Math.toIntExact(firstRow * columns),
            target,
            offset,
            Math.multiplyExact(rowCount, columns));
      }
    };
  }
}

package org.bitnet4j.formats.checkpoint;

import java.lang.foreign.MemorySegment;
import java.util.function.LongUnaryOperator;
import org.bitnet4j.formats.architecture.RowOrder;
import org.bitnet4j.formats.architecture.ValueChange;
import org.bitnet4j.quant.ElementType;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TensorSource;

/// A float tensor under another name, with its rows in another order and its values changed, as the
/// formats differ.
public final class MappedFloats implements TensorSource {
  private final String name;
  private final TensorSource source;
  private final boolean inOrder;
  private final LongUnaryOperator from;
  private final ValueChange change;
  private final boolean toGguf;

  private MappedFloats(
      String name,
      TensorSource source,
      boolean inOrder,
      LongUnaryOperator from,
      ValueChange change,
      boolean toGguf) {
    this.name = name;
    this.source = source;
    this.inOrder = inOrder;
    this.from = from;
    this.change = change;
    this.toGguf = toGguf;
  }

  /// A GGUF tensor as Hugging Face has it.
  ///
  /// @param name its Hugging Face name
  /// @param source as it stands in the file
  /// @param order how GGUF orders its rows
  /// @param change how GGUF changes its values
  public static TensorSource fromGguf(
      String name, TensorSource source, RowOrder order, ValueChange change) {
    return new MappedFloats(
        name, source, order.isIdentity(), order::ggufRow, change, /* toGguf= */ false);
  }

  /// A Hugging Face tensor as GGUF has it.
  ///
  /// @param name its GGUF name
  /// @param source as Hugging Face has it
  /// @param order how GGUF orders its rows
  /// @param change how GGUF changes its values
  public static TensorSource toGguf(
      String name, TensorSource source, RowOrder order, ValueChange change) {
    return new MappedFloats(
        name, source, order.isIdentity(), order::huggingFaceRow, change, /* toGguf= */ true);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public TensorShape shape() {
    return source.shape();
  }

  /// Changed values need not fit the type that they had.
  @Override
  public ElementType elementType() {
    return change == ValueChange.NONE ? source.elementType() : ElementType.F32;
  }

  @Override
  public boolean readStored(long firstRow, int rowCount, MemorySegment target) {
    return inOrder && change == ValueChange.NONE && source.readStored(firstRow, rowCount, target);
  }

  @Override
  public void readRows(long firstRow, int rowCount, float[] target, int offset) {
    if (inOrder) {
      source.readRows(firstRow, rowCount, target, offset);
    } else {
      int columns = shape().columns();
      for (int r = 0; r < rowCount; r++) {
        source.readRows(from.applyAsLong(firstRow + r), 1, target, offset + r * columns);
      }
    }
    if (change != ValueChange.NONE) {
      int end = offset + rowCount * shape().columns();
      for (int i = offset; i < end; i++) {
        target[i] = toGguf ? change.toGguf(target[i]) : change.toHuggingFace(target[i]);
      }
    }
  }
}

package org.bitnet4j.quant;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A matrix of 2, 4 or 8-bit codes with float32 multipliers and optional integer zero points: value
/// = multiplier · (code − zero point) + offset. One byte per code in memory: signed codes where
/// there is no zero point, unsigned ones where there is.
public final class IntegerTensor implements QuantizedTensor {
  private final String name;
  private final TensorShape shape;
  private final int bits;
  private final Arena arena;
  private final MemorySegment codes;
  private final Scales scales;
  private final @Nullable MemorySegment zeroPoints;

  @SuppressWarnings("MustBeClosedChecker") // the tensor owns the arena: close() closes it
  private IntegerTensor(
      String name,
      TensorShape shape,
      int bits,
      Granularity granularity,
      boolean withOffsets,
      boolean withZeroPoints) {
    if (bits != 2 && bits != 4 && bits != 8) {
      throw new IllegalArgumentException("bits must be 2, 4 or 8, got [" + bits + "]");
    }
    this.name = name;
    this.shape = shape;
    this.bits = bits;
    this.arena = Arena.ofShared();
    this.codes = arena.allocate(shape.elements(), 64);
    this.scales = Scales.allocate(arena, granularity, shape, withOffsets);
    this.zeroPoints = withZeroPoints ? arena.allocate(scales.count()) : null;
  }

  /// A tensor of zero codes with zero multipliers, to be filled.
  ///
  /// @param name name of the tensor
  /// @param shape dimensions
  /// @param bits 2, 4 or 8
  /// @param granularity what one multiplier covers
  /// @param withOffsets whether each scale group has an offset μ
  /// @param withZeroPoints whether each scale group has an integer zero point
  public static IntegerTensor allocate(
      String name,
      TensorShape shape,
      int bits,
      Granularity granularity,
      boolean withOffsets,
      boolean withZeroPoints) {
    return new IntegerTensor(name, shape, bits, granularity, withOffsets, withZeroPoints);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public TensorShape shape() {
    return shape;
  }

  @Override
  public Scales scales() {
    return scales;
  }

  /// Width of a code: 2, 4 or 8.
  public int bits() {
    return bits;
  }

  /// Whether codes are unsigned with a zero point.
  public boolean hasZeroPoints() {
    return zeroPoints != null;
  }

  /// The zero point of a group, 0 where codes are signed.
  ///
  /// @param group number of the group
  public int zeroPoint(long group) {
    return zeroPoints == null ? 0 : zeroPoints.get(ValueLayout.JAVA_BYTE, group) & 0xFF;
  }

  /// Sets a group's zero point.
  ///
  /// @param group number of the group
  /// @param zeroPoint in [0, 2^bits − 1]
  /// @throws IllegalStateException where codes are signed
  public void setZeroPoint(long group, int zeroPoint) {
    if (zeroPoints == null) {
      throw new IllegalStateException("tensor must be allocated with zero points to set one");
    }
    Objects.checkIndex(zeroPoint, 1 << bits);
    zeroPoints.set(ValueLayout.JAVA_BYTE, group, (byte) zeroPoint);
  }

  /// One byte per code, row-major.
  public MemorySegment codes() {
    return codes;
  }

  /// Writes a whole row of codes, one byte each.
  ///
  /// @param row the row
  /// @param source holds `columns` codes from `offset` on
  /// @param offset where to start in `source`
  public void writeRow(long row, byte[] source, int offset) {
    Objects.checkIndex(row, shape.rows());
    int columns = shape.columns();
    MemorySegment.copy(source, offset, codes, ValueLayout.JAVA_BYTE, row * columns, columns);
  }

  /// A code as a signed or, with zero points, unsigned number.
  ///
  /// @param index flat row-major index
  public int code(long index) {
    byte code = codes.get(ValueLayout.JAVA_BYTE, index);
    return zeroPoints == null ? code : code & 0xFF;
  }

  @Override
  public void dequantizeRow(long row, float[] target, int offset) {
    Objects.checkIndex(row, shape.rows());
    int columns = shape.columns();
    Granularity granularity = scales.granularity();
    for (int c = 0; c < columns; c++) {
      long group = granularity.groupOf(row, c, columns);
      float value = scales.multiplier(group) * (code(row * columns + c) - zeroPoint(group));
      target[offset + c] = scales.hasOffsets() ? value + scales.offset(group) : value;
    }
  }

  @Override
  public void close() {
    arena.close();
  }

  @Override
  public String toString() {
    return "IntegerTensor[" + Printable.line(name) + " " + shape + " " + bits + " bit]";
  }
}

package org.bitnet4j.quant.layout;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.bitnet4j.quant.ElementType;
import org.bitnet4j.quant.InvalidTensorException;

/// Writes multipliers to their places and counts what float16 did to them.
final class MultiplierStore {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle SHORTS =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

  private final String name;
  private final TensorMultipliers multipliers;
  private final BlockGrid grid;
  private ScaleRounding rounding = ScaleRounding.EXACT;

  /// A writer.
  ///
  /// @param name name of the tensor
  /// @param multipliers what to write
  /// @param grid where
  MultiplierStore(String name, TensorMultipliers multipliers, BlockGrid grid) {
    this.name = name;
    this.multipliers = multipliers;
    this.grid = grid;
  }

  /// Whether each block has one.
  boolean areInBlocks() {
    return grid.frame().blockHead() + grid.frame().blockTail() > 0;
  }

  /// Writes the multipliers of blocks. Other threads may write those of others.
  ///
  /// @param image receives them
  /// @param at index of the first one in `image`; the others follow block by block
  /// @param from the first group
  /// @param count how many groups
  /// @throws InvalidTensorException for one that float16 cannot hold
  void writeBlocks(byte[] image, int at, long from, int count) {
    if (multipliers.isConstant()) {
      float multiplier = multipliers.get(from);
      short bits = half(multiplier);
      for (int i = 0; i < count; i++) {
        SHORTS.set(image, at + i * grid.stride(), bits);
      }
      count(multiplier, bits, count);
      return;
    }
    for (int i = 0; i < count; i++) {
      float multiplier = multipliers.get(from + i);
      short bits = half(multiplier);
      SHORTS.set(image, at + i * grid.stride(), bits);
      count(multiplier, bits, 1);
    }
  }

  /// Writes the multipliers of rows. Other threads may write those of others.
  ///
  /// @param stored the bytes of the tensor
  /// @param from the first row
  /// @param count how many rows
  /// @throws InvalidTensorException for one that the storage type cannot hold
  void writeRows(MemorySegment stored, long from, int count) {
    for (long row = from; row < from + count; row++) {
      float multiplier = multipliers.get(row);
      if (grid.frame().scaleType() == ElementType.F32) {
        stored.set(FLOAT, grid.scaleAt(row), multiplier);
      } else {
        short bits = half(multiplier);
        stored.set(SHORT, grid.scaleAt(row), bits);
        count(multiplier, bits, 1);
      }
    }
  }

  /// Writes the tail of a tensor with one multiplier as the official file has it: the multiplier
  /// over and over.
  ///
  /// @param stored the bytes of the tensor
  void writeTail(MemorySegment stored) {
    for (int at = 0; at < grid.frame().tail(); at += Float.BYTES) {
      stored.set(FLOAT, grid.scaleAt(0) + at, multipliers.get(0));
    }
  }

  /// What rounding did so far.
  synchronized ScaleRounding rounding() {
    return rounding;
  }

  private short half(float multiplier) {
    short bits = Float.floatToFloat16(multiplier);
    float back = Float.float16ToFloat(bits);
    if (Float.isInfinite(back) || (back == 0 && multiplier != 0)) {
      throw new InvalidTensorException(
          name,
          -1,
          "a multiplier stored as float16 must neither overflow nor become zero",
          Float.toString(multiplier),
          "Choose a layout with float32 multipliers, such as I2_S or IQ2_BN.");
    }
    return bits;
  }

  private void count(float multiplier, short bits, int groups) {
    double back = Float.float16ToFloat(bits);
    if (back != multiplier) {
      add(new ScaleRounding(groups, Math.abs(back - multiplier) / Math.abs((double) multiplier)));
    }
  }

  private synchronized void add(ScaleRounding more) {
    rounding = rounding.plus(more);
  }
}

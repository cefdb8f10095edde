package org.bitnet4j.quant.layout;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.bitnet4j.quant.ElementType;
import org.bitnet4j.quant.InvalidTensorException;

/// Writes multipliers to their places and counts what float16 did to them.
final class MultiplierStore {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final String name;
  private final TensorMultipliers multipliers;
  private final BlockGrid grid;
  private final MemorySegment stored;
  private final boolean half;
  private ScaleRounding rounding = ScaleRounding.EXACT;

  /// A writer.
  ///
  /// @param name name of the tensor
  /// @param multipliers what to write
  /// @param grid where
  /// @param stored the bytes of the tensor
  MultiplierStore(
      String name, TensorMultipliers multipliers, BlockGrid grid, MemorySegment stored) {
    this.name = name;
    this.multipliers = multipliers;
    this.grid = grid;
    this.stored = stored;
    this.half = grid.frame().scaleType() == ElementType.F16;
  }

  /// Writes some multipliers. Other threads may write others at the same time.
  ///
  /// @param from first group
  /// @param to end of the groups
  /// @throws InvalidTensorException for one that the storage type cannot hold
  void write(long from, long to) {
    if (from >= to) {
      return;
    }
    if (!half) {
      for (long group = from; group < to; group++) {
        stored.set(FLOAT, grid.scaleAt(group), multipliers.get(group));
      }
      return;
    }
    if (multipliers.isConstant()) {
      float multiplier = multipliers.get(from);
      short bits = half(multiplier);
      for (long group = from; group < to; group++) {
        stored.set(SHORT, grid.scaleAt(group), bits);
      }
      count(error(multiplier, bits), to - from);
      return;
    }
    for (long group = from; group < to; group++) {
      float multiplier = multipliers.get(group);
      short bits = half(multiplier);
      stored.set(SHORT, grid.scaleAt(group), bits);
      count(error(multiplier, bits), 1);
    }
  }

  /// Writes the tail of a tensor with one multiplier as the official file has it: the multiplier
  /// over and over.
  void fillTail() {
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

  private static double error(float multiplier, short bits) {
    double back = Float.float16ToFloat(bits);
    return back == multiplier ? 0 : Math.abs(back - multiplier) / Math.abs((double) multiplier);
  }

  private synchronized void count(double error, long groups) {
    if (error > 0) {
      rounding = rounding.plus(new ScaleRounding(groups, error));
    }
  }
}

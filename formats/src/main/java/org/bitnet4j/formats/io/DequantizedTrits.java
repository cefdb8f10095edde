package org.bitnet4j.formats.io;

import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Consumer;
import org.bitnet4j.quant.ElementType;
import org.bitnet4j.quant.Granularity;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.TernaryTensor;
import org.bitnet4j.quant.layout.ScaleRounding;

/// A ternary tensor as 16-bit floats: trit times multiplier, little-endian and row-major.
/// Multipliers are rounded to the nearest value of the type, ties to even; those of groups without
/// a non-zero trit leave no trace.
public final class DequantizedTrits {
  private static final int CHUNK_BYTES = 1 << 20;

  /// Four zero trits: code 1 in each lane, 0b01_01_01_01.
  private static final byte ZEROS = 0b01_01_01_01;

  private static final short SIGN = (short) 0x8000;

  private final TernaryTensor tensor;
  private final ElementType type;
  private final Granularity granularity;
  private final int columns;

  /// The values of a tensor.
  ///
  /// @param tensor the tensor, open as long as this is used
  /// @param type F16 or BF16
  public DequantizedTrits(TernaryTensor tensor, ElementType type) {
    if (type.bytes() != Short.BYTES) {
      throw new IllegalArgumentException("type must have 16 bits, got [" + type + "]");
    }
    this.tensor = tensor;
    this.type = type;
    this.granularity = tensor.scales().granularity();
    this.columns = tensor.shape().columns();
  }

  private short nearest(float value) {
    return type == ElementType.F16
        ? Float.floatToFloat16(value)
        : StoredFloats.nearestBfloat16(value);
  }

  private float widened(short bits) {
    return type == ElementType.F16 ? Float.float16ToFloat(bits) : Float.intBitsToFloat(bits << 16);
  }

  /// What rounding does to the multipliers.
  ///
  /// @throws InvalidTensorException for offsets, and for a multiplier from which trits could not be
  ///   told afterwards
  public ScaleRounding rounding() {
    if (tensor.scales().hasOffsets()) {
      throw refusal(
          "a ternary weight stored as " + type + " must have no offsets",
          tensor.scales().count() + " offsets");
    }
    ScaleRounding rounding = ScaleRounding.EXACT;
    long counted = -1;
    int groupColumns = granularity.groupColumns(columns);
    for (long row = 0; row < tensor.shape().rows(); row++) {
      for (int first = 0; first < columns; first = end(first, groupColumns)) {
        long group = granularity.groupOf(row, first, columns);
        // Groups come in ascending order.
        if (group > counted && !isZero(row, first, end(first, groupColumns))) {
          counted = group;
          rounding = rounding.plus(rounding(group));
        }
      }
    }
    return rounding;
  }

  private int end(int first, int groupColumns) {
    return columns - first <= groupColumns ? columns : first + groupColumns;
  }

  private boolean isZero(long row, int first, int last) {
    for (int c = first; c < last; ) {
      byte codes = codes(row, c);
      if ((c & 3) == 0 && last - c >= 4) {
        if (codes != ZEROS) {
          return false;
        }
        c += 4;
      } else {
        if (((codes >> (2 * (c & 3))) & 3) != 1) {
          return false;
        }
        c++;
      }
    }
    return true;
  }

  private byte codes(long row, int column) {
    return tensor.codes().get(ValueLayout.JAVA_BYTE, row * tensor.rowBytes() + (column >> 2));
  }

  private ScaleRounding rounding(long group) {
    float multiplier = tensor.scales().multiplier(group);
    float stored = widened(nearest(multiplier));
    if (!(stored > 0) || !Float.isFinite(stored)) {
      throw refusal(
          "a multiplier stored as " + type + " must be positive and neither overflow nor become 0",
          multiplier + " of group " + group);
    }
    return stored == multiplier
        ? ScaleRounding.EXACT
        : new ScaleRounding(1, Math.abs((double) stored - multiplier) / multiplier);
  }

  private InvalidTensorException refusal(String rule, String found) {
    return new InvalidTensorException(
        tensor.name(), -1, rule, found, "Check the weights, or write a .trit container.");
  }

  /// Hands over the bytes of all elements, piece by piece.
  ///
  /// @param sink takes the remaining bytes of each buffer
  public void write(Consumer<ByteBuffer> sink) {
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    int groupColumns = granularity.groupColumns(columns);
    long[] values = new long[1 << 8];
    float multiplier = Float.NaN;
    for (long row = 0; row < tensor.shape().rows(); row++) {
      for (int first = 0; first < columns; first = end(first, groupColumns)) {
        float next = tensor.scales().multiplier(granularity.groupOf(row, first, columns));
        if (next != multiplier) {
          multiplier = next;
          fill(values, nearest(multiplier));
        }
        int last = end(first, groupColumns);
        for (int c = first; c < last; ) {
          if (chunk.remaining() < Long.BYTES) {
            sink.accept(chunk.flip());
            chunk.clear();
          }
          long four = values[codes(row, c) & 0xFF];
          if ((c & 3) == 0 && last - c >= 4) {
            chunk.putLong(four);
            c += 4;
          } else {
            chunk.putShort((short) (four >>> (16 * (c & 3))));
            c++;
          }
        }
      }
    }
    sink.accept(chunk.flip());
  }

  /// The four values that four two-bit codes stand for, the first in the low bits.
  private static void fill(long[] values, short plus) {
    short[] ofCode = {(short) (plus ^ SIGN), 0, plus, 0};
    for (int codes = 0; codes < values.length; codes++) {
      long four = 0;
      for (int lane = 3; lane >= 0; lane--) {
        four = four << 16 | (ofCode[(codes >> (2 * lane)) & 3] & 0xFFFF);
      }
      values[codes] = four;
    }
  }
}

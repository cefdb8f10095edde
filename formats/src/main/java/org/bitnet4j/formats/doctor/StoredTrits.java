package org.bitnet4j.formats.doctor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Optional;
import org.bitnet4j.formats.gguf.GgufType;
import org.bitnet4j.quant.TensorShape;

/// Counts what is wrong in a stored ternary tensor that its layout refuses to decode: codes that
/// stand for no trit, where codes have two bits, and multipliers that are not finite.
final class StoredTrits {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort HALF =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /// Where codes and multipliers lie: units of equal size, each with multipliers at one place and
  /// codes at another.
  ///
  /// @param bytes of a unit
  /// @param codes first byte of the codes
  /// @param codeBytes bytes of two-bit codes; 0 for base 3
  /// @param scale first byte of the multipliers
  /// @param scales how many
  /// @param half whether they are float16
  private record Unit(
      long bytes, long codes, long codeBytes, long scale, int scales, boolean half) {}

  private StoredTrits() {}

  /// Counts.
  ///
  /// @param type how the tensor is stored
  /// @param shape its dimensions
  /// @param stored its bytes
  /// @return empty for a type without such an order
  static Optional<Measure.Damage> count(GgufType type, TensorShape shape, MemorySegment stored) {
    return unit(type, shape).map(unit -> count(unit, stored));
  }

  private static Optional<Unit> unit(GgufType type, TensorShape shape) {
    long columns = shape.columns();
    long quarter = shape.elements() / 4;
    return Optional.ofNullable(
        switch (type) {
          case I2_S -> new Unit(quarter + 32, 0, quarter, quarter, 1, false);
          case TQ1_0 -> new Unit(54, 0, 0, 52, 1, true);
          case TQ2_0 -> new Unit(66, 0, 64, 64, 1, true);
          case Q2_0 -> new Unit(18, 2, 16, 0, 1, true);
          case Q2_0_G128, PQ2_0 -> new Unit(34, 2, 32, 0, 1, true);
          case PTQ1_0 -> new Unit(28, 0, 0, 26, 1, true);
          case IQ1_BN -> new Unit(2 + columns / 64 * 13, 2, 0, 0, 1, true);
          case IQ2_BN -> new Unit(4 + columns / 4, 4, columns / 4, 0, 1, false);
          case IQ2_BN_R4 -> new Unit(16 + columns, 16, columns, 0, 4, false);
          default -> null;
        });
  }

  private static Measure.Damage count(Unit unit, MemorySegment stored) {
    long none = 0;
    long codes = 0;
    long notFinite = 0;
    long scales = 0;
    for (long at = 0; at + unit.bytes <= stored.byteSize(); at += unit.bytes) {
      for (int i = 0; i < unit.scales; i++) {
        float scale =
            unit.half
                ? Float.float16ToFloat(stored.get(HALF, at + unit.scale + 2L * i))
                : stored.get(FLOAT, at + unit.scale + 4L * i);
        notFinite += Float.isFinite(scale) ? 0 : 1;
        scales++;
      }
      for (long i = 0; i < unit.codeBytes; i++) {
        int packed = stored.get(ValueLayout.JAVA_BYTE, at + unit.codes + i);
        none += Integer.bitCount(packed & (packed >> 1) & 0b01_01_01_01);
      }
      codes += 4 * unit.codeBytes;
    }
    return new Measure.Damage(none, codes, notFinite, scales);
  }
}

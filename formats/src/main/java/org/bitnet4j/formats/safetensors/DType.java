package org.bitnet4j.formats.safetensors;

import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bitnet4j.quant.ElementType;
import org.jspecify.annotations.Nullable;

/// Element type of a safetensors tensor, in the order of the format's own library, which is the
/// order that its writer sorts by.
public enum DType {
  /// One byte per truth value.
  BOOL(8),
  /// 4-bit float E2M1, two per byte.
  F4(4),
  /// 6-bit float, two exponent bits.
  F6_E2M3(6),
  /// 6-bit float, three exponent bits.
  F6_E3M2(6),
  /// Unsigned byte.
  U8(8),
  /// Signed byte.
  I8(8),
  /// 8-bit float, five exponent bits.
  F8_E5M2(8),
  /// 8-bit float, four exponent bits.
  F8_E4M3(8),
  /// 8-bit power of two.
  F8_E8M0(8),
  /// Signed 16-bit integer.
  I16(16),
  /// Unsigned 16-bit integer.
  U16(16),
  /// IEEE 754 binary16.
  F16(16),
  /// The upper half of binary32.
  BF16(16),
  /// Signed 32-bit integer.
  I32(32),
  /// Unsigned 32-bit integer.
  U32(32),
  /// IEEE 754 binary32.
  F32(32),
  /// Complex number of two binary32.
  C64(64),
  /// IEEE 754 binary64.
  F64(64),
  /// Signed 64-bit integer.
  I64(64),
  /// Unsigned 64-bit integer.
  U64(64);

  private static final Map<String, DType> NAMED =
      Stream.of(values()).collect(Collectors.toUnmodifiableMap(DType::name, type -> type));

  private final int bits;

  DType(int bits) {
    this.bits = bits;
  }

  /// Bits of one element.
  public int bits() {
    return bits;
  }

  /// The float type whose values widen to float32 exactly, absent for all others.
  public @Nullable ElementType elementType() {
    return switch (this) {
      case F32 -> ElementType.F32;
      case F16 -> ElementType.F16;
      case BF16 -> ElementType.BF16;
      default -> null;
    };
  }

  /// The type of float elements.
  ///
  /// @param type how elements are stored
  public static DType of(ElementType type) {
    return switch (type) {
      case F32 -> F32;
      case F16 -> F16;
      case BF16 -> BF16;
    };
  }

  /// The type of a name as it stands in a header, absent for unknown names.
  static @Nullable DType named(String name) {
    return NAMED.get(name);
  }
}

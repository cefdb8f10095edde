package org.bitnet4j.quant.config;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// How enum constants are written in files: by name. The ternary precision is also read under the
/// two names that it has in the Rust library.
final class EnumSpellings {
  private EnumSpellings() {}

  /// Every accepted spelling of a type's constants.
  static Map<String, Object> of(Class<?> type) {
    Map<String, Object> spellings = new LinkedHashMap<>();
    for (Object constant : constants(type)) {
      spellings.put(((Enum<?>) constant).name(), constant);
    }
    if (type == QuantizationPrecision.class) {
      spellings.put("OneFiveFiveBit", QuantizationPrecision.TERNARY_1_58);
      spellings.put("OneFiveEightBit", QuantizationPrecision.TERNARY_1_58);
    }
    return spellings;
  }

  /// The names that are written.
  static List<String> names(Class<?> type) {
    return Arrays.stream(constants(type)).map(constant -> ((Enum<?>) constant).name()).toList();
  }

  private static Object[] constants(Class<?> type) {
    Object[] constants = type.getEnumConstants();
    if (constants == null) {
      throw new IllegalArgumentException("type must be an enum, got [" + type + "]");
    }
    return constants;
  }
}

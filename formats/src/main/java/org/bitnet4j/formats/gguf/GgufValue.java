package org.bitnet4j.formats.gguf;

import java.util.List;
import org.bitnet4j.quant.Printable;

/// A metadata value, with its type: writing it again gives the same bytes.
public sealed interface GgufValue {
  /// Type of the value.
  GgufValueType type();

  /// An integer.
  ///
  /// @param type one of the integer types
  /// @param value the value; of a UINT64 of 2^63 or more its bits
  record Int(GgufValueType type, long value) implements GgufValue {
    /// Checks that the type holds the value.
    ///
    /// @throws IllegalArgumentException for another type or a value out of its range
    public Int {
      if (!type.isInteger() || !type.holds(value)) {
        throw new IllegalArgumentException(
            "integer must be in the range of its type, got [" + value + " as " + type + "]");
      }
    }

    @Override
    public String toString() {
      return type == GgufValueType.UINT64 ? Long.toUnsignedString(value) : Long.toString(value);
    }
  }

  /// A float of 32 bits.
  ///
  /// @param value the value
  record Float32(float value) implements GgufValue {
    @Override
    public GgufValueType type() {
      return GgufValueType.FLOAT32;
    }

    @Override
    public String toString() {
      return Float.toString(value);
    }
  }

  /// A float of 64 bits.
  ///
  /// @param value the value
  record Float64(double value) implements GgufValue {
    @Override
    public GgufValueType type() {
      return GgufValueType.FLOAT64;
    }

    @Override
    public String toString() {
      return Double.toString(value);
    }
  }

  /// A truth value.
  ///
  /// @param value the value
  record Bool(boolean value) implements GgufValue {
    @Override
    public GgufValueType type() {
      return GgufValueType.BOOL;
    }

    @Override
    public String toString() {
      return Boolean.toString(value);
    }
  }

  /// A text.
  ///
  /// @param value well-formed Unicode without NUL
  record Text(String value) implements GgufValue {
    /// Checks the text.
    ///
    /// @throws IllegalArgumentException for an unpaired surrogate or a NUL
    public Text {
      Utf8.encode("text", value);
    }

    @Override
    public GgufValueType type() {
      return GgufValueType.STRING;
    }

    @Override
    public String toString() {
      return '"' + Printable.line(value) + '"';
    }
  }

  /// An array of numbers, truth values or texts.
  ///
  /// @param value the items
  record Array(GgufArray value) implements GgufValue {
    @Override
    public GgufValueType type() {
      return GgufValueType.ARRAY;
    }

    @Override
    public String toString() {
      return value.toString();
    }
  }

  /// An unsigned 32-bit integer, the usual type of counts and ids.
  ///
  /// @param value in [0, 2^32)
  static GgufValue u32(long value) {
    return new Int(GgufValueType.UINT32, value);
  }

  /// A signed 32-bit integer.
  ///
  /// @param value the value
  static GgufValue i32(int value) {
    return new Int(GgufValueType.INT32, value);
  }

  /// A 32-bit float.
  ///
  /// @param value the value
  static GgufValue f32(float value) {
    return new Float32(value);
  }

  /// A truth value.
  ///
  /// @param value the value
  static GgufValue bool(boolean value) {
    return new Bool(value);
  }

  /// A text.
  ///
  /// @param value well-formed Unicode without NUL
  static GgufValue text(String value) {
    return new Text(value);
  }

  /// An array of texts.
  ///
  /// @param values well-formed Unicode without NUL
  static GgufValue texts(List<String> values) {
    return new Array(GgufArray.ofTexts(values));
  }

  /// An array of signed 32-bit integers.
  ///
  /// @param values the items
  static GgufValue i32s(int... values) {
    return new Array(GgufArray.ofInts(values));
  }

  /// An array of 32-bit floats.
  ///
  /// @param values the items
  static GgufValue f32s(float... values) {
    return new Array(GgufArray.ofFloats(values));
  }
}

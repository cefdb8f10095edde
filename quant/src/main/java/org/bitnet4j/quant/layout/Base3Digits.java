package org.bitnet4j.quant.layout;

/// The base-3 byte of TQ1_0, PTQ1_0 and IQ1_BN: five digits d₀…d₄, the first the most significant,
/// as a fraction of 256. With q = Σ dₙ·3⁴⁻ⁿ in 0..242 the byte is b = ⌈q·256/243⌉, so that each
/// multiplication by 3 shifts the next digit out at the top: digit n is ((b·3ⁿ mod 256)·3) >> 8.
final class Base3Digits {
  /// Digits of a byte.
  static final int COUNT = 5;

  /// Numbers of five digits, 3⁵.
  static final int NUMBERS = 243;

  /// 3⁴⁻ⁿ, the weight of digit n in q.
  private static final int[] WEIGHTS = {81, 27, 9, 3, 1};

  private Base3Digits() {}

  /// The weight of a digit in q.
  ///
  /// @param n number of the digit, 0 the most significant
  static int weight(int n) {
    return WEIGHTS[n];
  }

  /// The byte of a number.
  ///
  /// @param q in \[0, 242\]
  static byte pack(int q) {
    return (byte) ((q * 256 + NUMBERS - 1) / NUMBERS);
  }

  /// A digit of a byte.
  ///
  /// @param packed the byte
  /// @param n number of the digit, 0 the most significant
  static int digit(byte packed, int n) {
    int power = NUMBERS / 3 / WEIGHTS[n]; // 3ⁿ
    return ((packed * power & 0xFF) * 3) >> 8;
  }

  /// The number of a byte, −1 for one of the 13 bytes that no number has.
  ///
  /// @param packed the byte
  static int unpack(byte packed) {
    int q = 0;
    for (int n = 0; n < COUNT; n++) {
      q += digit(packed, n) * WEIGHTS[n];
    }
    return pack(q) == packed ? q : -1;
  }
}

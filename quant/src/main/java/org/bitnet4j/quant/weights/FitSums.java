package org.bitnet4j.quant.weights;

/// The sums behind a least-squares scale α = Σwq / Σq², over the weights that are no outliers.
///
/// @param product Σwq
/// @param square Σq²
record FitSums(double product, double square) {
  static final FitSums ZERO = new FitSums(0, 0);

  /// The sums of some prepared weights and their codes.
  static FitSums of(
      Grid grid, ValueRange included, float[] values, int offset, byte[] codes, int at, int count) {
    int zeroPoint = grid.zeroPoint();
    int mask = grid.unsigned() ? 0xFF : -1;
    double product = 0;
    long square = 0;
    for (int i = 0; i < count; i++) {
      float value = values[offset + i];
      int code = included.contains(value) ? (codes[at + i] & mask) - zeroPoint : 0;
      product += (double) value * code;
      square += (long) code * code;
    }
    return new FitSums(product, square);
  }

  FitSums plus(FitSums other) {
    return new FitSums(product + other.product, square + other.square);
  }

  float scale() {
    return square == 0 ? 0f : (float) (product / square);
  }
}

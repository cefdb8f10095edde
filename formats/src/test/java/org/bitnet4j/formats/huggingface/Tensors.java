package org.bitnet4j.formats.huggingface;

import java.util.Random;
import org.bitnet4j.quant.Granularity;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TernaryTensor;

/// Ternary tensors for tests.
final class Tensors {
  private Tensors() {}

  /// Random trits: dense, sparse or of one value, by seed.
  static TernaryTensor random(String name, int rows, int columns, float multiplier, int seed) {
    return random(name, rows, columns, new Granularity.PerTensor(), multiplier, seed);
  }

  static TernaryTensor random(
      String name, int rows, int columns, Granularity granularity, float multiplier, int seed) {
    TernaryTensor tensor =
        TernaryTensor.allocate(name, TensorShape.of(rows, columns), granularity, false);
    Random random = new Random(seed);
    byte[] row = new byte[columns];
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        row[c] =
            (byte)
                switch (seed % 4) {
                  case 0 -> random.nextInt(3) - 1;
                  case 1 -> random.nextInt(10) == 0 ? 1 : 0;
                  case 2 -> 1;
                  default -> -1;
                };
      }
      tensor.writeRow(r, row, 0);
    }
    for (long group = 0; group < tensor.scales().count(); group++) {
      tensor.scales().setMultiplier(group, multiplier);
    }
    return tensor;
  }
}
